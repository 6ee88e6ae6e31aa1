// SPDX-License-Identifier: Apache-2.0
// The start of a log: its tree is read, its key and what the witnesses know of it are asked, and
// only then is something signed. Recording has begun long before.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "app/capture/notary/log_keeper.h"
#include "core/log.h"

namespace candor::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kLoadAgain = 2s;
// A volume may be stuck: another one is asked besides.
constexpr auto kLoadElsewhere = 30s;

}  // namespace

// All volumes at once: each makes its own tiles right, and the first answer is the tree. One that
// is stuck answers never.
void LogKeeper::load(Time now) {
  const bool is_waiting = loads_ > 0 && now - loading_since_ < kLoadElsewhere;
  if (is_waiting || now < next_load_) {
    return;
  }
  loading_since_ = now;
  loads_ = context_.volumes.size();
  for (const auto& volume : context_.volumes) {
    volume->load(log_, context_.loaded(log_));
  }
}

void LogKeeper::on_loaded(Result<storage::ReadTree> read, Time now) {
  loads_ -= loads_ > 0 ? 1 : 0;
  is_dirty_ = true;
  if (!read.has_value()) {
    log::warn("notary.tree-unread",
              {{"room", log_.room}, {"epoch", log_.epoch}, {"error", read.error().message()}});
    if (!has_tree_) {
      unsigned_why_ = read.error().message();
      next_load_ = now + kLoadAgain;
    }
    return;
  }
  log::info("notary.tree-read", {{"room", log_.room},
                                 {"epoch", log_.epoch},
                                 {"entries", read->tree.size()},
                                 {"tiles_written", read->tiles_written},
                                 {"tiles_different", read->tiles_different}});
  const bool is_start = standing_ == LogStanding::kLoading || standing_ == LogStanding::kStarting;
  const std::uint64_t known = stored_.has_value() ? stored_->checkpoint.size : 0;
  if (std::optional<storage::StoredNote> note = std::move(read->note);
      is_start && note.has_value() && (!stored_.has_value() || note->checkpoint.size > known)) {
    stored_ = std::move(note);
    root_at_stored_ = read->root_at_note;
  }
  if (!has_tree_) {
    take_tree(std::move(read->tree), now);
  }
}

void LogKeeper::take_tree(storage::LogTree tree, Time now) {
  tree_ = std::move(tree);
  has_tree_ = true;
  if (standing_ == LogStanding::kLoading) {
    standing_ = LogStanding::kStarting;
  } else if (signed_size_ > 0 && stored_.has_value() && standing_ != LogStanding::kStarting) {
    const auto root = view().root_at(signed_size_);
    if (!root.has_value() || *root != stored_->checkpoint.root) {
      break_off("the log on disk is not the one that was signed in this run", stored_->bytes);
    }
  }
  committed_ = std::max(committed_, tree_.size());
  unsigned_since_ = now;
  for (const storage::Leaf& leaf : std::exchange(waiting_, {})) {
    append(leaf, now);
  }
}

void LogKeeper::get_key() {
  auto key = context_.signer->key(origin_);
  if (!key.has_value()) {
    unsigned_why_ = key.error().message();
    has_lost_signer_ = true;
    return;
  }
  key_ = std::move(*key);
  has_key_ = true;
  is_dirty_ = true;
}

// Why what was signed before cannot be continued; empty: it can, or nobody signed it.
std::string LogKeeper::objection_to_stored() const {
  if (!stored_.has_value() || stored_->checkpoint.origin != origin_) {
    return "";
  }
  const auto opened = evidence::open_checkpoint(stored_->bytes, {&key_, 1});
  if (!opened.has_value()) {
    log::error("notary.checkpoint-unsigned",
               {{"room", log_.room}, {"error", opened.error().message()}});
    return "";
  }
  if (!root_at_stored_.has_value()) {
    return fmt::format("the disk holds {} entries, its own checkpoint speaks of {}", tree_.size(),
                       stored_->checkpoint.size);
  }
  return *root_at_stored_ == stored_->checkpoint.root
             ? ""
             : fmt::format("the first {} entries on disk are not those of its own checkpoint",
                           stored_->checkpoint.size);
}

bool LogKeeper::have_all_answered() const {
  for (const auto& [name, witness] : witnesses_) {
    if (!witness.has_answered || witness.unchecked.has_value()) {
      return false;
    }
  }
  return true;
}

