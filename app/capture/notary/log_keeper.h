// SPDX-License-Identifier: Apache-2.0
// One log as the notary keeps it: its tree, what may be signed of it and when, what the witnesses
// say (docs/design/notary.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/capture/notary/notary_context.h"
#include "app/capture/notary/witness_client.h"
#include "storage/write/tree/leaf_feed.h"
#include "storage/write/tree/tree_files.h"

namespace candor::app {

/// One thread: the notary's.
class LogKeeper {
 public:
  using Time = std::chrono::steady_clock::time_point;

  LogKeeper(const NotaryContext& context, storage::LogName log, std::string origin, Time now);

  /// Entries that are durable.
  void take(const storage::LeafBatch& batch, Time now);
  /// The tree as a volume's files have it.
  void on_loaded(Result<storage::ReadTree> read, Time now);

  void on_head(const std::string& witness, std::optional<WitnessHead> head);
  void on_cosigned(const std::string& witness, const std::string& text,
                   const evidence::NoteSignature& line, std::uint64_t time_s, Time now);
  void on_refused(const std::string& witness, std::string_view kind, const std::string& detail);
  void on_silent(const std::string& witness, const std::string& why);

  /// A newer epoch has begun, or another one of this room must: nothing is signed any more.
  void close();

  struct Mode {
    bool is_last = false;        // Nothing waits for its rhythm any more.
    bool may_ask_signer = true;  // It was lost a moment ago.
  };
  /// Does what is due; returns when the next thing is.
  [[nodiscard]] Time tick(Time now, const Mode& mode);

  /// A question to the signer failed: the others wait too.
  [[nodiscard]] bool has_lost_signer() const { return has_lost_signer_; }
  /// All that can be signed is.
  [[nodiscard]] bool is_done() const;

 private:
  struct Witness {
    bool has_answered = false;
    std::optional<WitnessHead> unchecked;
    std::string silence;  // Why it does not answer; empty: it does.
    CosignedAt cosigned;
    std::optional<Time> behind_since;
  };
  struct Wanted {
    std::uint64_t size = 0;
    evidence::Digest root{};
  };

  [[nodiscard]] UtcTime utc() const { return context_.clock->utc(); }
  [[nodiscard]] storage::TreeView view() const;
  void append(const storage::Leaf& leaf, Time now);
  void load(Time now);
  void take_tree(storage::LogTree tree, Time now);
  void get_key();
  void start(Time now, const Mode& mode);
  [[nodiscard]] std::string objection_to_stored() const;
  [[nodiscard]] bool have_all_answered() const;
  void check_heads();
  void begin_unverified();
  void verify_start();
  void tell_of_new_epoch();
  void break_off(std::string reason, std::string checkpoint);
  [[nodiscard]] std::uint64_t size_on_volumes(Time now) const;
  [[nodiscard]] bool may_sign() const;
  void sign(Time now, std::uint64_t size);
  [[nodiscard]] Result<evidence::NoteSignature> ask_signer(const storage::TreeView& tree,
                                                           const evidence::Checkpoint& wanted);
  void publish_note(const evidence::Checkpoint& checkpoint, evidence::NoteSignature line, Time now);
  void look_for_alarms(Time now);
  [[nodiscard]] std::string unwitnessed(Time now) const;
  void publish(Time now);

  const NotaryContext& context_;
  const storage::LogName log_;
  const std::string origin_;
  const Time begun_;
  evidence::NoteKey key_;  // With has_key_.

  storage::LogTree tree_;              // With has_tree_.
  std::deque<storage::Leaf> waiting_;  // Came while the tree was read.
  std::uint64_t committed_ = 0;
  std::size_t loads_ = 0;  // Volumes that have not answered yet.
  Time loading_since_{};
  Time next_load_;
  std::optional<storage::StoredNote> stored_;

  std::map<std::string, Witness> witnesses_;
  std::map<std::uint64_t, evidence::Note> recent_notes_;  // By size: a cosignature may come late.
  std::uint64_t signed_size_ = 0;  // The last one signed, in this run or before.
  std::uint64_t old_size_ = 0;     // What the signer is asked to prove from.
  std::uint64_t urgent_size_ = 0;  // Entries up to here hurry.
  std::string unsigned_why_;
  std::optional<Time> unsigned_since_;
  Time next_sign_;
  std::uint64_t session_end_ = 0;
  Time last_media_{};
  LogStanding standing_ = LogStanding::kLoading;
  bool has_key_ = false;
  bool has_tree_ = false;
  bool is_note_urgent_ = false;
  bool has_lost_signer_ = false;
  bool is_live_ = false;
  bool is_dirty_ = true;
  std::optional<evidence::Digest> root_at_stored_;
};

}  // namespace candor::app
