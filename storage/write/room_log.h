// SPDX-License-Identifier: Apache-2.0
// One room's log on one volume: gives out indexes, frames entries into bundles, makes them durable.
// What the entries say is decided by the recorder.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "evidence/entry.h"
#include "storage/write/append_file.h"
#include "storage/write/entry_clock.h"
#include "storage/write/log_state.h"
#include "storage/write/volume.h"

namespace candor::storage {

/// "000", "999", "x001/000": a bundle's number as C2SP tlog-tiles writes it.
[[nodiscard]] std::string tile_number(std::uint64_t number);

/// One thread: the volume's writer.
class RoomLog {
 public:
  struct Origin {
    std::string authority;
    std::string site;
    std::string room;
    std::uint32_t epoch = 1;
    [[nodiscard]] std::string line() const;  // "<authority>/<site>/<room>/<epoch>"
  };

  /// Reads the whole log and stands after its last whole entry; a torn last entry goes to
  /// quarantine. A new log gets its GENESIS entry.
  ///
  /// Errors: kDataLoss  an entry does not continue the one before, or the origin differs; nothing
  /// is changed.
  [[nodiscard]] static Result<RoomLog> open(const Volume& volume, Origin origin,
                                            const EntryClock& clock, std::string software);

  /// Queues an entry and returns its exact bytes; durable only after commit().
  [[nodiscard]] Result<Bytes> append(evidence::EntryType type, std::uint32_t chain, ByteView body);

  /// Writes, syncs and reads back all queued entries. After an error the log must not be used
  /// further.
  [[nodiscard]] Result<void> commit();

  [[nodiscard]] const LogState& state() const { return state_; }
  [[nodiscard]] const std::string& room() const { return origin_.room; }
  [[nodiscard]] bool was_torn() const { return was_torn_; }

 private:
  RoomLog(const Volume& volume, Origin origin, const EntryClock& clock);

  [[nodiscard]] Result<void> check_origin();
  [[nodiscard]] Result<void> replay(const Volume& volume);
  [[nodiscard]] Result<void> replay_bundle(const Bytes& bundle, bool is_last, std::size_t& whole);
  [[nodiscard]] Result<void> write_to_bundle(ByteView frames);
  [[nodiscard]] Result<void> finish_bundle();
  [[nodiscard]] std::string bundle_path(std::uint64_t number, bool is_whole) const;

  FileSystem* files_;
  Origin origin_;
  evidence::LogId log_id_;
  const EntryClock* clock_;
  std::string folder_;
  LogState state_;
  std::vector<Bytes> queued_;
  std::vector<AppendFile> bundle_;  // None, or the growing one.
  std::uint64_t written_ = 0;       // Entries in bundles.
  bool was_torn_ = false;
};

}  // namespace candor::storage
