// SPDX-License-Identifier: Apache-2.0
// The logs of this host for who mirrors them (docs/design/link.md, "Logs"): what there is, and the
// raw bytes of bundles, tiles and checkpoints. Bytes that are not committed are never given.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "app/capture/notary/alarm_board.h"
#include "app/capture/notary/log_board.h"
#include "app/capture/notary/witness_line.h"
#include "core/result.h"
#include "net/http.h"

namespace candor::app {

/// `{"logs":[...]}`.
[[nodiscard]] boost::json::object logs_json(const std::vector<LogViewPtr>& logs);

/// What of a log is asked for: the path behind its epoch.
struct LogPath {
  enum class Kind : std::uint8_t { kCheckpoint, kTile, kEntries };
  Kind kind = Kind::kCheckpoint;
  evidence::TilePlace place{};    // Of a tile, or of a bundle as of a tile on level 0.
  bool is_partial_named = false;  // ".p/<width>" stood behind it.
};
/// Strict: what any other writing of a path means is nothing.
/// Errors: kNotFound.
[[nodiscard]] Result<LogPath> parse_log_path(std::string_view path);

/// A request "v1", "logs", room, epoch, path ... of a log that there is. Errors: kNotFound.
struct LogRequest {
  LogViewPtr log;
  LogPath path;
};
[[nodiscard]] Result<LogRequest> parse_log_request(const LogBoard& board,
                                                   std::span<const std::string> segments);

/// The bytes. Reads the disk: thread: the blocking pool.
/// Errors: kNotFound  the log does not reach so far, or the volume cannot be read; errno kinds.
[[nodiscard]] Result<Bytes> log_bytes(const LogView& log, const LogPath& path,
                                      const std::vector<std::string>& volume_roots);

/// The answer to `GET /v1/logs/<room>/<epoch>/<path>`, with Range.
[[nodiscard]] net::HttpResponse log_response(const LogView& log, const LogPath& path,
                                             const std::vector<std::string>& volume_roots,
                                             const net::HttpRequest& request);

/// "evidence" of GET /v1/status: whether it is signed, by whom it is witnessed, each log's
/// standing.
[[nodiscard]] boost::json::object evidence_json(const std::vector<LogViewPtr>& logs,
                                                const std::string& signer,
                                                const std::vector<WitnessSpec>& witnesses);
[[nodiscard]] boost::json::array alarms_json(const std::vector<Alarm>& alarms);

}  // namespace candor::app
