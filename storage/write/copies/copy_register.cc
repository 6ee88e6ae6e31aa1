// SPDX-License-Identifier: Apache-2.0
#include "storage/write/copies/copy_register.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "core/log.h"
#include "storage/read/sqlite.h"
#include "storage/write/index_database.h"

namespace candor::storage {
namespace {

constexpr std::int64_t kApplicationId = 0x43434F50;  // "CCOP"
constexpr std::int64_t kVersion = 1;

constexpr const char* kSchema = R"(
CREATE TABLE logs (
  room TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  PRIMARY KEY (room, epoch)
) WITHOUT ROWID;
CREATE TABLE segments (
  path TEXT NOT NULL PRIMARY KEY,
  room TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  init_entry INTEGER NOT NULL,
  session BLOB,
  copies INTEGER NOT NULL DEFAULT 0,
  lost INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX segments_below_two ON segments (path, session) WHERE copies < 2;
CREATE INDEX segments_by_session ON segments (session, copies) WHERE session IS NOT NULL;
CREATE INDEX segments_lost ON segments (path) WHERE lost = 1;
CREATE TABLE copies (
  path TEXT NOT NULL,
  volume BLOB NOT NULL,
  checked_ns INTEGER NOT NULL,
  PRIMARY KEY (path, volume)
) WITHOUT ROWID;
)";

Result<Database> open_database(const std::string& path) {
  return open_database_for_writing(
      path, {.application_id = kApplicationId, .version = kVersion, .schema = kSchema});
}

}  // namespace

struct CopyRegister::Impl {
  Database database;
  std::size_t volumes;
  Statement add;
  Statement verify;
  Statement count_copies;
  Statement lose;
  Statement incomplete;
  Statement holders;
  Statement below_two;
  Statement lost;
  Statement position;
  Statement set_position;

