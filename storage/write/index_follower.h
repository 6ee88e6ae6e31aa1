// SPDX-License-Identifier: Apache-2.0
// Keeps the index behind the recorder on a thread of its own. The index is off the commit path:
// when it fails or falls behind, recording goes on and the index catches up from the logs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/bounded_queue.h"
#include "core/result.h"
#include "core/sync.h"
#include "core/time.h"
#include "storage/write/index_update.h"
#include "storage/write/index_writer.h"

namespace candor::storage {

struct IndexFollowerOptions {
  std::vector<std::string> volume_roots;
  std::string index_path;
  std::size_t queue_items = 10'000;  // Commits waiting; beyond, they are read from the log.
  std::size_t queue_bytes = std::size_t{64} << 20;
};

/// Thread: submit and fault from any; the rest from its owner.
class IndexFollower final : public IndexSink {
 public:
  /// Opens the index and starts the thread, which first brings the index up to the logs. A damaged
  /// index is moved to "<path>.damaged-<UTC>" and made anew.
  ///
  /// Errors: kUnsupported (a newer version wrote it); errno and SQLite kinds.
  [[nodiscard]] static Result<std::unique_ptr<IndexFollower>> open(IndexFollowerOptions options,
                                                                   const Clock& clock);
  ~IndexFollower() override;
  IndexFollower(const IndexFollower&) = delete;
  IndexFollower& operator=(const IndexFollower&) = delete;
  IndexFollower(IndexFollower&&) = delete;
  IndexFollower& operator=(IndexFollower&&) = delete;

  /// Never blocks; when the queue is full the updates are dropped and later read from the log.
  void submit(std::vector<IndexUpdate> updates) override EXCLUDES(mutex_);

  /// Why the index is not up to date, while it is not: an alarm, no gap.
  [[nodiscard]] std::optional<Error> fault() const EXCLUDES(mutex_);

  /// Applies what waits and joins the thread. Idempotent.
  void stop();

 private:
  IndexFollower(IndexFollowerOptions options, IndexWriter writer);

  void run();
  void take(const std::vector<IndexUpdate>& updates);
  void catch_up();
  void set_fault(std::optional<Error> fault) EXCLUDES(mutex_);
  void set_is_behind() EXCLUDES(mutex_);
  [[nodiscard]] bool take_is_behind() EXCLUDES(mutex_);

  IndexFollowerOptions options_;
  IndexWriter writer_;          // The thread's.
  bool has_caught_up_ = false;  // The thread's.
  BoundedQueue<std::vector<IndexUpdate>> queue_;
  mutable Mutex mutex_;
  std::optional<Error> fault_ GUARDED_BY(mutex_);
  bool is_behind_ GUARDED_BY(mutex_) = true;  // The log holds entries that nobody will submit.
  std::jthread thread_;
};

}  // namespace candor::storage
