// SPDX-License-Identifier: Apache-2.0
#include "retrieve/playable_init.h"

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/big_endian.h"
#include "media/bmff/box_reader.h"

namespace candor::retrieve {
namespace {

using bmff::Box;
using bmff::BoxReader;
using bmff::fourcc;

constexpr std::uint32_t kVersion1 = 0x01000000;
constexpr std::uint16_t kNormalRate = 1;

// Starts a box whose size is filled in by end_box.
std::size_t begin_box(Bytes& out, std::string_view type) {
  const std::size_t at = out.size();
  append_be(out, std::uint32_t{0});
  out.insert(out.end(), type.begin(), type.end());
  return at;
}

void end_box(Bytes& out, std::size_t at) {
  put_be(out.data() + at, static_cast<std::uint32_t>(out.size() - at));
}

void append(Bytes& out, ByteView bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

class InitWriter {
 public:
  explicit InitWriter(const AnswerTimeline& timeline) : timeline_(timeline) {}

  [[nodiscard]] Result<Bytes> write(ByteView init) {
    BoxReader reader(init);
    bool has_moov = false;
    while (true) {
      CANDOR_TRY(const std::optional<Box> box, reader.next());
      if (!box.has_value()) {
        break;
      }
      if (box->type == fourcc("moov")) {
        has_moov = true;
        CANDOR_CHECK(write_moov(reader.payload(*box)));
      } else {
        append(out_, reader.whole(*box));
      }
    }
    if (!has_moov || tracks_ != 1) {
      return fail(tracks_ > 1 ? ErrorKind::kUnsupported : ErrorKind::kInvalidArgument,
                  "the init segment does not describe one track");
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] Result<void> write_moov(ByteView payload) {
    const std::size_t moov = begin_box(out_, "moov");
    BoxReader reader(payload);
    while (true) {
      CANDOR_TRY(const std::optional<Box> box, reader.next());
      if (!box.has_value()) {
        break;
      }
      const ByteView inner = reader.payload(*box);
      if (box->type == fourcc("mvhd")) {
        CANDOR_CHECK(read_mvhd(inner));
        append(out_, reader.whole(*box));
      } else if (box->type == fourcc("trak")) {
        ++tracks_;
        CANDOR_CHECK(write_trak(inner));
      } else if (box->type == fourcc("mvex")) {
        CANDOR_CHECK(write_mvex(inner));
      } else {
        append(out_, reader.whole(*box));
      }
    }
    end_box(out_, moov);
    return {};
  }

  [[nodiscard]] Result<void> read_mvhd(ByteView payload) {
    const std::size_t at = !payload.empty() && payload[0] == 1 ? 20 : 12;
    if (payload.size() < at + 4 || get_be<std::uint32_t>(payload.data() + at) == 0) {
      return fail(ErrorKind::kInvalidArgument, "box 'mvhd' has no timescale");
    }
    movie_timescale_ = get_be<std::uint32_t>(payload.data() + at);
    return {};
  }

  [[nodiscard]] Result<void> write_trak(ByteView payload) {
    const std::size_t trak = begin_box(out_, "trak");
    BoxReader reader(payload);
    while (true) {
      CANDOR_TRY(const std::optional<Box> box, reader.next());
      if (!box.has_value()) {
        break;
      }
      if (box->type == fourcc("edts")) {
        continue;  // Ours takes its place.
      }
      append(out_, reader.whole(*box));
      if (box->type == fourcc("tkhd")) {
        write_edts();
      }
    }
    end_box(out_, trak);
    return {};
  }

  void write_edts() {
    const std::size_t edts = begin_box(out_, "edts");
    const std::size_t elst = begin_box(out_, "elst");
    append_be(out_, kVersion1);
    append_be(out_, std::uint32_t{1});
    append_be(out_, shown_duration());
    append_be(out_, timeline_.media_time);
    append_be(out_, kNormalRate);
    append_be(out_, std::uint16_t{0});
    end_box(out_, elst);
    end_box(out_, edts);
  }

  [[nodiscard]] Result<void> write_mvex(ByteView payload) {
    const std::size_t mvex = begin_box(out_, "mvex");
    const std::size_t mehd = begin_box(out_, "mehd");
    append_be(out_, kVersion1);
    append_be(out_, shown_duration());
    end_box(out_, mehd);
    BoxReader reader(payload);
    while (true) {
      CANDOR_TRY(const std::optional<Box> box, reader.next());
      if (!box.has_value()) {
        break;
      }
      if (box->type != fourcc("mehd")) {
        append(out_, reader.whole(*box));
      }
    }
    end_box(out_, mvex);
    return {};
  }

  // In the movie's timescale.
  [[nodiscard]] std::int64_t shown_duration() const {
    __extension__ using Wide = __int128;
    const Wide ticks = timeline_.end - timeline_.media_time;
    return static_cast<std::int64_t>(ticks * movie_timescale_ / timeline_.timescale);
  }

  AnswerTimeline timeline_;
  std::uint32_t movie_timescale_ = 1000;
  int tracks_ = 0;
  Bytes out_;
};

}  // namespace

Result<Bytes> playable_init(ByteView init, const AnswerTimeline& timeline) {
  return InitWriter(timeline).write(init);
}

}  // namespace candor::retrieve
