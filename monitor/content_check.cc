// SPDX-License-Identifier: Apache-2.0
#include "monitor/content_check.h"

#include <utility>

#include "media/bmff/chunk_reader.h"

namespace candor::monitor {
namespace {

constexpr std::size_t kChannelsMax = 256;

}  // namespace

void ContentCheck::take(const LiveMessage& message) {
  if (message.kind == LiveMessage::Kind::kText) {
    take_text(message);
    return;
  }
  const auto channel = channels_.find(message.channel);
  if (message.kind == LiveMessage::Kind::kChunk && channel != channels_.end()) {
    take_chunk(message, channel->second);
  }
}

void ContentCheck::take_text(const LiveMessage& message) {
  const std::string type = text_of(message.text, "type");
  if (type == "stream") {
    channels_.erase(message.channel);
    const auto stream = parse_uuid(text_of(message.text, "stream"));
    if (stream.has_value() && text_of(message.text, "role") != "sub" &&
        channels_.size() < kChannelsMax) {
      Channel& channel = channels_[message.channel];
      channel.unit.room = room_;
      channel.unit.stream = *stream;
    }
  } else if (type == "end") {
    channels_.erase(message.channel);
  } else if (const auto channel = channels_.find(message.channel);
             type == "drop" && channel != channels_.end()) {
    channel->second.has_unit = false;
  }
}

void ContentCheck::take_chunk(const LiveMessage& message, Channel& channel) {
  const ByteView bytes = as_bytes(message.bytes).subspan(kLiveHeaderBytes);
  if (message.starts_unit) {
    if (channel.has_unit) {
      channel.unit.digest = channel.content.finish();
      units_.note_watched(channel.unit);
    }
    const auto read = bmff::read_chunk(bytes);
    channel.content = evidence::Sha256();
    channel.has_unit = read.has_value();
    channel.unit.decode_time = read.has_value() ? read->decode_time : 0;
    channel.unit.bytes = 0;
  }
  if (channel.has_unit) {
    channel.content.update(bytes);
    channel.unit.bytes += bytes.size();
  }
}

}  // namespace candor::monitor
