// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/witness_logs.h"

#include <algorithm>

#include <fmt/format.h>

namespace candor::records {
namespace {

#define CANDOR_LOG_COLUMNS \
  "SELECT origin, vkey, state, enrolled_by, enrolled_ns, size, root, time_s, note FROM log "

constexpr std::string_view kFind = CANDOR_LOG_COLUMNS "WHERE origin = ?";
constexpr std::string_view kFindByHash = CANDOR_LOG_COLUMNS "WHERE origin_hash = ?";
constexpr std::string_view kList = CANDOR_LOG_COLUMNS "ORDER BY origin";
constexpr std::string_view kEnrolled =
    "SELECT origin, note <> '' FROM log WHERE state = 'enrolled'";
constexpr std::string_view kSetCosigned =
    "UPDATE log SET size = ?, root = ?, time_s = ?, note = ? WHERE origin = ?";

#undef CANDOR_LOG_COLUMNS

WitnessedLog row_of(const Statement& select) {
  WitnessedLog log{.origin = select.text(0),
                   .vkey = select.text(1),
                   .is_enrolled = select.text(2) == "enrolled",
                   .enrolled_by = select.text(3),
                   .enrolled = select.time(4),
                   .last = std::nullopt};
  const ByteView root = select.bytes(6);
  if (root.size() == evidence::Digest{}.size()) {
    Cosigned& last = log.last.emplace();
    last.size = static_cast<std::uint64_t>(select.integer(5));
    std::ranges::copy(root, last.root.begin());
    last.time_s = static_cast<std::uint64_t>(select.integer(7));
    last.note = select.text(8);
  }
  return log;
}

Result<std::optional<WitnessedLog>> one(Statement& select) {
  CANDOR_TRY(const bool has_row, select.step());
  if (!has_row) {
    return std::nullopt;
  }
  WitnessedLog log = row_of(select);
  select.reset();
  return log;
}

}  // namespace

WitnessLogs::WitnessLogs(Database& database)
    : database_(database),
      find_(database, kFind),
      find_by_hash_(database, kFindByHash),
      enrolled_(database, kEnrolled),
      set_cosigned_(database, kSetCosigned) {}

Result<std::optional<WitnessedLog>> WitnessLogs::find(std::string_view origin) {
  CANDOR_TRY(Statement * select, find_.get());
  return one(select->bind(1, origin));
}

Result<std::optional<WitnessedLog>> WitnessLogs::find(const evidence::Digest& origin_hash) {
  CANDOR_TRY(Statement * select, find_by_hash_.get());
  return one(select->bind(1, ByteView(origin_hash)));
}

Result<std::vector<WitnessedLog>> WitnessLogs::list() {
  CANDOR_TRY(Statement select, database_.prepare(kList));
  std::vector<WitnessedLog> logs;
  while (true) {
    CANDOR_TRY(const bool has_row, select.step());
    if (!has_row) {
      return logs;
    }
    logs.push_back(row_of(select));
  }
}

Result<std::vector<std::pair<std::string, bool>>> WitnessLogs::enrolled() {
  CANDOR_TRY(Statement * select, enrolled_.get());
  std::vector<std::pair<std::string, bool>> logs;
  while (true) {
    CANDOR_TRY(const bool has_row, select->step());
    if (!has_row) {
      return logs;
    }
    logs.emplace_back(select->text(0), select->integer(1) != 0);
  }
}

Result<void> WitnessLogs::enrol(const std::string& origin, const std::string& vkey,
                                const Actor& actor) {
  CANDOR_TRY(const std::optional<WitnessedLog> known, find(origin));
  if (known.has_value() && known->is_enrolled) {
    return fail(ErrorKind::kAlreadyExists, fmt::format("log {} is enrolled", origin));
  }
  if (known.has_value() && known->vkey != vkey) {
    return fail(
        ErrorKind::kFailedPrecondition,
        fmt::format("log {} was enrolled with the key {}: a log with another key is another "
                    "log; let the room open its next epoch",
                    origin, known->vkey));
  }
  CANDOR_TRY(Statement insert,
             database_.prepare("INSERT INTO log (origin, origin_hash, vkey, state, enrolled_by, "
                               "enrolled_ns) VALUES (?, ?, ?, 'enrolled', ?, ?) "
                               "ON CONFLICT (origin) DO UPDATE SET state = 'enrolled', "
                               "enrolled_by = excluded.enrolled_by, "
                               "enrolled_ns = excluded.enrolled_ns"));
  const evidence::Digest hash = evidence::sha256(as_bytes(origin));
  insert.bind(1, origin).bind(2, ByteView(hash)).bind(3, vkey);
  CANDOR_CHECK(insert.bind(4, actor.name).bind(5, actor.at).run());
  CANDOR_TRY(Statement remove, database_.prepare("DELETE FROM pending WHERE origin = ?"));
  CANDOR_CHECK(remove.bind(1, origin).run());
  return note_act(actor, "enrol", origin, vkey);
}

Result<void> WitnessLogs::retire(const std::string& origin, const Actor& actor) {
  CANDOR_TRY(Statement update, database_.prepare("UPDATE log SET state = 'retired' "
                                                 "WHERE origin = ? AND state = 'enrolled'"));
  CANDOR_CHECK(update.bind(1, origin).run());
  if (database_.changes() == 0) {
    return fail(ErrorKind::kNotFound, fmt::format("no log {} is enrolled", origin));
  }
  return note_act(actor, "retire", origin, "");
}

Result<void> WitnessLogs::set_cosigned(std::string_view origin, const Cosigned& cosigned) {
  CANDOR_TRY(Statement * update, set_cosigned_.get());
  update->bind(1, static_cast<std::int64_t>(cosigned.size)).bind(2, ByteView(cosigned.root));
  update->bind(3, static_cast<std::int64_t>(cosigned.time_s)).bind(4, cosigned.note);
  return update->bind(5, origin).run();
}

Result<void> WitnessLogs::note_act(const Actor& actor, std::string_view what,
                                   std::string_view origin, std::string_view detail) {
  CANDOR_TRY(Statement insert,
             database_.prepare("INSERT INTO act (at_ns, by, what, origin, detail) "
                               "VALUES (?, ?, ?, ?, ?)"));
  insert.bind(1, actor.at).bind(2, actor.name).bind(3, what).bind(4, origin);
  return insert.bind(5, detail).run();
}

}  // namespace candor::records
