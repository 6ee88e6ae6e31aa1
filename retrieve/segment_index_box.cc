// SPDX-License-Identifier: Apache-2.0
#include "retrieve/segment_index_box.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "core/big_endian.h"

namespace candor::retrieve {
namespace {

constexpr std::size_t kReferencesMax = 65'535;  // reference_count is 16 bits wide.
constexpr std::uint64_t kReferencedSizeMax = 0x7FFFFFFF;
constexpr std::uint32_t kStartsWithSap1 = 0x90000000;
constexpr std::uint32_t kVersion1 = 0x01000000;
constexpr std::uint32_t kTrackId = 1;

bool may_be_relied_on(const std::vector<UnitGroup>& groups) {
  // Only at the very beginning nothing better is there than what is no key frame.
  return groups.size() <= kReferencesMax &&
         std::all_of(groups.begin() + 1, groups.end(),
                     [](const UnitGroup& group) { return group.is_sync; });
}

}  // namespace

Bytes write_segment_index(const RangePlan& plan, const std::vector<UnitGroup>& groups) {
  if (!may_be_relied_on(groups)) {
    return {};
  }
  Bytes out;
  append_be(out, static_cast<std::uint32_t>(40 + 12 * groups.size()));
  constexpr std::string_view kType = "sidx";
  out.insert(out.end(), kType.begin(), kType.end());
  append_be(out, kVersion1);
  append_be(out, kTrackId);
  append_be(out, plan.timescale);
  append_be(out, groups.front().start);
  append_be(out, std::uint64_t{0});  // first_offset: the media follows at once.
  append_be(out, std::uint16_t{0});
  append_be(out, static_cast<std::uint16_t>(groups.size()));
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::int64_t end = i + 1 < groups.size() ? groups[i + 1].start : plan.end();
    const std::int64_t duration = end - groups[i].start;
    if (duration > std::numeric_limits<std::uint32_t>::max() ||
        groups[i].bytes > kReferencedSizeMax) {
      return {};
    }
    append_be(out, static_cast<std::uint32_t>(groups[i].bytes));
    append_be(out, static_cast<std::uint32_t>(duration));
    append_be(out, groups[i].is_sync ? kStartsWithSap1 : std::uint32_t{0});
  }
  return out;
}

}  // namespace candor::retrieve
