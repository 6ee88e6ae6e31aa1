// SPDX-License-Identifier: Apache-2.0
// What is still to be stamped, to be written or to be logged, as files of the state folder: it goes
// on after a restart (docs/design/timestamps.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "app/capture/time/authority.h"
#include "core/result.h"
#include "core/time.h"
#include "storage/write/tree/leaf_feed.h"

namespace candor::app {

/// One authority's part of a job.
struct StampPart {
  Bytes reply;  // Empty: not stamped yet.
  UtcTime time;
  std::string policy;
  bool is_logged = false;
  std::set<std::string> volumes;  // That have it.
  // Not kept:
  bool is_being_logged = false;
  std::map<std::string, std::chrono::steady_clock::time_point> next_write{};
};

/// A checkpoint that is to be stamped by each authority.
struct StampJob {
  storage::LogName log;
  std::string origin;
  std::uint64_t size = 0;
  evidence::Digest root{};
  std::string note;  // What is stamped, to the byte.
  std::string why;   // "hourly" or "session-close".
  UtcTime made;
  std::map<std::string, StampPart> parts;  // By the authority's name.
};

/// The newest checkpoint of a room that became a job.
struct LastStamp {
  std::uint32_t epoch = 0;
  std::uint64_t size = 0;
  UtcTime time;
};

/// One thread: the stamper's.
class StampJobs {
 public:
  /// A year of one room, or two days of ten: beyond, what was not stamped longest is given up.
  static constexpr std::size_t kJobsMax = 1000;

  /// Reads what is there; a file that is none of ours is said in the log and left.
  /// Errors: errno kinds.
  [[nodiscard]] static Result<StampJobs> open(const std::string& state_folder);

  /// By name, which is also that of its file.
  [[nodiscard]] std::map<std::string, StampJob>& all() { return jobs_; }
  [[nodiscard]] StampJob* find(const std::string& key);

  /// A new job, durable. What nobody has stamped of its log's hourly ones is given up.
  void add(StampJob job);
  /// Its file says what the job says now. A disk that refuses costs a repetition, and a log line.
  void save(const std::string& key);
  void remove(const std::string& key);

  [[nodiscard]] LastStamp last(const std::string& room) const;

 private:
  explicit StampJobs(std::string folder) : folder_(std::move(folder)) {}

  void forget_what_it_replaces(const StampJob& job);
  void give_up_oldest();
  void save_last() const;

  std::string folder_;
  std::map<std::string, StampJob> jobs_;
  std::map<std::string, LastStamp> last_;  // By room.
};

}  // namespace candor::app
