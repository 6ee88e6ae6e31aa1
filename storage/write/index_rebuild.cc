// SPDX-License-Identifier: Apache-2.0
#include "storage/write/index_rebuild.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/log.h"
#include "evidence/bodies.h"
#include "storage/write/append_file.h"
#include "storage/write/index_database.h"
#include "storage/write/index_log.h"
#include "storage/write/log_paths.h"
#include "storage/write/unit_finder.h"

namespace candor::storage {
namespace {

namespace fs = std::filesystem;
using evidence::EntryType;
using evidence::EntryView;

constexpr std::size_t kProblemsMax = 1000;

// Follows one log: places its units and hands whole bundles to the index.
class LogFollower {
 public:
  LogFollower(const std::vector<std::string>& roots, const LogPlace& log, IndexWriter& index,
              RebuildReport& report)
      : log_(log), index_(index), report_(report), finder_(roots) {}

  [[nodiscard]] Result<void> run() {
    CANDOR_TRY(from_, index_.position(log_.log_id));
    ++report_.logs;
    CANDOR_CHECK(find_open_segments());
    // One entry back, to see that index and log agree on what the index holds already.
    const std::uint64_t first = from_.entries == 0 ? 0 : (from_.entries - 1) / kEntriesPerBundle;
    next_ = first * kEntriesPerBundle;
    CANDOR_CHECK(read_log(log_, first, [this](const std::vector<ByteView>& entries) {
      return take_bundle(entries);
    }));
    if (next_ < from_.entries) {
      return fail(ErrorKind::kDataLoss,
                  fmt::format("{}: the index holds {} entries, the log {}; rebuild the index",
                              log_.folder, from_.entries, next_));
    }
    return {};
  }

 private:
  // When the index stands in the middle of a log, its streams have a segment already.
  [[nodiscard]] Result<void> find_open_segments() {
    CANDOR_TRY(const std::vector<evidence::InitBody> open, index_.newest_segments(log_.log_id));
    for (const evidence::InitBody& segment : open) {
      begin_segment(segment);
    }
    return {};
  }

  [[nodiscard]] Result<void> take_bundle(const std::vector<ByteView>& entries) {
    std::vector<IndexUpdate> updates;
    for (const ByteView bytes : entries) {
      const std::uint64_t index = next_++;
      if (index + 1 == from_.entries && evidence::leaf_hash(bytes) != from_.head) {
        return fail(
            ErrorKind::kDataLoss,
            fmt::format("entry {} is another one than the index holds; rebuild the index", index));
      }
      if (index < from_.entries) {
        continue;
      }
      ++report_.entries;
      CANDOR_TRY(IndexUpdate update,
                 with_context(update_of(bytes), fmt::format("entry {}", index)));
      updates.push_back(std::move(update));
    }
    return index_.apply(updates);
  }

  [[nodiscard]] Result<IndexUpdate> update_of(ByteView bytes) {
    IndexUpdate update{.room = log_.room, .entry = {bytes.begin(), bytes.end()}, .place = {}};
    CANDOR_TRY(const EntryView entry, evidence::decode_entry(bytes));
    if (entry.header.type == EntryType::kInit) {
      CANDOR_TRY(const evidence::InitBody body, evidence::decode_init(entry.body));
      begin_segment(body);
    } else if (entry.header.type == EntryType::kMedia) {
      CANDOR_TRY(const evidence::MediaBody body, evidence::decode_media_body(entry.body));
      update.place = place_of(body);
    }
    return update;
  }

  void begin_segment(const evidence::InitBody& segment) {
    ++report_.segments;
    if (auto begun = finder_.begin_segment(segment); !begun.has_value()) {
      problem(segment.path, begun.error(), 0);
    }
  }

  [[nodiscard]] std::optional<UnitPlace> place_of(const evidence::MediaBody& unit) {
    auto place = finder_.find(unit);
    if (!place.has_value()) {
      problem(finder_.path_of(unit.stream), place.error(), 1);
      return std::nullopt;
    }
    ++report_.units;
    return *place;
  }

  void problem(const std::string& path, const Error& error, std::uint64_t units) {
    if (!report_.problems.empty() && report_.problems.back().path == path) {
      report_.problems.back().units_missing += units;
    } else if (report_.problems.size() < kProblemsMax) {
      report_.problems.push_back({.path = path, .what = error.message(), .units_missing = units});
    }
  }

  const LogPlace& log_;
  IndexWriter& index_;
  RebuildReport& report_;
  UnitFinder finder_;
  IndexPosition from_;
  std::uint64_t next_ = 0;
};

void remove_index(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::error_code ignored;  // What is not there need not be removed.
    fs::remove(path + suffix, ignored);
  }
}

// The write-ahead log goes into the file, so that one rename brings all of it.
Result<void> close_into_one_file(const std::string& path) {
  CANDOR_TRY(Database database, open_index_database(path));
  return database.execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE;");
}

Result<RebuildReport> make_index(const std::vector<std::string>& volume_roots,
                                 const std::string& path) {
  RebuildReport report;
  {
    CANDOR_TRY(IndexWriter writer, IndexWriter::open(path));
    CANDOR_TRY(report, catch_up_index(volume_roots, writer));
  }
  CANDOR_CHECK(close_into_one_file(path));
  return report;
}

}  // namespace

Result<RebuildReport> catch_up_index(const std::vector<std::string>& volume_roots,
                                     IndexWriter& index) {
  RebuildReport report;
  CANDOR_TRY(const std::vector<LogPlace> logs, find_logs(volume_roots));
  for (const LogPlace& log : logs) {
    CANDOR_CHECK(LogFollower(volume_roots, log, index, report).run());
  }
  return report;
}

Result<RebuildReport> rebuild_index(const std::vector<std::string>& volume_roots,
                                    const std::string& index_path) {
  const std::string fresh = index_path + ".rebuild";
  remove_index(fresh);
  auto report = make_index(volume_roots, fresh);
  if (!report.has_value()) {
    remove_index(fresh);
    return report;
  }
  // The old write-ahead log belongs to the old file: the new one must not find it.
  for (const char* suffix : {"-wal", "-shm"}) {
    std::error_code ignored;  // What is not there need not be removed.
    fs::remove(index_path + suffix, ignored);
  }
  if (std::rename(fresh.c_str(), index_path.c_str()) != 0) {
    return fail(error_from_errno(errno, index_path + ": rename"));
  }
  CANDOR_CHECK(posix_files().sync_folder(parent_of(index_path)));
  return report;
}

}  // namespace candor::storage
