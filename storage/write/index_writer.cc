// SPDX-License-Identifier: Apache-2.0
#include "storage/write/index_writer.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "storage/read/sqlite.h"
#include "storage/write/index_database.h"
#include "storage/write/index_fold.h"

namespace candor::storage {
namespace {

using evidence::EntryView;
using evidence::LogId;

// The last part of the origin in a GENESIS entry, "<authority>/<site>/<room>/<epoch>".
Result<std::uint32_t> epoch_of(const EntryView& genesis) {
  boost::system::error_code code;
  const boost::json::value body = boost::json::parse(as_text(genesis.body), code);
  const boost::json::value* origin = code.failed() ? nullptr : body.find_pointer("/origin", code);
  if (origin == nullptr || !origin->is_string()) {
    return fail(ErrorKind::kInvalidArgument, "GENESIS has no origin");
  }
  const std::string text(origin->get_string());
  const std::size_t slash = text.rfind('/');
  std::uint32_t epoch = 0;
  const char* begin = text.data() + (slash == std::string::npos ? 0 : slash + 1);
  const char* end = text.data() + text.size();
  if (std::from_chars(begin, end, epoch).ptr != end || begin == end) {
    return fail(ErrorKind::kInvalidArgument, "GENESIS has an origin without epoch: " + text);
  }
  return epoch;
}

}  // namespace

struct IndexWriter::Impl {
  Database database;
  IndexFold fold;
  Statement find_log;
  Statement put_log;

  struct Log {
    IndexPosition position;
    std::string room;
    std::uint32_t epoch = 0;
    bool is_dirty = false;
  };
  std::map<LogId, Log> logs;

  [[nodiscard]] Result<Log*> log(const LogId& id);
  [[nodiscard]] Result<void> apply(const IndexUpdate& update);
  [[nodiscard]] Result<void> write_positions();
};

IndexWriter::IndexWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
IndexWriter::IndexWriter(IndexWriter&&) noexcept = default;
IndexWriter& IndexWriter::operator=(IndexWriter&&) noexcept = default;
IndexWriter::~IndexWriter() = default;

Result<IndexWriter> IndexWriter::open(const std::string& path) {
  CANDOR_TRY(Database database, open_index_database(path));
  CANDOR_TRY(IndexFold fold, with_context(IndexFold::open(database), path));
  CANDOR_TRY(Statement find_log,
             database.prepare("SELECT room, epoch, entries, head FROM logs WHERE log_id = ?"));
  CANDOR_TRY(Statement put_log,
             database.prepare("INSERT INTO logs (log_id, room, epoch, entries, head) "
                              "VALUES (?,?,?,?,?) ON CONFLICT (log_id) DO UPDATE SET "
                              "entries = excluded.entries, head = excluded.head"));
  return IndexWriter(std::unique_ptr<Impl>(new Impl{.database = std::move(database),
                                                    .fold = std::move(fold),
                                                    .find_log = std::move(find_log),
                                                    .put_log = std::move(put_log),
                                                    .logs = {}}));
}

Result<void> IndexWriter::apply(std::span<const IndexUpdate> updates) {
  auto apply_all = [&]() -> Result<void> {
    CANDOR_TRY(Transaction transaction,
               Transaction::begin(impl_->database, Transaction::Kind::kWrite));
    for (const IndexUpdate& update : updates) {
      CANDOR_CHECK(with_context(impl_->apply(update), "index: room " + update.room));
    }
    CANDOR_CHECK(impl_->fold.flush());
    CANDOR_CHECK(impl_->write_positions());
    return transaction.commit();
  };
  Result<void> applied = apply_all();
  if (!applied.has_value()) {
    impl_->fold.forget();
    impl_->logs.clear();
  }
  return applied;
}

Result<void> IndexWriter::clear() {
  impl_->fold.forget();
  impl_->logs.clear();
  CANDOR_TRY(Transaction transaction,
             Transaction::begin(impl_->database, Transaction::Kind::kWrite));
  for (const char* table : {"logs", "streams", "segments", "units", "sessions",
                            "session_interrogators", "session_streams", "gaps"}) {
    CANDOR_CHECK(impl_->database.execute(std::string("DELETE FROM ") + table));
  }
  return transaction.commit();
}

Result<IndexPosition> IndexWriter::position(const LogId& log_id) {
  CANDOR_TRY(const Impl::Log* log, impl_->log(log_id));
  return log->position;
}

Result<std::vector<evidence::InitBody>> IndexWriter::newest_segments(const LogId& log_id) {
  CANDOR_TRY(Statement query,
             impl_->database.prepare(
                 "SELECT s.stream, s.segment, s.path, s.init_bytes FROM streams t JOIN segments s "
                 "ON s.stream = t.stream AND s.segment = "
                 "(SELECT max(segment) FROM segments WHERE stream = t.stream) WHERE t.log_id = ?"));
  query.bind(1, ByteView(log_id));
  std::vector<evidence::InitBody> segments;
  while (true) {
    CANDOR_TRY(const bool has_row, query.step());
    if (!has_row) {
      return segments;
    }
    evidence::InitBody segment;
    segment.stream = query.uuid(0);
    segment.segment = query.unsigned_integer(1);
    segment.path = std::string(query.text(2));
    segment.init_len = query.unsigned_integer(3);
    segments.push_back(std::move(segment));
  }
}

Result<IndexWriter::Impl::Log*> IndexWriter::Impl::log(const LogId& id) {
  if (const auto found = logs.find(id); found != logs.end()) {
    return &found->second;
  }
  Log log;
  CANDOR_TRY(const bool has_row, find_log.bind(1, ByteView(id)).step());
  if (has_row) {
    log.room = std::string(find_log.text(0));
    log.epoch = static_cast<std::uint32_t>(find_log.integer(1));
    log.position.entries = find_log.unsigned_integer(2);
    const ByteView head = find_log.bytes(3);
    std::copy_n(head.begin(), std::min(head.size(), log.position.head.size()),
                log.position.head.begin());
    find_log.reset();
  }
  return &(logs[id] = std::move(log));
}

Result<void> IndexWriter::Impl::apply(const IndexUpdate& update) {
  CANDOR_TRY(const EntryView entry, evidence::decode_entry(update.entry));
  CANDOR_TRY(Log * known, log(entry.header.log_id));
  const std::uint64_t index = entry.header.index;
  if (index < known->position.entries) {
    return {};  // Came before; entries of a log never change.
  }
  if (index > known->position.entries) {
    return fail(ErrorKind::kDataLoss,
                fmt::format("stands at entry {} and was given entry {}; what lies between must be "
                            "read from the log ('candor index rebuild')",
                            known->position.entries, index));
  }
  if (index == 0) {
    CANDOR_TRY(known->epoch, epoch_of(entry));
    known->room = update.room;
  }
  CANDOR_CHECK(
      with_context(fold.apply(known->room, entry, update.place), fmt::format("entry {}", index)));
  known->position = {.entries = index + 1, .head = evidence::leaf_hash(update.entry)};
  known->is_dirty = true;
  return {};
}

Result<void> IndexWriter::Impl::write_positions() {
  for (auto& [id, log] : logs) {
    if (!log.is_dirty) {
      continue;
    }
    put_log.bind(1, ByteView(id)).bind(2, log.room).bind(3, log.epoch);
    CANDOR_CHECK(put_log.bind(4, log.position.entries).bind(5, ByteView(log.position.head)).run());
    log.is_dirty = false;
  }
  return {};
}

}  // namespace candor::storage