void LogKeeper::start(Time now, const Mode& mode) {
  const bool is_over = now - begun_ >= context_.rhythm.start_wait;
  if (context_.signer != nullptr && !has_key_ && mode.may_ask_signer) {
    get_key();
  }
  if (!has_tree_) {
    return;
  }
  check_heads();
  const bool is_complete = have_all_answered() && loads_ == 0;
  if (standing_ != LogStanding::kStarting || (!is_complete && !is_over)) {
    return;
  }
  if (context_.signer == nullptr) {
    standing_ = LogStanding::kNoSigner;
    is_dirty_ = true;
    return;
  }
  if (!has_key_) {
    return;
  }
  if (const std::string objection = objection_to_stored(); !objection.empty()) {
    break_off(objection, stored_.has_value() ? stored_->bytes : "");
    return;
  }
  if (stored_.has_value() && root_at_stored_.has_value() &&
      *root_at_stored_ == stored_->checkpoint.root) {
    signed_size_ = old_size_ = stored_->checkpoint.size;
  }
  is_dirty_ = true;
  if (witnesses_.empty()) {
    standing_ = LogStanding::kNoWitness;
  } else if (have_all_answered()) {
    standing_ = LogStanding::kVerified;
    tell_of_new_epoch();
  } else {
    begin_unverified();
  }
}

void LogKeeper::begin_unverified() {
  standing_ = LogStanding::kUnverified;
  std::string silent;
  for (const auto& [name, witness] : witnesses_) {
    if (!witness.has_answered) {
      silent += (silent.empty() ? "" : ", ") + name;
    }
  }
  const std::string what = "not asked at the start, because they do not answer: " + silent;
  context_.alarms->raise("unverified-start", log_.room, what, utc());
  context_.on_event(log_.room, "unverified-start", what);
}

// First contact after a start without it.
void LogKeeper::verify_start() {
  if (standing_ == LogStanding::kUnverified && have_all_answered()) {
    standing_ = LogStanding::kVerified;
    is_dirty_ = true;
    tell_of_new_epoch();
    context_.alarms->clear("unverified-start", log_.room);
    context_.on_event(log_.room, "verified-start", "the log continues what its witnesses know");
  }
}

// After a restart, too, until a person has enrolled it.
void LogKeeper::tell_of_new_epoch() {
  const bool is_known = std::ranges::any_of(
      witnesses_, [](const auto& pair) { return pair.second.cosigned.size > 0; });
  if (log_.epoch > 1 && !is_known) {
    context_.alarms->raise("rolled-back", log_.room,
                           fmt::format("epoch {} was begun because the one before did not continue "
                                       "what was signed; no witness knows it yet",
                                       log_.epoch),
                           utc());
  }
}

void LogKeeper::check_heads() {
  if (!has_tree_ || standing_ == LogStanding::kClosed) {
    return;
  }
  for (auto& [name, witness] : witnesses_) {
    if (!witness.unchecked.has_value()) {
      continue;
    }
    const evidence::Checkpoint& head = witness.unchecked->checkpoint;
    std::string reason;
    if (head.size > tree_.size()) {
      reason = fmt::format("{} knows {} entries, the disk holds {}", name, head.size, tree_.size());
    } else {
      const auto root = view().root_at(head.size);
      if (!root.has_value()) {
        witness.silence = root.error().message();
        continue;  // Again at the next look.
      }
      if (*root != head.root) {
        reason = fmt::format("the first {} entries on disk are not those that {} knows", head.size,
                             name);
      }
    }
    if (!reason.empty()) {
      std::string note = std::move(witness.unchecked->note);
      break_off(std::move(reason), std::move(note));
      return;
    }
    witness.cosigned.size = std::max(witness.cosigned.size, head.size);
    witness.unchecked.reset();
  }
  verify_start();
}

void LogKeeper::break_off(std::string reason, std::string checkpoint) {
  if (standing_ == LogStanding::kClosed) {
    return;
  }
  log::error("notary.log-broken", {{"room", log_.room}, {"epoch", log_.epoch}, {"why", reason}});
  close();
  context_.alarms->raise("rolled-back", log_.room, origin_ + ": " + reason, utc());
  context_.on_broken({.log = log_,
                      .origin = origin_,
                      .checkpoint = std::move(checkpoint),
                      .reason = std::move(reason)});
}

}  // namespace candor::app
