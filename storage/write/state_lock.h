// SPDX-License-Identifier: Apache-2.0
// One program at a time writes below a state folder, an flock on "<state>/lock", and below a
// volume, an flock on its folder.
#pragma once

#include <string>

#include "core/result.h"

namespace candor::storage {

/// Holds the lock as long as it lives; a killed process gives it up by itself.
class StateLock {
 public:
  /// Makes the folder when it is missing.
  /// Errors: kFailedPrecondition  another process holds it (the sentence names it); errno kinds.
  [[nodiscard]] static Result<StateLock> take(const std::string& state_folder);

  /// Locks the folder itself and puts nothing into it; makes it when it is missing.
  /// Errors: as take.
  [[nodiscard]] static Result<StateLock> take_volume(const std::string& root);

  StateLock(StateLock&& other) noexcept;
  StateLock& operator=(StateLock&& other) noexcept;
  StateLock(const StateLock&) = delete;
  StateLock& operator=(const StateLock&) = delete;
  ~StateLock();

 private:
  explicit StateLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace candor::storage
