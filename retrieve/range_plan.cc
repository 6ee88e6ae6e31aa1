// SPDX-License-Identifier: Apache-2.0
#include "retrieve/range_plan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "evidence/entry.h"

namespace candor::retrieve {
namespace {

using storage::IndexedUnit;
using storage::SegmentRecord;

// The first unit to send: the one that covers `from` or follows it, and back from there to one that
// starts with a key frame. A segment begins with one.
std::size_t first_unit(const std::vector<IndexedUnit>& units, std::int64_t from) {
  const auto covers = std::find_if(units.begin(), units.end(),
                                   [&](const IndexedUnit& unit) { return unit.end() > from; });
  auto at = static_cast<std::size_t>(covers - units.begin());
  if (at == units.size()) {
    return at;
  }
  std::size_t sync = at;
  while (sync > 0 && (units[sync].flags & evidence::kStartsWithSync) == 0) {
    --sync;
  }
  return sync;
}

void add_segment(RangePlan& plan, const SegmentRecord& segment, std::int64_t from,
                 std::int64_t to) {
  const std::size_t first = plan.units.empty() ? first_unit(segment.units, from) : 0;
  const auto file = static_cast<std::uint32_t>(plan.files.size());
  for (std::size_t i = first; i < segment.units.size(); ++i) {
    const IndexedUnit& unit = segment.units[i];
    if (unit.decode_time >= to) {
      break;
    }
    plan.units.push_back({.file = file,
                          .offset = unit.offset,
                          .bytes = unit.bytes,
                          .decode_time = unit.decode_time,
                          .duration = unit.duration,
                          .is_sync = (unit.flags & evidence::kStartsWithSync) != 0});
  }
  if (!plan.units.empty() && plan.units.back().file == file) {
    plan.files.push_back(segment.path);
  }
}

tl::unexpected<Error> nothing(const RangeRequest& request) {
  return fail(
      ErrorKind::kNotFound,
      fmt::format("nothing of stream {} is recorded between {} and {}", to_string(request.stream),
                  to_rfc3339(request.from), to_rfc3339(request.to)));
}

}  // namespace

Result<RangePlan> plan_range(storage::Catalogue& catalogue, const RangeRequest& request) {
  if (request.to <= request.from) {
    return fail(ErrorKind::kInvalidArgument, "'to' must be after 'from'");
  }
  CANDOR_TRY(const std::vector<SegmentRecord> segments,
             catalogue.segments(request.stream, request.session,
                                {.from = request.from, .to = request.to}));
  if (segments.empty()) {
    return nothing(request);
  }
  const SegmentRecord& format = segments.front();
  RangePlan plan;
  plan.stream = request.stream;
  plan.init_digest = format.init_digest;
  plan.init_bytes = format.init_bytes;
  plan.timescale = format.timescale;
  const std::int64_t from = ns_to_ticks(request.from.ns, plan.timescale);
  const std::int64_t to = ns_to_ticks(request.to.ns, plan.timescale);
  for (const SegmentRecord& segment : segments) {
    if (segment.init_digest != plan.init_digest || segment.timescale != plan.timescale) {
      break;
    }
    add_segment(plan, segment, from, to);
  }
  if (plan.units.empty()) {
    return nothing(request);
  }
  const std::int64_t start = plan.units.front().decode_time;
  const std::int64_t zero = request.starts_with_media ? std::max(start, from) : from;
  plan.base = request.is_original ? 0 : std::min(start, zero);
  plan.media_time = zero - plan.base;
  plan.covered_from = std::max(request.from, UtcTime{ticks_to_ns(start, plan.timescale)});
  plan.covered_to =
      std::min(request.to, UtcTime{ticks_to_ns(plan.base + plan.end(), plan.timescale)});
  if (plan.covered_to.ns - ticks_to_ns(zero, plan.timescale) > kRangeMax.count()) {
    return fail(ErrorKind::kInvalidArgument,
                "more than 24 hours were asked for; ask for them in pieces");
  }
  return plan;
}

}  // namespace candor::retrieve
