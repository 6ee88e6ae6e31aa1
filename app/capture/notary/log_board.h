// SPDX-License-Identifier: Apache-2.0
// What the notary knows of each log, published as immutable values: for the witnesses' threads, the
// API and the status.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/sync.h"
#include "core/time.h"
#include "evidence/note.h"
#include "storage/write/tree/leaf_feed.h"
#include "storage/write/tree/log_tree.h"

namespace candor::app {

/// A witness's newest cosignature of a log.
struct CosignedAt {
  std::uint64_t size = 0;
  UtcTime time;  // The witness's.
};

/// Where a log stands with its signatures.
enum class LogStanding : std::uint8_t {
  kLoading,     // Its tree is being read.
  kStarting,    // What the witnesses know of it is being asked; nothing is signed yet.
  kNoSigner,    // No signer is configured: nothing is signed.
  kNoWitness,   // Signed; no witness is configured.
  kUnverified,  // Signed, though a witness could not be asked yet whether it knows more.
  kVerified,    // Signed; it continues what the witnesses know.
  kClosed,      // A former epoch, or one that does not continue: never signed again.
};
[[nodiscard]] std::string_view to_string(LogStanding standing);

/// One log at one moment.
struct LogView {
  storage::LogName log;
  std::string origin;
  std::string vkey;  // Of the log; empty: not known yet.
  LogStanding standing = LogStanding::kLoading;
  std::uint64_t size = 0;  // Durable entries.
  storage::TreeView tree;  // Of at most as many.
  evidence::Note note;  // The newest signed one, with its known cosignatures; without lines: none.
  std::uint64_t signed_size = 0;
  evidence::Note cosigned_note;   // The newest one with a cosignature; likewise.
  std::uint64_t session_end = 0;  // Entries up to the newest SESSION-CLOSE of this run; 0: none.
  bool is_live = false;           // Media came within the last seconds.
  bool is_urgent = false;         // The note covers an entry that should not wait for its witness.
  std::map<std::string, CosignedAt> cosigned;  // By the witness's name.
};
using LogViewPtr = std::shared_ptr<const LogView>;

/// Thread: any. Held while pointers are copied.
class LogBoard {
 public:
  void put(LogViewPtr view) EXCLUDES(mutex_);
  /// By room and epoch.
  [[nodiscard]] std::vector<LogViewPtr> all() const EXCLUDES(mutex_);
  /// Null: no such log.
  [[nodiscard]] LogViewPtr find(const storage::LogName& log) const EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::map<storage::LogName, LogViewPtr> views_ GUARDED_BY(mutex_);
};

}  // namespace candor::app
