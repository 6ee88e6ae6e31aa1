// SPDX-License-Identifier: Apache-2.0
#include "app/capture/notary/logs_api.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "app/capture/byte_range.h"
#include "evidence/entry.h"
#include "evidence/note.h"
#include "net/json.h"
#include "storage/write/append_file.h"
#include "storage/write/log_paths.h"

namespace candor::app {
namespace {

namespace json = boost::json;

constexpr std::string_view kEntries = "tile/entries/";
constexpr std::string_view kLevelZero = "tile/0/";
constexpr std::uint64_t kFileBytesMax =
    storage::kEntriesPerBundle * (2 + std::uint64_t{evidence::kEntryBytesMax});

Error no_such(std::string_view path) {
  return {ErrorKind::kNotFound, "no '" + std::string(path) + "' in this log"};
}

// The first of the volumes' copies that is there.
Result<Bytes> read_anywhere(const std::vector<std::string>& roots, const std::string& relative) {
  Result<Bytes> read = fail(no_such(relative));
  for (const std::string& root : roots) {
    read = storage::read_file(storage::posix_files(), fmt::format("{}/{}", root, relative),
                              kFileBytesMax);
    if (read.has_value()) {
      break;
    }
  }
  return read;
}

// `wanted` whole entries of a bundle.
Result<Bytes> read_entries(const std::vector<std::string>& roots, const std::string& folder,
                           std::uint64_t number, std::uint64_t wanted) {
  for (const std::string& root : roots) {
    // It is renamed when it is full: whoever looked for it just then looks again.
    for (const bool is_whole : {true, false, true}) {
      auto bytes = storage::read_file(storage::posix_files(),
                                      root + "/" + storage::bundle_path(folder, number, is_whole),
                                      kFileBytesMax);
      if (!bytes.has_value()) {
        continue;
      }
      const evidence::Bundle bundle = evidence::read_bundle(*bytes);
      if (bundle.entries.size() < wanted) {
        continue;
      }
      const ByteView last = bundle.entries[static_cast<std::size_t>(wanted) - 1];
      bytes->resize(static_cast<std::size_t>(last.data() - bytes->data()) + last.size());
      return bytes;
    }
  }
  return fail(no_such(storage::bundle_path(folder, number, true)));
}

// The one writing of an epoch. Null: there is no such log.
LogViewPtr find_log(const LogBoard& board, const std::string& room, std::string_view epoch) {
  std::uint32_t number = 0;
  const auto [end, code] = std::from_chars(epoch.data(), epoch.data() + epoch.size(), number);
  if (code != std::errc() || std::to_string(number) != epoch) {
    return nullptr;
  }
  return board.find({.room = room, .epoch = number});
}

}  // namespace

json::object logs_json(const std::vector<LogViewPtr>& logs) {
  json::array all;
  for (const LogViewPtr& log : logs) {
    json::object cosigned;
    for (const auto& [witness, at] : log->cosigned) {
      cosigned[witness] = {
          {"size", at.size},
          {"time", at.time.ns == 0 ? json::value() : json::value(to_rfc3339(at.time))}};
    }
    all.push_back({{"room", log->log.room},
                   {"epoch", log->log.epoch},
                   {"origin", log->origin},
                   {"vkey", log->vkey.empty() ? json::value() : json::value(log->vkey)},
                   {"size", log->size},
                   {"signed_size", log->signed_size},
                   {"cosigned", std::move(cosigned)},
                   {"state", to_string(log->standing)}});
  }
  return {{"logs", std::move(all)}};
}

Result<LogPath> parse_log_path(std::string_view path) {
  if (path == "checkpoint") {
    return LogPath{};
  }
  LogPath parsed;
  const bool is_entries = path.starts_with(kEntries);
  parsed.kind = is_entries ? LogPath::Kind::kEntries : LogPath::Kind::kTile;
  const std::string tile = is_entries
                               ? std::string(kLevelZero) + std::string(path.substr(kEntries.size()))
                               : std::string(path);
  const auto place = evidence::parse_tile_path(tile);
  if (!place.has_value()) {
    return fail(no_such(path));
  }
  parsed.place = *place;
  parsed.is_partial_named = place->width < evidence::kTileHashes;
  return parsed;
}

Result<LogRequest> parse_log_request(const LogBoard& board, std::span<const std::string> segments) {
  constexpr std::size_t kBefore = 4;  // "v1", "logs", room, epoch.
  if (segments.size() <= kBefore) {
    return fail(no_such(""));
  }
  std::string rest = segments[kBefore];
  for (const std::string& segment : segments.subspan(kBefore + 1)) {
    rest += "/" + segment;
  }
  LogRequest request{.log = find_log(board, segments[2], segments[3]), .path = {}};
  if (request.log == nullptr) {
    return fail(ErrorKind::kNotFound, "no log of that room and epoch");
  }
  CANDOR_TRY(request.path, parse_log_path(rest));
  return request;
}

Result<Bytes> log_bytes(const LogView& log, const LogPath& path,
                        const std::vector<std::string>& roots) {
  const std::string folder = storage::log_folder(log.log.room, log.log.epoch);
  if (path.kind == LogPath::Kind::kCheckpoint) {
    if (log.note.signatures.empty()) {
      return read_anywhere(roots, folder + "/checkpoint");
    }
    const std::string note = evidence::format_note(log.note);
    return Bytes(note.begin(), note.end());
  }
  if (path.kind == LogPath::Kind::kTile) {
    return log.tree.size() > 0
               ? log.tree.tile(path.place)
               : read_anywhere(roots, folder + "/" + evidence::tile_path(path.place));
  }
  const std::uint64_t first = path.place.index * storage::kEntriesPerBundle;
  const std::uint64_t there =
      log.size > first ? std::min(log.size - first, storage::kEntriesPerBundle) : 0;
  // Without a width it is what there is: the growing bundle, too.
  const std::uint64_t wanted = path.is_partial_named ? path.place.width : there;
  if (there == 0 || wanted > there) {
    return fail(no_such(storage::bundle_path("", path.place.index, true)));
  }
  return read_entries(roots, folder, path.place.index, wanted);
}

net::HttpResponse log_response(const LogView& log, const LogPath& path,
                               const std::vector<std::string>& roots,
                               const net::HttpRequest& request) {
  const auto bytes = log_bytes(log, path, roots);
  if (!bytes.has_value()) {
    return net::error_response(bytes.error());
  }
  net::HttpResponse response;
  response.headers = {
      {"Content-Type", path.kind == LogPath::Kind::kCheckpoint ? "text/plain; charset=utf-8"
                                                               : "application/octet-stream"},
      {"Accept-Ranges", "bytes"},
      {"Cache-Control", "no-store"}};
  const std::uint64_t size = bytes->size();
  const auto span = asked_span(request.header("range"), "", size, "");
  if (!span.has_value()) {
    response = net::error_response(span.error());
    response.status = 416;
    response.headers.emplace_back("Content-Range", fmt::format("bytes */{}", size));
    return response;
  }
  const ByteSpan sent = span->value_or(ByteSpan{0, size});
  if (span->has_value()) {
    response.status = 206;
    response.headers.emplace_back("Content-Range",
                                  fmt::format("bytes {}-{}/{}", sent.begin, sent.end - 1, size));
  }
  response.body = std::string(as_text(ByteView(*bytes).subspan(
      static_cast<std::size_t>(sent.begin), static_cast<std::size_t>(sent.end - sent.begin))));
  return response;
}

json::object evidence_json(const std::vector<LogViewPtr>& logs, const std::string& signer,
                           const std::vector<WitnessSpec>& witnesses) {
  json::array named;
  for (const WitnessSpec& witness : witnesses) {
    named.push_back({{"witness", witness.key.name}, {"own_host", witness.is_on_own_host}});
  }
  json::object evidence{{"signer", signer.empty() ? json::value() : json::value(signer)},
                        {"state", signer.empty()      ? "no signer"
                                  : witnesses.empty() ? "no witness"
                                                      : "witnessed"},
                        {"witnesses", std::move(named)}};
  evidence["logs"] = logs_json(logs)["logs"];
  return evidence;
}

json::array alarms_json(const std::vector<Alarm>& alarms) {
  json::array all;
  for (const Alarm& alarm : alarms) {
    all.push_back({{"kind", alarm.kind},
                   {"room", alarm.room},
                   {"since", to_rfc3339(alarm.since)},
                   {"detail", alarm.detail}});
  }
  return all;
}

}  // namespace candor::app
