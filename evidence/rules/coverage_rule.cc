// SPDX-License-Identifier: Apache-2.0
#include "evidence/rules/coverage_rule.h"

#include <algorithm>

namespace candor::rules {
namespace {

constexpr std::int64_t kWindowNs = Nanoseconds(kCoverageWindow).count();
constexpr std::int64_t kShortNs = Nanoseconds(kCoverageShort).count();
constexpr std::int64_t kAheadNs = Nanoseconds(kCoverageAhead).count();

}  // namespace

void CoverageRule::take(const SeenEntry& entry, Report& report) {
  if (const evidence::MediaBody* media = entry.media(); media != nullptr && media->timescale != 0) {
    if (Stream* stream = streams_.find_or_add(media->stream); stream != nullptr) {
      take_media(entry, *stream, report);
    }
  } else if (const evidence::GapBody* gap = entry.gap(); gap != nullptr) {
    if (Stream* stream = streams_.find(gap->stream); stream != nullptr) {
      end_run(gap->stream, *stream, report);
    }
  } else if (entry.header.type == evidence::EntryType::kRecorder) {
    // Another start, or a disk that was in trouble: the queue may stand otherwise from here on.
    streams_.for_each([&](const Uuid& id, Stream& stream) { end_run(id, stream, report); });
  }
}

void CoverageRule::end_run(const Uuid& id, Stream& stream, Report& report) {
  if (stream.run.has_value() && stream.run->last - stream.run->window_begin >= kWindowNs / 2) {
    end_window(id, *stream.run, report);
  }
  stream.run.reset();
}

void CoverageRule::take_media(const SeenEntry& entry, Stream& stream, Report& report) {
  const evidence::MediaBody& media = *entry.media();
  const std::int64_t boot = entry.header.boot.ns;
  const std::int64_t end =
      ticks_to_ns(static_cast<std::int64_t>(media.decode_time + media.duration), media.timescale);
  const std::int64_t lead = end - boot;
  if (!stream.run.has_value() || stream.boot_id != entry.header.boot_id) {
    stream.run = Run{.window_begin = boot,
                     .window_lead = lead,
                     .last = boot,
                     .best = std::nullopt,
                     .first = std::nullopt,
                     .last_window = std::nullopt};
    stream.boot_id = entry.header.boot_id;
    return;
  }
  Run& run = *stream.run;
  if (boot - run.window_begin >= kWindowNs) {
    end_window(media.stream, run, report);
    run.window_begin = boot;
    run.window_lead = lead;
  }
  run.window_lead = std::max(run.window_lead, lead);
  run.last = boot;
}

void CoverageRule::end_window(const Uuid& id, Run& run, Report& report) {
  const std::int64_t lead = run.window_lead;
  const auto before = std::exchange(run.last_window, lead);
  run.first = run.first.value_or(lead);
  if (before.has_value() && run.best.has_value()) {
    const std::int64_t behind = *run.best - std::max(lead, *before);
    const std::int64_t ahead = std::min(lead, *before) - *run.first;
    if (behind > kShortNs || ahead > kAheadNs) {
      report.add(Rule::kCoverage, Severity::kBroken, id,
                 behind > kShortNs
                     ? seconds_text(behind) +
                           " of media are missing against the boot clock, and no gap says so"
                     : "media time ran ahead of the boot clock by " + seconds_text(ahead));
      run.best = run.first = lead;
      return;
    }
  }
  // The window before is the best one's last candidate: one short window alone judges nothing.
  run.best = std::max(run.best.value_or(lead), lead);
}

}  // namespace candor::rules
