// SPDX-License-Identifier: Apache-2.0
#include "evidence/policy.h"

#include <algorithm>
#include <array>

#include "evidence/policy_parser.h"
#include "evidence/text_lines.h"

namespace candor::evidence {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text.empty() ? "no witness" : text;
}

// Notes the cosignature; a witness counts once, with its earliest time.
void add_cosigner(std::vector<Cosigner>& cosigners, std::size_t witness, std::uint64_t time_s) {
  const auto known =
      std::find_if(cosigners.begin(), cosigners.end(),
                   [witness](const Cosigner& other) { return other.witness == witness; });
  if (known == cosigners.end()) {
    cosigners.push_back({.witness = witness, .time_s = time_s});
  } else {
    known->time_s = std::min(known->time_s, time_s);
  }
}

// For each of two quorums, which nodes it is made of.
using Sides = std::array<std::vector<bool>, 2>;

// Gives one side `missing` of a group's members: first those that the other side may have as well,
// then those that it has not.
void share_out(const std::vector<std::size_t>& members, std::size_t missing,
               const std::vector<bool>& can_part, std::size_t side, Sides& wanted) {
  for (const bool is_shared : {true, false}) {
    for (const std::size_t member : members) {
      const bool is_free = is_shared || !wanted.at(1 - side)[member];
      if (missing > 0 && can_part[member] == is_shared && is_free) {
        wanted.at(side)[member] = true;
        --missing;
      }
    }
  }
}

}  // namespace

Result<Policy> Policy::parse(std::string_view text) { return PolicyParser().parse(text); }

Result<JudgedCheckpoint> Policy::judge(std::string_view checkpoint) const {
  CANDOR_TRY(OpenedCheckpoint opened, open_checkpoint(checkpoint, keys()));
  JudgedCheckpoint judged{
      .opened = std::move(opened), .is_signed_by_log = false, .cosigners = {}, .has_quorum = false};
  std::set<std::string> names;
  for (const KnownSignature& signature : judged.opened.signatures) {
    if (signature.key < logs_.size()) {
      judged.is_signed_by_log |= logs_[signature.key].key.name == judged.opened.checkpoint.origin;
    } else {
      const std::size_t witness = signature.key - logs_.size();
      names.insert(witnesses_[witness].name);
      add_cosigner(judged.cosigners, witness, signature.time_s);
    }
  }
  judged.has_quorum = is_quorum(names);
  return judged;
}

bool Policy::is_quorum(const std::set<std::string>& witnesses) const {
  std::vector<bool> holds;
  holds.reserve(nodes_.size());
  for (const Node& node : nodes_) {
    const auto count = std::count_if(node.members.begin(), node.members.end(),
                                     [&holds](std::size_t member) { return holds[member]; });
    holds.push_back(node.threshold == 0 ? witnesses.contains(node.name)
                                        : static_cast<std::size_t>(count) >= node.threshold);
  }
  return !quorum_.has_value() || holds[*quorum_];
}

// A node can part if two sets of witnesses make it hold that share only dependent ones. Of a group,
// the members that can part serve both sets, each of the others one of them.
Result<void> Policy::check_quorums_meet(const std::set<std::string>& dependent) const {
  for (const std::string& name : dependent) {
    if (std::none_of(witnesses_.begin(), witnesses_.end(),
                     [&name](const PolicyWitness& witness) { return witness.name == name; })) {
      return fail(ErrorKind::kInvalidArgument, "the policy has no witness " + quoted(name));
    }
  }
  if (!quorum_.has_value()) {
    return fail(ErrorKind::kFailedPrecondition, "the policy asks for no witness");
  }
  std::vector<bool> can_part;
  can_part.reserve(nodes_.size());
  for (const Node& node : nodes_) {
    const auto shared = static_cast<std::size_t>(
        std::count_if(node.members.begin(), node.members.end(),
                      [&can_part](std::size_t member) { return can_part[member]; }));
    const std::size_t wanted = node.threshold - std::min(node.threshold, shared);
    can_part.push_back(node.threshold == 0 ? dependent.contains(node.name)
                                           : 2 * wanted <= node.members.size() - shared);
  }
  return can_part[*quorum_]
             ? Result<void>(fail(ErrorKind::kFailedPrecondition, two_quorums(*quorum_, can_part)))
             : Result<void>();
}

std::string Policy::two_quorums(std::size_t quorum, const std::vector<bool>& can_part) const {
  Sides wanted = {std::vector<bool>(nodes_.size()), std::vector<bool>(nodes_.size())};
  std::array<std::vector<std::string>, 2> names;
  wanted[0][quorum] = wanted[1][quorum] = true;
  // Members stand before their group: by then it is known who wants a node.
  for (std::size_t at = quorum + 1; at-- > 0;) {
    const Node& node = nodes_[at];
    for (std::size_t side = 0; side < wanted.size(); ++side) {
      if (wanted.at(side)[at] && node.threshold == 0) {
        names.at(side).push_back(node.name);
      } else if (wanted.at(side)[at]) {
        share_out(node.members, node.threshold, can_part, side, wanted);
      }
    }
  }
  return "two quorums of the policy have no independent witness in common: " + listed(names[0]) +
         " and " + listed(names[1]);
}

std::vector<NoteKey> Policy::keys() const {
  std::vector<NoteKey> all;
  all.reserve(logs_.size() + witnesses_.size());
  for (const PolicyLog& log : logs_) {
    all.push_back(log.key);
  }
  for (const PolicyWitness& witness : witnesses_) {
    all.push_back(witness.key);
  }
  return all;
}

}  // namespace candor::evidence
