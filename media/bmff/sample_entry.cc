// SPDX-License-Identifier: Apache-2.0
#include "media/bmff/sample_entry.h"

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "core/assert.h"
#include "core/big_endian.h"
#include "media/bmff/box_reader.h"

namespace candor::bmff {
namespace {

constexpr std::uint32_t kEntryBytes = 36;
constexpr std::uint16_t kSampleBits = 16;  // Of what is heard; QuickTime writes 16 for G.711.
constexpr std::array<std::string_view, 6> kPath = {"moov", "trak", "mdia", "minf", "stbl", "stsd"};

// Copies the boxes of `bytes`; the first of path.front() is gone into, the last one gets the entry.
Result<bool> copy_boxes(ByteView bytes, std::span<const std::string_view> path, ByteView entry,
                        Bytes& out) {
  BoxReader reader(bytes);
  bool is_replaced = false;
  while (true) {
    CANDOR_TRY(const std::optional<Box> box, reader.next());
    if (!box.has_value()) {
      return is_replaced;
    }
    const ByteView whole = reader.whole(*box);
    if (box->type != fourcc(path.front())) {
      out.insert(out.end(), whole.begin(), whole.end());
      continue;
    }
    const std::size_t at = out.size();
    append_be(out, std::uint32_t{0});
    append_be(out, box->type);
    if (path.size() == 1) {
      append_be(out, std::uint32_t{0});  // stsd: version and flags.
      append_be(out, std::uint32_t{1});
      out.insert(out.end(), entry.begin(), entry.end());
      is_replaced = true;
    } else {
      CANDOR_TRY(is_replaced, copy_boxes(reader.payload(*box), path.subspan(1), entry, out));
    }
    put_be(out.data() + at, static_cast<std::uint32_t>(out.size() - at));
  }
}

}  // namespace

Bytes g711_sample_entry(const MediaFormat& format) {
  CANDOR_ASSERT(format.codec == Codec::kAlaw || format.codec == Codec::kUlaw);
  CANDOR_ASSERT(format.sample_rate <= 0xFFFF);
  Bytes out;
  append_be(out, kEntryBytes);
  append_be(out, fourcc(format.codec == Codec::kAlaw ? "alaw" : "ulaw"));
  append_be(out, std::uint32_t{0});  // Reserved,
  append_be(out, std::uint32_t{1});  // and data_reference_index 1.
  append_be(out, std::uint64_t{0});
  append_be(out, static_cast<std::uint16_t>(format.channels));
  append_be(out, kSampleBits);
  append_be(out, std::uint32_t{0});
  append_be(out, format.sample_rate << 16);
  return out;
}

Result<Bytes> with_sample_entry(ByteView init, ByteView entry) {
  Bytes out;
  CANDOR_TRY(const bool is_replaced, copy_boxes(init, kPath, entry, out));
  if (!is_replaced) {
    return fail(ErrorKind::kInvalidArgument, "the init segment has no sample description");
  }
  return out;
}

}  // namespace candor::bmff
