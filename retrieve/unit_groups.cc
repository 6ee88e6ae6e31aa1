// SPDX-License-Identifier: Apache-2.0
#include "retrieve/unit_groups.h"

#include <limits>

#include "core/time.h"

namespace candor::retrieve {
namespace {

class Grouping {
 public:
  explicit Grouping(const RangePlan& plan)
      : plan_(plan),
        group_min_(ticks_of(kGroupMin, plan.timescale)),
        media_max_(ticks_of(kGroupMax, plan.timescale)) {}

  void add(std::size_t number) {
    const PlannedUnit& unit = plan_.units[number];
    if (number == 0 || begins_group(unit, plan_.units[number - 1])) {
      groups.push_back(
          {.first = number, .start = unit.decode_time - plan_.base, .is_sync = unit.is_sync});
      media_ = 0;
    }
    ++groups.back().count;
    groups.back().bytes += unit.bytes;
    media_ += unit.duration;
  }

  std::vector<UnitGroup> groups;

 private:
  static std::int64_t ticks_of(std::chrono::nanoseconds duration, std::uint32_t timescale) {
    return ns_to_ticks(duration.count(), timescale);
  }

  [[nodiscard]] bool begins_group(const PlannedUnit& unit, const PlannedUnit& before) const {
    const UnitGroup& group = groups.back();
    const std::int64_t length = unit.decode_time - plan_.base - group.start;
    // The last sample of a unit lasts until the next one: 32 bits hold it.
    const bool is_far =
        unit.decode_time - before.decode_time > std::numeric_limits<std::uint32_t>::max();
    return (unit.is_sync && length >= group_min_) || is_far ||
           media_ + unit.duration > media_max_ || group.bytes + unit.bytes > kGroupBytesMax;
  }

  const RangePlan& plan_;
  const std::int64_t group_min_;
  const std::int64_t media_max_;
  std::int64_t media_ = 0;  // Of the last group, gaps left out.
};

}  // namespace

std::vector<UnitGroup> group_units(const RangePlan& plan) {
  Grouping grouping(plan);
  for (std::size_t i = 0; i < plan.units.size(); ++i) {
    grouping.add(i);
  }
  return grouping.groups;
}

}  // namespace candor::retrieve
