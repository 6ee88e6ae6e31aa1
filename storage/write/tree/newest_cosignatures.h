// SPDX-License-Identifier: Apache-2.0
// The newest cosignature line of each room, for its heartbeats: nobody could know it before its
// time.
#pragma once

#include <map>
#include <string>

#include "core/sync.h"

namespace candor::storage {

/// Thread: any; set by the notary, asked by the recorder. Held while a line is copied.
class NewestCosignatures {
 public:
  /// "— <name> <base64>", without its newline.
  void set(const std::string& room, std::string line) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    lines_[room] = std::move(line);
  }
  /// Empty: there is none.
  [[nodiscard]] std::string of(const std::string& room) const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    const auto found = lines_.find(room);
    return found == lines_.end() ? std::string() : found->second;
  }

 private:
  mutable Mutex mutex_;
  std::map<std::string, std::string> lines_ GUARDED_BY(mutex_);
};

}  // namespace candor::storage
