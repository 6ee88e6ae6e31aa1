// SPDX-License-Identifier: Apache-2.0
#include "monitor/live_message.h"

#include <utility>

#include <boost/json.hpp>

#include "core/big_endian.h"

namespace candor::monitor {
namespace {

namespace json = boost::json;

constexpr std::uint8_t kInitKind = 1;
constexpr std::uint16_t kSyncFlag = 1;
constexpr std::uint16_t kStartsUnitFlag = 4;

std::uint32_t channel_of(const json::object& object) {
  const json::value* field = object.if_contains("channel");
  boost::system::error_code code;
  return field == nullptr ? 0 : field->to_number<std::uint32_t>(code);
}

}  // namespace

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* field = object.if_contains(json::string_view(key));
  return field != nullptr && field->is_string() ? std::string(field->get_string()) : "";
}

std::string codec_of(std::string_view codecs) {
  return std::string(codecs.substr(0, codecs.find('.')));
}

bool read_binary(std::string bytes, LiveMessage& message) {
  if (bytes.size() < kLiveHeaderBytes) {
    return false;
  }
  const auto* header = reinterpret_cast<const std::uint8_t*>(bytes.data());
  message.kind = header[1] == kInitKind ? LiveMessage::Kind::kInit : LiveMessage::Kind::kChunk;
  const auto flags = get_be<std::uint16_t>(header + 2);
  message.is_sync = (flags & kSyncFlag) != 0;
  message.starts_unit = (flags & kStartsUnitFlag) != 0;
  message.channel = get_be<std::uint32_t>(header + 4);
  message.bytes = std::move(bytes);
  return true;
}

LiveMessagePtr parse_live(net::WebSocketMessage message) {
  auto live = std::make_shared<LiveMessage>();
  if (!message.is_text) {
    return read_binary(std::move(message.content), *live) ? live : nullptr;
  }
  boost::system::error_code code;
  json::value value = json::parse(message.content, code);
  if (code.failed() || !value.is_object()) {
    return nullptr;
  }
  live->text = std::move(value.get_object());
  live->channel = channel_of(live->text);
  return live;
}

}  // namespace candor::monitor
