// SPDX-License-Identifier: Apache-2.0
#include "transcode/annex_b.h"

#include <algorithm>
#include <array>

#include "core/big_endian.h"

namespace candor::transcode {
namespace {

constexpr std::uint8_t kSps = 7;
constexpr std::uint8_t kPps = 8;
constexpr std::array<std::uint8_t, 3> kStartCode = {0, 0, 1};

std::uint8_t type_of(ByteView nal) { return nal[0] & 0x1F; }

ByteView first_of(const std::vector<ByteView>& nals, std::uint8_t type) {
  const auto found = std::ranges::find(nals, type, type_of);
  return found == nals.end() ? ByteView() : *found;
}

void append_set(Bytes& out, ByteView set) {
  append_be(out, static_cast<std::uint16_t>(set.size()));
  out.insert(out.end(), set.begin(), set.end());
}

}  // namespace

std::vector<ByteView> split_annex_b(ByteView stream) {
  std::vector<ByteView> nals;
  auto begin = std::ranges::search(stream, kStartCode).begin();
  while (begin != stream.end()) {
    begin += kStartCode.size();
    const auto next = std::search(begin, stream.end(), kStartCode.begin(), kStartCode.end());
    auto end = next;
    while (end != begin && *(end - 1) == 0) {
      --end;  // Zero bytes before the next start code belong to nobody.
    }
    if (end != begin) {
      nals.emplace_back(begin, end);
    }
    begin = next;
  }
  return nals;
}

Bytes with_lengths(const std::vector<ByteView>& nals) {
  Bytes out;
  for (const ByteView nal : nals) {
    if (type_of(nal) != kSps && type_of(nal) != kPps) {
      append_be(out, static_cast<std::uint32_t>(nal.size()));
      out.insert(out.end(), nal.begin(), nal.end());
    }
  }
  return out;
}

Bytes avcc_of(const std::vector<ByteView>& nals) {
  const ByteView sps = first_of(nals, kSps);
  const ByteView pps = first_of(nals, kPps);
  if (sps.size() < 4 || pps.empty()) {
    return {};
  }
  Bytes out = {1, sps[1], sps[2], sps[3], 0xFF, 0xE1};
  append_set(out, sps);
  out.push_back(1);
  append_set(out, pps);
  return out;
}

}  // namespace candor::transcode
