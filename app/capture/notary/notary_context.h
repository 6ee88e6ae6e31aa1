// SPDX-License-Identifier: Apache-2.0
// What the keepers of all logs share: who signs, where it is written, who is told.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/capture/notary/alarm_board.h"
#include "app/capture/notary/checkpoint_signer.h"
#include "app/capture/notary/log_board.h"
#include "core/time.h"
#include "storage/write/tree/newest_cosignatures.h"
#include "storage/write/tree/volume_tree.h"

namespace candor::app {

struct NotaryRhythm {
  std::chrono::milliseconds sign{1'000};        // At most so often, but for entries that hurry.
  std::chrono::milliseconds start_wait{3'000};  // For the witnesses, before the first signature.
  std::chrono::milliseconds lag_max{2'000};     // For the slower volume.
  std::chrono::milliseconds unsigned_after{5'000};
  std::chrono::milliseconds unwitnessed_live{10'000};
  std::chrono::milliseconds unwitnessed_idle{30'000};
};

/// A log that does not continue what was signed or cosigned of it.
struct BrokenLog {
  storage::LogName log;
  std::string origin;
  std::string checkpoint;  // The newest that is known, as a note; empty: none.
  std::string reason;
};

/// Everything in it outlives the notary. Its functions are called on the notary's thread and must
/// not block.
struct NotaryContext {
  std::vector<std::shared_ptr<storage::VolumeTree>> volumes{};
  CheckpointSigner* signer = nullptr;  // Null: nothing is signed.
  std::vector<std::string> witnesses{};
  std::shared_ptr<storage::NewestCosignatures> newest{};
  LogBoard* board = nullptr;
  AlarmBoard* alarms = nullptr;
  const Clock* clock = nullptr;
  NotaryRhythm rhythm{};
  std::function<void(const BrokenLog&)> on_broken{};
  /// For the room's log: a RECORDER entry with this event and detail.
  std::function<void(const std::string& room, std::string event, std::string detail)> on_event{};
  /// Takes a log's tree to its keeper, from a volume's thread.
  std::function<storage::VolumeTree::Loaded(const storage::LogName& log)> loaded{};
};

}  // namespace candor::app
