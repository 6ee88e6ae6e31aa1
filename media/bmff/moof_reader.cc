// SPDX-License-Identifier: Apache-2.0
// parse_moof of box_reader.h: mfhd, and tfhd, tfdt and trun of the one track.
#include <algorithm>
#include <numeric>

#include <fmt/format.h>

#include "core/big_endian.h"
#include "media/bmff/box_reader.h"

namespace candor::bmff {
namespace {

constexpr std::uint32_t kTfhdBaseDataOffset = 0x000001;
constexpr std::uint32_t kTfhdSampleDescription = 0x000002;
constexpr std::uint32_t kTfhdDuration = 0x000008;
constexpr std::uint32_t kTfhdSize = 0x000010;
constexpr std::uint32_t kTfhdFlags = 0x000020;
constexpr std::uint32_t kTrunDataOffset = 0x000001;
constexpr std::uint32_t kTrunFirstFlags = 0x000004;
constexpr std::uint32_t kTrunDuration = 0x000100;
constexpr std::uint32_t kTrunSize = 0x000200;
constexpr std::uint32_t kTrunFlags = 0x000400;
constexpr std::uint32_t kTrunComposition = 0x000800;

// Takes big-endian fields from a payload and remembers when one was missing.
class Fields {
 public:
  explicit Fields(ByteView bytes) : bytes_(bytes) {}

  std::uint32_t u32() { return take<std::uint32_t>(); }
  std::uint64_t u64() { return take<std::uint64_t>(); }
  [[nodiscard]] bool is_short() const { return is_short_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size(); }

 private:
  template <typename Number>
  Number take() {
    if (bytes_.size() < sizeof(Number)) {
      is_short_ = true;
      return 0;
    }
    const auto value = get_be<Number>(bytes_.data());
    bytes_ = bytes_.subspan(sizeof(Number));
    return value;
  }

  ByteView bytes_;
  bool is_short_ = false;
};

tl::unexpected<Error> bad(std::string_view box, std::string_view why) {
  return fail(ErrorKind::kInvalidArgument, fmt::format("box '{}': {}", box, why));
}

class MoofParser {
 public:
  [[nodiscard]] Result<MovieFragment> parse(ByteView moof) {
    BoxReader top(moof);
    CANDOR_TRY(const std::optional<Box> box, top.next());
    if (!box.has_value() || box->type != fourcc("moof") || box->size != moof.size()) {
      return bad("moof", "is not one whole moof box");
    }
    BoxReader reader(top.payload(*box), box->header_bytes);
    while (true) {
      CANDOR_TRY(const std::optional<Box> child, reader.next());
      if (!child.has_value()) {
        break;
      }
      CANDOR_CHECK(take_child(*child, reader.payload(*child)));
    }
    if (!has_mfhd_ || !has_traf_) {
      return bad("moof", "mfhd or traf is missing");
    }
    return std::move(fragment_);
  }

 private:
  [[nodiscard]] Result<void> take_child(const Box& box, ByteView payload) {
    if (box.type == fourcc("mfhd")) {
      Fields fields(payload);
      (void)fields.u32();
      fragment_.sequence = fields.u32();
      has_mfhd_ = true;
      return fields.is_short() ? bad("mfhd", "is too short") : Result<void>();
    }
    if (box.type != fourcc("traf")) {
      return {};
    }
    if (has_traf_) {
      return fail(ErrorKind::kUnsupported, "box 'moof': holds more than one track");
    }
    has_traf_ = true;
    return parse_traf(payload, box.offset + box.header_bytes);
  }

  [[nodiscard]] Result<void> parse_traf(ByteView payload, std::uint64_t offset) {
    BoxReader reader(payload, offset);
    while (true) {
      CANDOR_TRY(const std::optional<Box> box, reader.next());
      if (!box.has_value()) {
        break;
      }
      CANDOR_CHECK(parse_traf_child(*box, reader.payload(*box)));
    }
    if (!has_tfhd_ || !has_tfdt_) {
      return bad("traf", "tfhd or tfdt is missing");
    }
    return {};
  }

  [[nodiscard]] Result<void> parse_traf_child(const Box& box, ByteView payload) {
    if (box.type == fourcc("tfhd")) {
      return parse_tfhd(payload);
    }
    if (box.type == fourcc("tfdt")) {
      return parse_tfdt(payload, box.offset + box.header_bytes);
    }
    if (box.type == fourcc("trun")) {
      return parse_trun(payload);
    }
    return {};
  }

