// SPDX-License-Identifier: Apache-2.0
#include "monitor/transcoding/transcodes.h"

#include <string_view>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/big_endian.h"
#include "core/log.h"

namespace candor::monitor {
namespace {

using namespace std::chrono_literals;

constexpr auto kRestartAfter = 5s;
constexpr std::size_t kChannelAt = 4;

// "avc1.42c01e" and the picture's size of an init segment that our own transcoder wrote; none of
// another.
struct MadePicture {
  std::string codecs;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
};
MadePicture picture_of(std::string_view init) {
  constexpr std::size_t kSizeAt = 4 + 24;    // Behind the entry's type, ISO/IEC 14496-12, 12.1.3.
  constexpr std::size_t kProfileAt = 4 + 1;  // Behind the record's type and version.
  MadePicture made;
  const std::size_t entry = init.find("avc1", init.find("stsd"));
  const std::size_t record = init.find("avcC", entry);
  if (record == std::string_view::npos || record + kProfileAt + 3 > init.size()) {
    return made;
  }
  const ByteView bytes = as_bytes(init);
  made.codecs = fmt::format("avc1.{:02x}{:02x}{:02x}", bytes[record + kProfileAt],
                            bytes[record + kProfileAt + 1], bytes[record + kProfileAt + 2]);
  made.width = get_be<std::uint16_t>(&bytes[entry + kSizeAt]);
  made.height = get_be<std::uint16_t>(&bytes[entry + kSizeAt + 2]);
  return made;
}

}  // namespace

FeedTranscodes::FeedTranscodes(boost::asio::any_io_executor executor,
                               const TranscodeOptions& options, TranscodeCounts& counts,
                               std::string room, Tell tell)
    : executor_(std::move(executor)),
      options_(options),
      counts_(counts),
      room_(std::move(room)),
      tell_(std::move(tell)) {}

FeedTranscodes::~FeedTranscodes() { clear(); }

void FeedTranscodes::clear() {
  for (auto& [channel, derived] : derived_) {
    stop(derived);
  }
  derived_.clear();
  sources_with_h264_.clear();
}

void FeedTranscodes::take(const LiveMessagePtr& message) {
  if (message->kind == LiveMessage::Kind::kText) {
    take_text(message);
    return;
  }
  const auto found = derived_.find(message->channel);
  if (found == derived_.end()) {
    return;
  }
  Derived& derived = found->second;
  if (message->kind == LiveMessage::Kind::kInit) {
    stop(derived);
    derived.init = message;
    return;
  }
  take_chunk(message->channel, derived, message);
}

void FeedTranscodes::take_text(const LiveMessagePtr& message) {
  const std::string type = text_of(message->text, "type");
  if (type == "stream") {
    take_stream(message);
  } else if (type == "end") {
    drop(message->channel);
  } else if ((type == "lost" || type == "found") && derived_.contains(message->channel)) {
    auto copy = std::make_shared<LiveMessage>(*message);
    copy->channel += kDerivedChannel;
    copy->text["channel"] = copy->channel;
    tell_(copy);
  }
}

void FeedTranscodes::take_stream(const LiveMessagePtr& message) {
  const std::string codec = codec_of(text_of(message->text, "codecs"));
  const std::string source = text_of(message->text, "source");
  drop(message->channel);
  if (codec == "avc1") {
    sources_with_h264_.insert(source);
    // Its substream is there: the main stream needs no transcode any more.
    for (const auto& [channel, derived] : std::map(derived_)) {
      if (derived.is_picture && text_of(derived.stream->text, "source") == source) {
        drop(channel);
      }
    }
  }
  const bool is_picture = codec == "hvc1" || codec == "hev1";
  const bool is_sound = codec == "alaw" || codec == "ulaw";
  if (is_sound || (is_picture && !sources_with_h264_.contains(source))) {
    Derived derived;
    derived.stream = message;
    derived.is_picture = is_picture;
    derived_.emplace(message->channel, std::move(derived));
  }
}

void FeedTranscodes::take_chunk(std::uint32_t channel, Derived& derived,
                                const LiveMessagePtr& message) {
  if (derived.child == nullptr && (!message->is_sync || !start(channel, derived))) {
    return;
  }
  if (derived.waits_for_sync && !message->is_sync) {
    return;
  }
  // A transcode that falls behind goes on at the next key frame.
  derived.waits_for_sync = !derived.child->send(message);
}

bool FeedTranscodes::start(std::uint32_t channel, Derived& derived) {
  const auto now = std::chrono::steady_clock::now();
  if (derived.init == nullptr || now < derived.not_before) {
    return false;
  }
  if (options_.program.empty()) {
    refuse(derived, "transcodes-off");
    return false;
  }
  if (derived.is_picture && counts_.pictures >= options_.pictures_max) {
    refuse(derived, "transcodes-busy");
    return false;
  }
  std::vector<std::string> arguments = {"--to", derived.is_picture ? "h264" : "aac", "--height",
                                        std::to_string(options_.height_max)};
  TranscodeChild::Handlers handlers;
  handlers.on_message = [this, channel](std::string bytes) {
    take_made(channel, std::move(bytes));
  };
  handlers.on_end = [this, channel] { fail_made(channel); };
  auto child =
      TranscodeChild::start(executor_, options_.program, std::move(arguments), std::move(handlers));
  derived.not_before = now + kRestartAfter;
  if (!child.has_value()) {
    log::error("transcode.failed", {{"room", room_}, {"error", child.error().message()}});
    refuse(derived, "transcode-failed");
    return false;
  }
  derived.child = std::move(*child);
  ++(derived.is_picture ? counts_.pictures : counts_.sounds);
  static_cast<void>(derived.child->send(derived.init));
  derived.waits_for_sync = true;
  return true;
}

// Said once for each time it is so: the tile says it in words.
void FeedTranscodes::refuse(Derived& derived, const char* reason) {
  if (std::exchange(derived.is_refused, true)) {
    return;
  }
  counts_.pictures_refused += derived.is_picture ? 1 : 0;
  auto message = std::make_shared<LiveMessage>();
  message->text = derived.stream->text;
  message->text["type"] = "unplayable";
  message->text["reason"] = reason;
  message->text.erase("channel");
  tell_(message);
}

void FeedTranscodes::take_made(std::uint32_t channel, std::string bytes) {
  const auto found = derived_.find(channel);
  auto message = std::make_shared<LiveMessage>();
  if (found == derived_.end() || !read_binary(std::move(bytes), *message)) {
    return;
  }
  message->channel = channel + kDerivedChannel;
  put_be(reinterpret_cast<std::uint8_t*>(message->bytes.data()) + kChannelAt, message->channel);
  if (message->kind == LiveMessage::Kind::kInit) {
    announce(channel, found->second, *message);
  } else {
    found->second.is_refused = false;
  }
  tell_(message);
}

void FeedTranscodes::announce(std::uint32_t channel, Derived& derived, const LiveMessage& init) {
  auto message = std::make_shared<LiveMessage>();
  message->channel = channel + kDerivedChannel;
  message->text = derived.stream->text;
  message->text["channel"] = message->channel;
  message->text["from"] = text_of(derived.stream->text, "codecs");
  if (derived.is_picture) {
    const MadePicture made = picture_of(init.bytes);
    message->text["codecs"] = made.codecs;
    message->text["timescale"] = 90000;
    message->text["width"] = made.width;
    message->text["height"] = made.height;
  } else {
    message->text["codecs"] = "mp4a.40.2";
    message->text["timescale"] = 48000;
  }
  derived.is_announced = true;
  tell_(message);
}

void FeedTranscodes::stop(Derived& derived) {
  if (derived.child != nullptr) {
    --(derived.is_picture ? counts_.pictures : counts_.sounds);
    std::exchange(derived.child, nullptr)->stop();
  }
}

void FeedTranscodes::drop(std::uint32_t channel) {
  end(channel);
  derived_.erase(channel);
}

// Its process has ended by itself.
void FeedTranscodes::fail_made(std::uint32_t channel) {
  end(channel);
  if (const auto found = derived_.find(channel); found != derived_.end()) {
    refuse(found->second, "transcode-failed");
  }
}

// The next key frame begins it anew, if the original goes on.
void FeedTranscodes::end(std::uint32_t channel) {
  const auto found = derived_.find(channel);
  if (found == derived_.end()) {
    return;
  }
  stop(found->second);
  if (std::exchange(found->second.is_announced, false)) {
    auto message = std::make_shared<LiveMessage>();
    message->channel = channel + kDerivedChannel;
    message->text = {{"type", "end"}, {"room", room_}, {"channel", message->channel}};
    tell_(message);
  }
}

}  // namespace candor::monitor
