// SPDX-License-Identifier: Apache-2.0
// One room's log on all volumes: gives out indexes, frames entries into bundles, makes them
// durable. What the entries say is decided by the recorder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "evidence/entry.h"
#include "storage/write/entry_clock.h"
#include "storage/write/log_state.h"
#include "storage/write/mirror/log_copy.h"
#include "storage/write/mirror/mirror.h"
#include "storage/write/mirror/mirrored_file.h"
#include "storage/write/tree/leaf_feed.h"
#include "storage/write/tree/log_reach.h"

namespace candor::storage {

/// One thread: the recorder's.
class RoomLog {
 public:
  struct Origin {
    std::string authority;
    std::string site;
    std::string room;
    std::uint32_t epoch = 1;
    [[nodiscard]] std::string line() const;  // "<authority>/<site>/<room>/<epoch>"
  };

  /// Reads the log of the volume that is furthest, stands after its last whole entry and brings the
  /// other volumes up to it (docs/design/recovery.md); a torn last entry goes to quarantine. A new
  /// log gets its GENESIS entry.
  ///
  /// Errors: kDataLoss  on no volume does the log continue to its end, or the origin differs;
  /// nothing is changed.
  [[nodiscard]] static Result<RoomLog> open(Mirror& mirror, Origin origin, const EntryClock& clock,
                                            std::string software,
                                            evidence::PreviousLog previous = {});

  /// What a log adds up to, of the volume where it reaches furthest; nothing is changed but what a
  /// power cut left at its end. A log that is not there adds up to nothing.
  /// Errors: those of open().
  [[nodiscard]] static Result<LogState> read(Mirror& mirror, Origin origin,
                                             const EntryClock& clock);

  /// Queues an entry and returns its exact bytes; durable only after commit().
  [[nodiscard]] Result<Bytes> append(evidence::EntryType type, std::uint32_t chain, ByteView body);

  /// Writes, syncs and reads back all queued entries; one volume is enough. After an error the log
  /// must not be used further.
  [[nodiscard]] Result<void> commit();

  /// Brings the log on a volume that has come back up to what is committed, and goes on with it
  /// there. Done by the volume's thread; a failure makes the volume leave again.
  void rejoin(const std::shared_ptr<VolumeWriter>& volume);

  /// The leaves of what was committed since the last call; none before the first call of
  /// tell_of_leaves().
  [[nodiscard]] LeafBatch take_leaves() {
    return {.log = name(), .leaves = std::exchange(leaves_, {})};
  }
  /// From now on leaves are kept for take_leaves(), and each volume tells how far its copy is
  /// durable. `reach` outlives the volumes' threads.
  void tell_of_leaves(std::shared_ptr<LogReach> reach);

  [[nodiscard]] LogName name() const { return {.room = origin_.room, .epoch = origin_.epoch}; }
  [[nodiscard]] const LogState& state() const { return state_; }
  [[nodiscard]] const std::string& room() const { return origin_.room; }
  [[nodiscard]] std::uint32_t epoch() const { return origin_.epoch; }
  [[nodiscard]] bool was_torn() const { return was_torn_; }
  /// Volumes whose log had gone another way; what they held is in quarantine.
  [[nodiscard]] const std::vector<std::string>& forks() const { return forks_; }

 private:
  RoomLog(Mirror& mirror, Origin origin, const EntryClock& clock);

  [[nodiscard]] Result<void> check_origin();
  [[nodiscard]] Result<void> leave_or_fail(const std::shared_ptr<VolumeWriter>& writer,
                                           Result<void> done);
  [[nodiscard]] Result<void> replay_furthest();
  [[nodiscard]] Result<void> bring_up_others(const std::shared_ptr<VolumeWriter>& from);
  [[nodiscard]] Result<void> replay(const Volume& volume);
  [[nodiscard]] Result<std::size_t> replay_bundle(const Bytes& bundle, bool is_last);
  [[nodiscard]] Result<void> cut_torn_entry(const Volume& volume, std::size_t whole);
  [[nodiscard]] LogExtent extent() const;
  [[nodiscard]] Result<void> write_to_bundle(Bytes frames, std::uint64_t framed);
  [[nodiscard]] Result<void> finish_bundle();
  void tell_reach(std::uint64_t entries);

  Mirror* mirror_;
  Origin origin_;
  evidence::LogId log_id_;
  const EntryClock* clock_;
  std::string folder_;  // From a volume's root.
  LogState state_;
  std::vector<Bytes> queued_;
  std::vector<Leaf> queued_leaves_;
  std::vector<Leaf> leaves_;              // Committed, not taken yet.
  std::shared_ptr<LogReach> reach_;       // Null: nobody asks for leaves.
  std::unique_ptr<MirroredFile> bundle_;  // The growing one.
  std::uint64_t written_ = 0;             // Entries in bundles.
  std::uint64_t whole_bundles_ = 0;       // As they were read,
  std::uint64_t part_bytes_ = 0;          // with the growing one.
  bool was_torn_ = false;
  std::vector<std::string> forks_;
};

}  // namespace candor::storage