  [[nodiscard]] Result<void> parse_tfhd(ByteView payload) {
    if (has_tfhd_) {
      return bad("tfhd", "stands there twice");
    }
    has_tfhd_ = true;
    Fields fields(payload);
    const std::uint32_t flags = fields.u32() & 0xFFFFFF;
    fragment_.track_id = fields.u32();
    if ((flags & kTfhdBaseDataOffset) != 0) {
      (void)fields.u64();
    }
    if ((flags & kTfhdSampleDescription) != 0) {
      (void)fields.u32();
    }
    defaults_.duration = (flags & kTfhdDuration) != 0 ? fields.u32() : 0;
    defaults_.size = (flags & kTfhdSize) != 0 ? fields.u32() : 0;
    defaults_.flags = (flags & kTfhdFlags) != 0 ? fields.u32() : 0;
    return fields.is_short() ? bad("tfhd", "is too short") : Result<void>();
  }

  [[nodiscard]] Result<void> parse_tfdt(ByteView payload, std::uint64_t payload_at) {
    if (has_tfdt_) {
      return bad("tfdt", "stands there twice");
    }
    has_tfdt_ = true;
    Fields fields(payload);
    const std::uint32_t version = fields.u32() >> 24;
    if (version > 1) {
      return bad("tfdt", "has an unknown version");
    }
    fragment_.tfdt_value_at = static_cast<std::uint32_t>(payload_at + 4);
    fragment_.tfdt_value_bytes = version == 1 ? 8 : 4;
    fragment_.decode_time = version == 1 ? fields.u64() : fields.u32();
    return fields.is_short() ? bad("tfdt", "is too short") : Result<void>();
  }

  [[nodiscard]] Result<void> parse_trun(ByteView payload) {
    if (!has_tfhd_) {
      return bad("trun", "stands before tfhd");
    }
    Fields fields(payload);
    const std::uint32_t flags = fields.u32() & 0xFFFFFF;
    const std::uint32_t count = fields.u32();
    if (fragment_.samples.size() + count > kSamplesMax) {
      return bad("trun", fmt::format("{} samples are more than a moof may have", count));
    }
    if ((flags & kTrunDataOffset) != 0) {
      const auto data_offset = static_cast<std::int32_t>(fields.u32());
      fragment_.data_offset = fragment_.data_offset.value_or(data_offset);
    }
    const std::uint32_t first_flags =
        (flags & kTrunFirstFlags) != 0 ? fields.u32() : defaults_.flags;
    for (std::uint32_t i = 0; i < count && !fields.is_short(); ++i) {
      FragmentSample sample = defaults_;
      sample.flags = i == 0 ? first_flags : defaults_.flags;
      sample.duration = (flags & kTrunDuration) != 0 ? fields.u32() : sample.duration;
      sample.size = (flags & kTrunSize) != 0 ? fields.u32() : sample.size;
      sample.flags = (flags & kTrunFlags) != 0 ? fields.u32() : sample.flags;
      sample.composition_offset =
          (flags & kTrunComposition) != 0 ? static_cast<std::int32_t>(fields.u32()) : 0;
      fragment_.samples.push_back(sample);
    }
    return fields.is_short() ? bad("trun", "is too short") : Result<void>();
  }

  MovieFragment fragment_;
  FragmentSample defaults_;
  bool has_mfhd_ = false;
  bool has_traf_ = false;
  bool has_tfhd_ = false;
  bool has_tfdt_ = false;
};

}  // namespace

std::uint64_t MovieFragment::duration() const {
  return std::accumulate(
      samples.begin(), samples.end(), std::uint64_t{0},
      [](std::uint64_t sum, const FragmentSample& s) { return sum + s.duration; });
}

std::uint64_t MovieFragment::sample_bytes() const {
  return std::accumulate(samples.begin(), samples.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const FragmentSample& s) { return sum + s.size; });
}

Result<MovieFragment> parse_moof(ByteView moof) {
  if (moof.size() > kMoofBytesMax) {
    return bad("moof",
               fmt::format("{} bytes are more than the limit of {}", moof.size(), kMoofBytesMax));
  }
  return MoofParser().parse(moof);
}

}  // namespace candor::bmff
