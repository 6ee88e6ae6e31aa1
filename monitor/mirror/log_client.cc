// SPDX-License-Identifier: Apache-2.0
#include "monitor/mirror/log_client.h"

#include <chrono>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "core/ids.h"
#include "evidence/entry.h"
#include "evidence/note.h"
#include "evidence/note_key.h"
#include "evidence/tiles.h"
#include "monitor/mirror/entry_files.h"
#include "net/client.h"
#include "net/json.h"

namespace candor::mirror {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kTimeout{5};
constexpr std::size_t kListBytesMax = std::size_t{4} << 20;
constexpr std::size_t kBundleBytesMax = kEntriesPerBundle * (2 + evidence::kEntryBytesMax);
constexpr std::uint64_t kEpochMax = 0xFFFF'FFFF;

std::uint64_t number_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(json::string_view(key));
  boost::system::error_code code;
  const auto number = value == nullptr ? 0 : value->to_number<std::uint64_t>(code);
  return code.failed() ? 0 : number;
}

std::string text_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(json::string_view(key));
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

// A room cannot be offered under another one's name.
bool is_plausible(const OfferedLog& log) {
  return is_slug(log.room) && log.epoch > 0 && log.epoch <= kEpochMax &&
         evidence::is_key_name(log.origin) && log.origin.size() <= evidence::kKeyNameBytesMax &&
         log.origin.ends_with(fmt::format("/{}/{}", log.room, log.epoch));
}

std::string path_of(const OfferedLog& log) {
  return fmt::format("/v1/logs/{}/{}/", log.room, log.epoch);
}

}  // namespace

Result<std::string> LogClient::get(const std::string& target, std::size_t bytes_max,
                                   std::optional<std::uint64_t> offset) {
  net::ClientRequest request;
  request.target = target;
  if (offset.has_value() && *offset > 0) {
    request.headers.emplace_back("Range", fmt::format("bytes={}-", *offset));
  }
  CANDOR_TRY(auto response, net::send_request(endpoint_, request, kTimeout));
  const unsigned expected = request.headers.empty() ? 200 : 206;
  if (response->status() == 416) {
    return std::string();
  }
  if (response->status() != expected) {
    return fail(response->status() == 404 ? ErrorKind::kNotFound : ErrorKind::kDataLoss,
                fmt::format("{}: status {}", target, response->status()));
  }
  return response->read_all(bytes_max);
}

Result<std::vector<OfferedLog>> LogClient::list() {
  CANDOR_TRY(const std::string text, get("/v1/logs", kListBytesMax, std::nullopt));
  CANDOR_TRY(const json::object body, net::parse_object(text));
  const json::value* list = body.if_contains("logs");
  if (list == nullptr || !list->is_array()) {
    return fail(ErrorKind::kDataLoss, "/v1/logs: no list of logs");
  }
  std::vector<OfferedLog> logs;
  for (const json::value& one : list->get_array()) {
    if (!one.is_object() || logs.size() == kLogsOfHostMax) {
      continue;
    }
    const json::object& object = one.get_object();
    OfferedLog log{.room = text_in(object, "room"),
                   .epoch = number_in(object, "epoch"),
                   .origin = text_in(object, "origin"),
                   .vkey = text_in(object, "vkey"),
                   .size = number_in(object, "size"),
                   .signed_size = number_in(object, "signed_size")};
    if (is_plausible(log)) {
      logs.push_back(std::move(log));
    }
  }
  return logs;
}

Result<Bytes> LogClient::bundle(const OfferedLog& log, std::uint64_t number, std::uint64_t offset) {
  const std::string target = path_of(log) + "tile/entries/" + evidence::tile_number(number);
  CANDOR_TRY(const std::string text, get(target, kBundleBytesMax, offset));
  return Bytes(text.begin(), text.end());
}

Result<std::string> LogClient::checkpoint(const OfferedLog& log) {
  return get(path_of(log) + "checkpoint", evidence::kNoteBytesMax, std::nullopt);
}

}  // namespace candor::mirror
