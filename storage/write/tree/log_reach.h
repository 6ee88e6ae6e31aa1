// SPDX-License-Identifier: Apache-2.0
// How far each volume's own copy of each log is durable. A root is never written to a volume that
// could not reproduce it alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "core/sync.h"
#include "storage/write/tree/leaf_feed.h"

namespace candor::storage {

/// Thread: any; told once a commit by each volume's thread.
class LogReach {
 public:
  /// The volume's copy holds the first `entries` entries, synced and read back. What an earlier
  /// generation of the volume held counts no more: it left in between.
  void tell(const std::string& volume, std::uint64_t generation, const LogName& log,
            std::uint64_t entries) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    Reach& reach = reaches_[{volume, log}];
    if (reach.generation != generation || reach.entries < entries) {
      reach = {.generation = generation, .entries = entries};
    }
  }

  /// 0: nothing is known of it since the volume came (back).
  [[nodiscard]] std::uint64_t of(const std::string& volume, std::uint64_t generation,
                                 const LogName& log) const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const auto found = reaches_.find({volume, log});
    return found == reaches_.end() || found->second.generation != generation
               ? 0
               : found->second.entries;
  }

 private:
  struct Reach {
    std::uint64_t generation = 0;
    std::uint64_t entries = 0;
  };
  mutable Mutex mutex_;
  std::map<std::pair<std::string, LogName>, Reach> reaches_ GUARDED_BY(mutex_);
};

}  // namespace candor::storage
