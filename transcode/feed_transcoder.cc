// SPDX-License-Identifier: Apache-2.0
#include "transcode/feed_transcoder.h"

#include <algorithm>
#include <utility>

#include "core/big_endian.h"
#include "core/time.h"
#include "media/bmff/box_reader.h"
#include "media/bmff/chunk_writer.h"
#include "media/fragment/init_segment.h"

namespace candor::transcode {
namespace {

constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kFlagsAt = 2;
constexpr std::size_t kCaptureAt = 8;
constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kInitKind = 1;
constexpr std::uint8_t kChunkKind = 2;
constexpr std::uint16_t kSyncFlag = 1;

struct ChunkParts {
  bmff::MovieFragment fragment;
  ByteView media;
};

Result<ChunkParts> parts_of(ByteView chunk) {
  ChunkParts parts;
  bmff::BoxReader reader(chunk);
  while (true) {
    CANDOR_TRY(const auto box, reader.next());
    if (!box.has_value()) {
      break;
    }
    if (box->type == bmff::fourcc("moof")) {
      CANDOR_TRY(parts.fragment, bmff::parse_moof(reader.whole(*box)));
    } else if (box->type == bmff::fourcc("mdat")) {
      parts.media = reader.payload(*box);
    }
  }
  if (parts.fragment.sample_bytes() > parts.media.size()) {
    return fail(ErrorKind::kInvalidArgument, "the chunk's samples are longer than the chunk");
  }
  return parts;
}

std::vector<CodedSample> samples_of(const ChunkParts& parts) {
  std::vector<CodedSample> samples;
  std::size_t at = 0;
  auto time = static_cast<std::int64_t>(parts.fragment.decode_time);
  for (const bmff::FragmentSample& sample : parts.fragment.samples) {
    const ByteView data = parts.media.subspan(at, sample.size);
    samples.push_back({.data = Bytes(data.begin(), data.end()),
                       .decode_time = time,
                       .composition_offset = sample.composition_offset,
                       .duration = sample.duration,
                       .sync = sample.is_sync()});
    at += sample.size;
    time += sample.duration;
  }
  return samples;
}

Bytes message_of(ByteView header, std::uint16_t flags, ByteView body) {
  Bytes message(header.begin(), header.end());
  put_be(&message[kFlagsAt], flags);
  message.insert(message.end(), body.begin(), body.end());
  return message;
}

}  // namespace

Result<std::vector<Bytes>> FeedTranscoder::take(ByteView message) {
  if (message.size() <= kHeaderBytes || message[0] != kVersion) {
    return fail(ErrorKind::kInvalidArgument, "not a message of a feed");
  }
  const ByteView header = message.first(kHeaderBytes);
  const ByteView body = message.subspan(kHeaderBytes);
  if (message[1] == kInitKind) {
    return take_init(header, body);
  }
  if (message[1] != kChunkKind || transcoder_ == nullptr) {
    return fail(ErrorKind::kInvalidArgument, "a chunk without its init segment");
  }
  return take_chunk(header, body);
}

Result<std::vector<Bytes>> FeedTranscoder::take_init(ByteView header, ByteView init) {
  CANDOR_TRY(transcoder_, make_transcoder(init, options_.target, options_.height_max));
  CANDOR_TRY(const InitSegmentPtr made, media::make_init_segment(transcoder_->format()));
  std::vector<Bytes> messages;
  messages.push_back(message_of(header, 0, made->bytes));
  return messages;
}

Result<std::vector<Bytes>> FeedTranscoder::take_chunk(ByteView header, ByteView chunk) {
  CANDOR_TRY(const ChunkParts parts, parts_of(chunk));
  const UtcTime capture{get_be<std::int64_t>(&header[kCaptureAt])};
  std::vector<Bytes> messages;
  for (const CodedSample& sample : samples_of(parts)) {
    CANDOR_TRY(const std::vector<CodedSample> made, transcoder_->take(sample));
    for (const CodedSample& one : made) {
      const bmff::ChunkSample written{.data = one.data,
                                      .duration = static_cast<std::uint32_t>(one.duration),
                                      .composition_offset = one.composition_offset,
                                      .sync = one.sync};
      const bmff::WrittenChunk out = bmff::write_chunk(
          {.sequence = ++sequence_, .decode_time = one.decode_time, .capture = capture},
          {&written, 1});
      messages.push_back(message_of(header, one.sync ? kSyncFlag : 0, out.bytes));
    }
  }
  return messages;
}

}  // namespace candor::transcode
