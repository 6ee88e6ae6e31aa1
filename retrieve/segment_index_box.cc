// SPDX-License-Identifier: Apache-2.0
#include "retrieve/segment_index_box.h"

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

struct Reference {
  std::int64_t start = 0;
  std::uint64_t bytes = 0;
  bool is_sync = false;
};

std::vector<Reference> references_of(const RangePlan& plan, std::size_t units_at_least) {
  std::vector<Reference> references;
  std::size_t units = 0;
  for (const PlannedUnit& unit : plan.units) {
    if (references.empty() || (unit.is_sync && units >= units_at_least)) {
      references.push_back(
          {.start = unit.decode_time - plan.base, .bytes = 0, .is_sync = unit.is_sync});
      units = 0;
    }
    references.back().bytes += unit.bytes;
    ++units;
  }
  return references;
}

}  // namespace

Bytes write_segment_index(const RangePlan& plan) {
  const std::vector<Reference> references =
      references_of(plan, plan.units.size() / kReferencesMax + 1);
  if (references.size() > kReferencesMax) {
    return {};
  }
  Bytes out;
  append_be(out, static_cast<std::uint32_t>(40 + 12 * references.size()));
  constexpr std::string_view kType = "sidx";
  out.insert(out.end(), kType.begin(), kType.end());
  append_be(out, kVersion1);
  append_be(out, kTrackId);
  append_be(out, plan.timescale);
  append_be(out, references.front().start);
  append_be(out, std::uint64_t{0});  // first_offset: the media follows at once.
  append_be(out, std::uint16_t{0});
  append_be(out, static_cast<std::uint16_t>(references.size()));
  for (std::size_t i = 0; i < references.size(); ++i) {
    const std::int64_t end = i + 1 < references.size() ? references[i + 1].start : plan.end();
    const std::int64_t duration = end - references[i].start;
    if (duration > std::numeric_limits<std::uint32_t>::max() ||
        references[i].bytes > kReferencedSizeMax) {
      return {};
    }
    append_be(out, static_cast<std::uint32_t>(references[i].bytes));
    append_be(out, static_cast<std::uint32_t>(duration));
    append_be(out, references[i].is_sync ? kStartsWithSap1 : std::uint32_t{0});
  }
  return out;
}

}  // namespace candor::retrieve