  [[nodiscard]] static Result<std::unique_ptr<Impl>> open(Database database, std::size_t volumes);
  [[nodiscard]] Result<std::vector<Uuid>> volumes_of(const std::string& path);
};

Result<std::unique_ptr<CopyRegister::Impl>> CopyRegister::Impl::open(Database database,
                                                                     std::size_t volumes) {
  CANDOR_TRY(Statement add, database.prepare("INSERT OR IGNORE INTO segments (path, room, epoch, "
                                             "init_entry, session) VALUES (?, ?, ?, ?, ?)"));
  CANDOR_TRY(Statement verify, database.prepare("INSERT OR REPLACE INTO copies VALUES (?, ?, ?)"));
  CANDOR_TRY(Statement count_copies,
             database.prepare("UPDATE segments SET lost = 0, copies = (SELECT count(*) FROM copies "
                              "WHERE copies.path = segments.path) WHERE path = ?"));
  CANDOR_TRY(Statement lose, database.prepare("UPDATE segments SET lost = 1 WHERE path = ?"));
  CANDOR_TRY(Statement incomplete,
             database.prepare("SELECT path, room, epoch, init_entry, session FROM segments WHERE "
                              "copies < 2 AND copies < ? AND path > ? ORDER BY path LIMIT ?"));
  CANDOR_TRY(Statement holders, database.prepare("SELECT volume FROM copies WHERE path = ?"));
  CANDOR_TRY(Statement below_two,
             database.prepare("SELECT count(*), count(DISTINCT session) FROM segments WHERE "
                              "copies < 2"));
  CANDOR_TRY(Statement lost, database.prepare("SELECT count(*) FROM segments WHERE lost = 1"));
  CANDOR_TRY(Statement position,
             database.prepare("SELECT entries FROM logs WHERE room = ? AND epoch = ?"));
  CANDOR_TRY(Statement set_position,
             database.prepare("INSERT OR REPLACE INTO logs VALUES (?, ?, ?)"));
  return std::unique_ptr<Impl>(new Impl{
      std::move(database), volumes, std::move(add), std::move(verify), std::move(count_copies),
      std::move(lose), std::move(incomplete), std::move(holders), std::move(below_two),
      std::move(lost), std::move(position), std::move(set_position)});
}

CopyRegister::CopyRegister(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CopyRegister::CopyRegister(CopyRegister&&) noexcept = default;
CopyRegister& CopyRegister::operator=(CopyRegister&&) noexcept = default;
CopyRegister::~CopyRegister() = default;

Result<CopyRegister> CopyRegister::open(const std::string& path, const std::vector<Uuid>& volumes) {
  auto database = open_database(path);
  if (!database.has_value()) {
    log::warn("storage.copies-anew", {{"error", database.error().message()}});
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::remove((path + suffix).c_str());
    }
    database = open_database(path);
  }
  if (!database.has_value()) {
    return fail(std::move(database.error()));
  }
  std::string known;
  for (const Uuid& volume : volumes) {
    known += fmt::format("{}x'{}'", known.empty() ? "" : ", ", to_hex(volume.bytes));
  }
  CANDOR_CHECK(database->execute(fmt::format(
      "DELETE FROM copies WHERE volume NOT IN ({}); UPDATE segments SET copies = (SELECT count(*) "
      "FROM copies WHERE copies.path = segments.path) WHERE (SELECT count(*) FROM copies WHERE "
      "copies.path = segments.path) <> copies;",
      known)));
  CANDOR_TRY(std::unique_ptr<Impl> impl, Impl::open(std::move(*database), volumes.size()));
  return CopyRegister(std::move(impl));
}

Result<void> CopyRegister::add(const SegmentRef& segment) {
  Statement& add = impl_->add;
  add.bind(1, segment.path)
      .bind(2, segment.room)
      .bind(3, segment.epoch)
      .bind(4, segment.init_entry);
  segment.session == Uuid{} ? add.bind_null(5) : add.bind(5, segment.session);
  return add.run();
}

Result<void> CopyRegister::set_verified(const std::string& path, const Uuid& volume, UtcTime now) {
  CANDOR_CHECK(impl_->verify.bind(1, path).bind(2, volume).bind(3, now.ns).run());
  return impl_->count_copies.bind(1, path).run();
}

Result<void> CopyRegister::set_lost(const std::string& path) {
  return impl_->lose.bind(1, path).run();
}

Result<std::vector<Uuid>> CopyRegister::Impl::volumes_of(const std::string& path) {
  std::vector<Uuid> found;
  holders.bind(1, path);
  while (true) {
    CANDOR_TRY(const bool has_row, holders.step());
    if (!has_row) {
      return found;
    }
    found.push_back(holders.uuid(0));
  }
}

Result<std::vector<SegmentCopies>> CopyRegister::incomplete(const std::string& after,
                                                            std::size_t limit) {
  std::vector<SegmentCopies> found;
  Statement& rows = impl_->incomplete;
  rows.bind(1, std::uint64_t{impl_->volumes}).bind(2, after).bind(3, std::uint64_t{limit});
  while (true) {
    CANDOR_TRY(const bool has_row, rows.step());
    if (!has_row) {
      break;
    }
    found.push_back({.segment = {.path = std::string(rows.text(0)),
                                 .room = std::string(rows.text(1)),
                                 .epoch = static_cast<std::uint32_t>(rows.integer(2)),
                                 .init_entry = rows.unsigned_integer(3),
                                 .session = rows.is_null(4) ? Uuid{} : rows.uuid(4)},
                     .volumes = {}});
  }
  for (SegmentCopies& copies : found) {
    CANDOR_TRY(copies.volumes, impl_->volumes_of(copies.segment.path));
  }
  return found;
}

Result<CopyCounts> CopyRegister::counts() {
  CopyCounts counts;
  CANDOR_TRY(const bool has_counts, impl_->below_two.step());
  if (has_counts) {
    counts.segments_below_two = impl_->below_two.unsigned_integer(0);
    counts.sessions_below_two = impl_->below_two.unsigned_integer(1);
  }
  impl_->below_two.reset();
  CANDOR_TRY(const bool has_lost, impl_->lost.step());
  counts.segments_lost = has_lost ? impl_->lost.unsigned_integer(0) : 0;
  impl_->lost.reset();
  return counts;
}

Result<std::uint64_t> CopyRegister::log_position(std::string_view room, std::uint32_t epoch) {
  CANDOR_TRY(const bool has_row, impl_->position.bind(1, room).bind(2, epoch).step());
  const std::uint64_t entries = has_row ? impl_->position.unsigned_integer(0) : 0;
  impl_->position.reset();
  return entries;
}

Result<void> CopyRegister::set_log_position(std::string_view room, std::uint32_t epoch,
                                            std::uint64_t entries) {
  return impl_->set_position.bind(1, room).bind(2, epoch).bind(3, entries).run();
}

struct CopyReader::Impl {
  Database database;
  Statement fewest;
};

CopyReader::CopyReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CopyReader::CopyReader(CopyReader&&) noexcept = default;
CopyReader& CopyReader::operator=(CopyReader&&) noexcept = default;
CopyReader::~CopyReader() = default;

Result<CopyReader> CopyReader::open(const std::string& path) {
  CANDOR_TRY(Database database, Database::open_read_only(path));
  CANDOR_TRY(Statement fewest,
             database.prepare("SELECT min(copies) FROM segments WHERE session = ?"));
  return CopyReader(std::unique_ptr<Impl>(new Impl{std::move(database), std::move(fewest)}));
}

Result<std::size_t> CopyReader::copies_of(const Uuid& session) {
  CANDOR_TRY(const bool has_row, impl_->fewest.bind(1, session).step());
  const auto copies =
      has_row ? static_cast<std::size_t>(impl_->fewest.unsigned_integer(0)) : std::size_t{0};
  impl_->fewest.reset();
  return copies;
}

}  // namespace candor::storage
