// SPDX-License-Identifier: Apache-2.0
#include "storage/read/unit_list.h"

#include <cstddef>

namespace candor::storage {
namespace {

constexpr int kVarintBytesMax = 10;

void append_varint(Bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

// Small differences of either sign become small numbers: 0, -1, 1, -2, ... as 0, 1, 2, 3, ...
void append_difference(Bytes& out, std::uint64_t value, std::uint64_t expected) {
  const std::uint64_t difference = value - expected;
  append_varint(out, difference << 1 ^ (0 - (difference >> 63)));
}

class Varints {
 public:
  explicit Varints(ByteView bytes) : bytes_(bytes) {}

  [[nodiscard]] bool is_at_end() const { return at_ == bytes_.size(); }
  [[nodiscard]] bool is_bad() const { return is_bad_; }

  std::uint64_t take() {
    std::uint64_t value = 0;
    for (int i = 0; i < kVarintBytesMax && at_ < bytes_.size(); ++i) {
      const std::uint64_t byte = bytes_[at_++];
      value |= (byte & 0x7F) << (7 * i);
      if (byte < 0x80) {
        return value;
      }
    }
    is_bad_ = true;
    return 0;
  }
  std::uint8_t take_byte() {
    is_bad_ = is_bad_ || is_at_end();
    return is_bad_ ? std::uint8_t{0} : bytes_[at_++];
  }
  std::uint64_t take_difference(std::uint64_t expected) {
    const std::uint64_t coded = take();
    return expected + (coded >> 1 ^ (0 - (coded & 1)));
  }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
  bool is_bad_ = false;
};

}  // namespace

void append_unit(Bytes& list, const IndexedUnit& previous, const IndexedUnit& unit) {
  append_difference(list, unit.entry, previous.entry);
  append_difference(list, unit.offset, previous.offset + previous.bytes);
  append_varint(list, unit.bytes);
  append_difference(list, static_cast<std::uint64_t>(unit.decode_time),
                    static_cast<std::uint64_t>(previous.end()));
  append_varint(list, static_cast<std::uint64_t>(unit.duration));
  list.push_back(unit.flags);
}

Result<std::vector<IndexedUnit>> read_units(ByteView list) {
  std::vector<IndexedUnit> units;
  Varints numbers(list);
  IndexedUnit unit;
  while (!numbers.is_at_end()) {
    unit.entry = numbers.take_difference(unit.entry);
    unit.offset = numbers.take_difference(unit.offset + unit.bytes);
    unit.bytes = numbers.take();
    unit.decode_time =
        static_cast<std::int64_t>(numbers.take_difference(static_cast<std::uint64_t>(unit.end())));
    unit.duration = static_cast<std::int64_t>(numbers.take());
    unit.flags = numbers.take_byte();
    if (numbers.is_bad()) {
      return fail(ErrorKind::kDataLoss,
                  "the index holds a unit list that cannot be read: rebuild it");
    }
    units.push_back(unit);
  }
  return units;
}

}  // namespace candor::storage
