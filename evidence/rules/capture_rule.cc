// SPDX-License-Identifier: Apache-2.0
#include "evidence/rules/capture_rule.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace candor::rules {

void CaptureRule::take(const SeenEntry& entry, Report& report) {
  if (const evidence::MediaBody* media = entry.media(); media != nullptr && media->timescale != 0) {
    if (Stream* stream = streams_.find_or_add(media->stream); stream != nullptr) {
      take_media(*media, *stream, report);
    }
  } else if (const evidence::GapBody* gap = entry.gap(); gap != nullptr) {
    if (Stream* stream = streams_.find(gap->stream); stream != nullptr) {
      stream->run.reset();
    }
  }
}

void CaptureRule::take_media(const evidence::MediaBody& media, Stream& stream, Report& report) {
  const std::int64_t begin =
      ticks_to_ns(static_cast<std::int64_t>(media.decode_time), media.timescale);
  const std::int64_t difference = media.capture.ns - begin;
  if (!stream.run.has_value() || stream.run->source != media.capture_source) {
    stream.run = Run{.least = difference, .before = std::nullopt, .source = media.capture_source};
  }
  Run& run = *stream.run;
  if (std::abs(difference) > kCaptureWrongNs && !std::exchange(run.is_wrong_told, true)) {
    report.add(Rule::kCapture, Severity::kNote, media.stream,
               "the source's clock differs from the recorder's by " + seconds_text(difference));
  }
  run.least = run.units == 0 ? difference : std::min(run.least, difference);
  if (++run.units == kCaptureWindowUnits) {
    end_window(media.stream, run, report);
  }
}

void CaptureRule::end_window(const Uuid& id, Run& run, Report& report) {
  const std::int64_t step = run.least - run.before.value_or(run.least);
  if (std::abs(step) > kCaptureStepNs) {
    // The arrivals are the recorder's own clock; the camera may have set its own.
    const bool is_own = run.source == CaptureSource::kArrival;
    report.add(Rule::kCapture, is_own ? Severity::kSuspect : Severity::kNote, id,
               (is_own ? "media time parted from the arrivals by "
                       : "the source's clock stepped against media time by ") +
                   seconds_text(step));
  }
  run.before = run.least;
  run.units = 0;
}

}  // namespace candor::rules
