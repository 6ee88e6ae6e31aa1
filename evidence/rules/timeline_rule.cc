// SPDX-License-Identifier: Apache-2.0
#include "evidence/rules/timeline_rule.h"

#include <algorithm>

#include <fmt/format.h>

namespace candor::rules {
namespace {

constexpr std::size_t kOpenGapsMax = 8;

std::int64_t rescaled(std::int64_t ticks, std::uint32_t from, std::uint32_t to) {
  return from == to || from == 0 || to == 0 ? ticks : ns_to_ticks(ticks_to_ns(ticks, from), to);
}

std::string span_text(std::int64_t ticks, std::uint32_t timescale) {
  return timescale == 0
             ? fmt::format("{} ticks", ticks)
             : fmt::format("{} ticks ({})", ticks, seconds_text(ticks_to_ns(ticks, timescale)));
}

}  // namespace

void TimelineRule::take(const SeenEntry& entry, Report& report) {
  if (const evidence::MediaBody* media = entry.media(); media != nullptr) {
    if (Stream* stream = streams_.find_or_add(media->stream); stream != nullptr) {
      take_media(*media, *stream, report);
    }
    return;
  }
  const evidence::GapBody* gap = entry.gap();
  Stream* stream = gap == nullptr ? nullptr : streams_.find_or_add(gap->stream);
  if (stream == nullptr) {
    return;
  }
  if (entry.header.type == evidence::EntryType::kGapClose) {
    close_gap(*gap, *stream, report);
  } else {
    open_gap(*gap, *stream, report);
  }
}

void TimelineRule::take_media(const evidence::MediaBody& media, Stream& stream,
                              Report& report) const {
  const auto begin = static_cast<std::int64_t>(media.decode_time);
  const bool is_flagged = (media.flags & evidence::kDiscontinuity) != 0;
  if (!stream.open.empty()) {
    report.add(
        Rule::kTimeline, Severity::kBroken, media.stream,
        fmt::format("a unit stands within the gap {}, which is open", stream.open.back().cause));
    stream.open.clear();
  }
  if (stream.end.has_value()) {
    const std::int64_t end = rescaled(*stream.end, stream.timescale, media.timescale);
    if (begin != end) {
      report.add(Rule::kTimeline, Severity::kBroken, media.stream,
                 fmt::format("the unit begins {} {} what is told before it, and no gap says so",
                             span_text(std::abs(begin - end), media.timescale),
                             begin > end ? "behind the end of" : "before the end of"));
    } else if (is_flagged != stream.is_after_gap) {
      report.add(Rule::kTimeline, Severity::kBroken, media.stream,
                 is_flagged ? "the unit says that a gap stands before it, and none does"
                            : "a gap stands before the unit, which does not say so");
    }
  } else if (is_flagged && beginning_.is_whole()) {
    report.add(Rule::kTimeline, Severity::kBroken, media.stream,
               "the first unit says that a gap stands before it, and none does");
  }
  stream.end = begin + static_cast<std::int64_t>(media.duration);
  stream.timescale = media.timescale;
  stream.is_after_gap = false;
}

void TimelineRule::open_gap(const evidence::GapBody& gap, Stream& stream, Report& report) {
  if (stream.open.size() == kOpenGapsMax) {
    report.add(Rule::kTimeline, Severity::kBroken, gap.stream,
               fmt::format("more than {} gaps are open at once", kOpenGapsMax));
    return;
  }
  stream.open.push_back(gap);
}

void TimelineRule::close_gap(const evidence::GapBody& gap, Stream& stream, Report& report) const {
  const auto opened = std::ranges::find_if(stream.open, [&](const evidence::GapBody& other) {
    return other.cause == gap.cause &&
           rescaled(other.from_tfdt, other.timescale, gap.timescale) == gap.from_tfdt;
  });
  if (opened != stream.open.end()) {
    stream.open.erase(opened);
  } else if (beginning_.is_whole() || !stream.open.empty()) {
    report.add(Rule::kTimeline, Severity::kBroken, gap.stream,
               fmt::format("GAP-CLOSE ({}) closes a gap that was not opened so", gap.cause));
    stream.open.clear();
  }
  const std::int64_t to = gap.to_tfdt.value_or(gap.from_tfdt);
  if (to < gap.from_tfdt) {
    report.add(Rule::kTimeline, Severity::kBroken, gap.stream,
               fmt::format("the gap {} ends before it begins", gap.cause));
  }
  // Gaps may overlap; together they must leave out nothing.
  const std::int64_t end = stream.end.has_value()
                               ? rescaled(*stream.end, stream.timescale, gap.timescale)
                               : gap.from_tfdt;
  stream.end = gap.from_tfdt <= end ? std::max(end, to) : end;
  stream.timescale = gap.timescale;
  stream.is_after_gap = true;
}

}  // namespace candor::rules
