// SPDX-License-Identifier: Apache-2.0
// Whose signatures make a checkpoint count (C2SP tlog-policy): known logs, known witnesses, and the
// quorum. A policy comes from outside of what it judges, never with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "evidence/checkpoint.h"
#include "evidence/note_key.h"

namespace candor::evidence {

inline constexpr std::size_t kPolicyBytesMax = std::size_t{256} * 1024;
inline constexpr std::size_t kPolicyLogsMax = 1024;  // A room has one for each epoch and key.
inline constexpr std::size_t kPolicyWitnessesMax = 64;
inline constexpr std::size_t kPolicyGroupsMax = 64;

struct PolicyLog {
  NoteKey key;      // Of type kEd25519; its name is the log's origin.
  std::string url;  // Empty: none.
};

struct PolicyWitness {
  std::string name;  // Within the policy.
  NoteKey key;       // Of type kCosignature.
  std::string url;   // Empty: none.
};

/// A witness that cosigned.
struct Cosigner {
  std::size_t witness = 0;   // Its position in Policy::witnesses().
  std::uint64_t time_s = 0;  // The earliest of its cosignatures, seconds since 1970.

  friend bool operator==(const Cosigner&, const Cosigner&) = default;
};

/// A checkpoint and what a policy says of it.
struct JudgedCheckpoint {
  OpenedCheckpoint opened;
  bool is_signed_by_log =
      false;  // By a log of the policy with the checkpoint's origin as its name.
  std::vector<Cosigner> cosigners;
  bool has_quorum = false;
};

/// Immutable value, any thread.
class Policy {
 public:
  /// Shape:  at most kPolicyBytesMax and the counts above. Beyond tlog-policy, no witness has the
  ///         key of a log.
  /// Errors: kInvalidArgument  "policy line 7: ..."; kUnsupported  a key of a type that logs or
  ///         witnesses cannot have here; kResourceExhausted.
  [[nodiscard]] static Result<Policy> parse(std::string_view text);

  /// Opens a checkpoint with the policy's keys and says which of them signed it.
  /// Errors: those of open_checkpoint. A missing log or quorum is an answer, no error.
  [[nodiscard]] Result<JudgedCheckpoint> judge(std::string_view checkpoint) const;

  /// True if these witnesses, by their names within the policy, make the quorum.
  [[nodiscard]] bool is_quorum(const std::set<std::string>& witnesses) const;

  /// That any two quorums have an independent witness in common. Where they have not, two histories
  /// can be cosigned, each by one of them, and nobody broke a rule.
  ///
  /// `dependent` are the witnesses that count as none: those on the recorder's host or under its
  /// administrators.
  /// Errors: kFailedPrecondition  two quorums without one, by the names of their witnesses;
  ///         kInvalidArgument     `dependent` names what is no witness of the policy.
  /// Source: docs/design/tree.md, "Policy".
  [[nodiscard]] Result<void> check_quorums_meet(const std::set<std::string>& dependent) const;

  [[nodiscard]] const std::vector<PolicyLog>& logs() const { return logs_; }
  [[nodiscard]] const std::vector<PolicyWitness>& witnesses() const { return witnesses_; }
  /// The keys of all logs, then of all witnesses.
  [[nodiscard]] std::vector<NoteKey> keys() const;

 private:
  friend class PolicyParser;

  // A witness or a group. Members stand before their group, and each in one group at most: what a
  // node answers depends on each witness in one way only.
  struct Node {
    std::string name;
    std::size_t witness = 0;           // A witness's position; groups have members instead.
    std::size_t threshold = 0;         // Of members; 0 for a witness.
    std::vector<std::size_t> members;  // Positions in nodes_.
    bool is_member = false;
  };

  [[nodiscard]] std::string two_quorums(std::size_t quorum,
                                        const std::vector<bool>& can_part) const;

  std::vector<PolicyLog> logs_;
  std::vector<PolicyWitness> witnesses_;
  std::vector<Node> nodes_;
  bool has_quorum_line_ = false;
  std::optional<std::size_t> quorum_;  // A position in nodes_; nothing: no witness is asked for.
};

}  // namespace candor::evidence
