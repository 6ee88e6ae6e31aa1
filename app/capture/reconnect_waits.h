// SPDX-License-Identifier: Apache-2.0
// How long to wait before a source is tried again (docs/decisions/0008-reconnect.md). Only the
// arithmetic: who waits is source_supervisor.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "core/error.h"

namespace candor::app {

/// A camera that does not refuse is waited for no longer than this: with a key frame every 2 s it
/// records again within 5 s after it is back.
inline constexpr std::chrono::milliseconds kAbsentWaitMax{2000};

/// Thread: the source's.
class ReconnectWaits {
 public:
  /// `waits`: after the 1st, 2nd, ... refusal; the last one is repeated. At least one.
  explicit ReconnectWaits(std::vector<std::chrono::milliseconds> waits);

  /// The try ended for this reason. A refusal (wrong password, no such stream, nothing that can be
  /// recorded) is followed by the longer waits: cameras lock out who keeps trying.
  [[nodiscard]] std::chrono::milliseconds after(ErrorKind why);

  /// Media came: the next failure is a first one again.
  void begin_anew();

  /// Nothing failed since media came, or ever.
  [[nodiscard]] bool is_new() const { return failures_ == 0; }

 private:
  [[nodiscard]] std::chrono::milliseconds nth(std::size_t number) const;

  std::vector<std::chrono::milliseconds> waits_;
  std::size_t failures_ = 0;  // Of any kind.
  std::size_t refusals_ = 0;  // Those among them: a camera that starts up may refuse once.
};

}  // namespace candor::app
