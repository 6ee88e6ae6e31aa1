// SPDX-License-Identifier: Apache-2.0
// What the recorder tells the notary after a commit: the leaf hashes of entries that are durable.
// It never waits for who reads them.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/bounded_queue.h"
#include "core/sync.h"
#include "evidence/digest.h"
#include "evidence/entry.h"

namespace candor::storage {

/// One room's log of one epoch, by name.
struct LogName {
  std::string room;
  std::uint32_t epoch = 1;
  friend auto operator<=>(const LogName&, const LogName&) = default;
};

/// A durable entry as the tree sees it.
struct Leaf {
  std::uint64_t index = 0;
  evidence::EntryType type = evidence::EntryType::kNote;
  evidence::Digest hash{};
};

/// Entries of one log, in order and without a hole.
struct LeafBatch {
  LogName log;
  std::vector<Leaf> leaves;
};

/// Told only after RoomLog::commit() has succeeded. Called on the recorder's thread; must not
/// block.
class LeafSink {
 public:
  virtual ~LeafSink() = default;
  virtual void submit(LeafBatch batch) = 0;
};

/// A bounded queue of batches. When it is full the batch is dropped and known to be missing:
/// whoever drains reads the log's files instead. Thread: submit by the recorder's, drain by one
/// other, the rest by any.
class LeafFeed final : public LeafSink {
 public:
  /// 32 bytes a leaf and a second of fifty rooms are a few kilobytes: this is half an hour of them.
  static constexpr std::size_t kBatchesMax = 100'000;
  static constexpr std::size_t kBytesMax = std::size_t{32} << 20;

  explicit LeafFeed(std::size_t batches_max = kBatchesMax)
      : queue_({.items = batches_max, .bytes = kBytesMax}) {}

  void submit(LeafBatch batch) override EXCLUDES(mutex_);

  /// What has come; waits up to `limit` for the first.
  [[nodiscard]] std::vector<LeafBatch> drain(std::chrono::nanoseconds limit) {
    return queue_.drain(limit);
  }
  /// Wakes who drains, with a batch that has no leaves.
  void wake() { queue_.push_control(LeafBatch{}); }

  /// Durable entries of each log, those that were dropped too.
  [[nodiscard]] std::map<LogName, std::uint64_t> committed() const EXCLUDES(mutex_);

  void close() { queue_.close(); }
  [[nodiscard]] bool is_finished() const { return queue_.is_finished(); }

 private:
  BoundedQueue<LeafBatch> queue_;
  mutable Mutex mutex_;
  std::map<LogName, std::uint64_t> committed_ GUARDED_BY(mutex_);
};

}  // namespace candor::storage
