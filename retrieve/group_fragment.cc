// SPDX-License-Identifier: Apache-2.0
#include "retrieve/group_fragment.h"

#include <cstddef>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "media/bmff/box_reader.h"
#include "media/bmff/chunk_writer.h"

namespace candor::retrieve {
namespace {

using bmff::Box;
using bmff::BoxReader;
using bmff::fourcc;
using bmff::FragmentSample;
using bmff::MovieFragment;

constexpr std::uint64_t kBoxHeaderBytes = 8;

class GroupWriter {
 public:
  explicit GroupWriter(ByteView chunks) : chunks_(chunks) {}

  [[nodiscard]] Result<void> gather() {
    BoxReader reader(chunks_);
    while (true) {
      CANDOR_TRY(const std::optional<Box> box, reader.next());
      if (!box.has_value()) {
        break;
      }
      if (box->type == fourcc("moof")) {
        CANDOR_CHECK(take_moof(*box, reader.whole(*box)));
      } else if (box->type == fourcc("mdat")) {
        CANDOR_CHECK(take_mdat(*box, reader.payload(*box)));
      }
    }
    return samples_.empty() || media_expected_.has_value() ? bad("a chunk is not whole")
                                                           : Result<void>();
  }

  [[nodiscard]] Result<Bytes> write(std::int64_t base) const {
    const std::uint64_t used = bmff::moof_bytes(samples_.size()) + kBoxHeaderBytes + payload_;
    const std::uint64_t saved = chunks_.size() - used;
    if (used > chunks_.size() || (saved > 0 && saved < kBoxHeaderBytes) ||
        chunks_.size() > std::numeric_limits<std::int32_t>::max()) {
      return bad("one fragment of the same length cannot be made");
    }
    Bytes out =
        bmff::write_fragment_head({.sequence = sequence_, .decode_time = decode_time_ - base},
                                  samples_, static_cast<std::uint32_t>(saved));
    out.reserve(chunks_.size());
    for (const ByteView part : media_) {
      out.insert(out.end(), part.begin(), part.end());
    }
    return out;
  }

 private:
  static tl::unexpected<Error> bad(std::string_view why) {
    return fail(ErrorKind::kDataLoss, fmt::format("a group of chunks: {}", why));
  }

  [[nodiscard]] Result<void> take_moof(const Box& box, ByteView bytes) {
    CANDOR_TRY(MovieFragment fragment, bmff::parse_moof(bytes));
    if (media_expected_.has_value() || fragment.samples.empty()) {
      return bad("a moof has no samples or no mdat");
    }
    const auto decode_time = static_cast<std::int64_t>(fragment.decode_time);
    if (samples_.empty()) {
      sequence_ = fragment.sequence;
      decode_time_ = decode_time;
      end_ = decode_time;
    }
    CANDOR_CHECK(stretch_to(decode_time));
    end_ = decode_time + static_cast<std::int64_t>(fragment.duration());
    samples_.insert(samples_.end(), fragment.samples.begin(), fragment.samples.end());
    media_expected_ = fragment.sample_bytes();
    // The samples fill the mdat that follows at once: nothing else is ever written.
    return fragment.data_offset == static_cast<std::int64_t>(box.size + kBoxHeaderBytes)
               ? Result<void>()
               : bad("the media is not where the moof says");
  }

  // The last sample lasts until the next one begins.
  [[nodiscard]] Result<void> stretch_to(std::int64_t decode_time) {
    if (decode_time == end_) {
      return {};
    }
    const std::int64_t duration = samples_.back().duration + decode_time - end_;
    if (duration < 0 || duration > std::numeric_limits<std::uint32_t>::max()) {
      return bad("decode times go back");
    }
    samples_.back().duration = static_cast<std::uint32_t>(duration);
    return {};
  }

  [[nodiscard]] Result<void> take_mdat(const Box& box, ByteView payload) {
    if (media_expected_ != payload.size() || box.header_bytes != kBoxHeaderBytes) {
      return bad("an mdat is not as its moof says");
    }
    media_expected_.reset();
    media_.push_back(payload);
    payload_ += payload.size();
    return {};
  }

  ByteView chunks_;
  std::vector<FragmentSample> samples_;
  std::vector<ByteView> media_;
  std::optional<std::uint64_t> media_expected_;  // Of the moof whose mdat must come next.
  std::uint64_t payload_ = 0;
  std::uint32_t sequence_ = 0;
  std::int64_t decode_time_ = 0;
  std::int64_t end_ = 0;
};

}  // namespace

Result<Bytes> one_fragment(ByteView chunks, std::int64_t base) {
  GroupWriter writer(chunks);
  CANDOR_CHECK(writer.gather());
  return writer.write(base);
}

}  // namespace candor::retrieve
