// SPDX-License-Identifier: Apache-2.0
// The tree, and what is signed of it when. How a log begins is in log_keeper_start.cc, what
// witnesses say in log_keeper_witness.cc.
#include "app/capture/notary/log_keeper.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/log.h"

namespace candor::app {
namespace {

using namespace std::chrono_literals;

// Leaves that wait while a tree is read: hours of them. Beyond, they are read too.
constexpr std::size_t kWaitingMax = 200'000;
constexpr std::size_t kRecentNotes = 32;
constexpr auto kLiveFor = 5s;
constexpr auto kVolumeLook = 10ms;
constexpr auto kLoadLook = 20ms;
constexpr auto kIdle = 1s;

bool hurries(evidence::EntryType type) {
  switch (type) {
    case evidence::EntryType::kSessionOpen:
    case evidence::EntryType::kSessionClose:
    case evidence::EntryType::kGapOpen:
    case evidence::EntryType::kGapClose:
    case evidence::EntryType::kKey:
    case evidence::EntryType::kExport:
    case evidence::EntryType::kRetention:
      return true;
    default:
      return false;
  }
}

}  // namespace

LogKeeper::LogKeeper(const NotaryContext& context, storage::LogName log, std::string origin,
                     Time now)
    : context_(context),
      log_(std::move(log)),
      origin_(std::move(origin)),
      begun_(now),
      next_load_(now),
      next_sign_(now) {
  for (const std::string& witness : context_.witnesses) {
    witnesses_[witness] = {};
  }
}

storage::TreeView LogKeeper::view() const {
  return tree_.view(
      [volumes = context_.volumes, log = log_](const evidence::TilePlace& place) -> Result<Bytes> {
        Result<Bytes> read = fail(ErrorKind::kUnavailable, "no volume can be read");
        for (const auto& volume : volumes) {
          read = volume->tile(log, place);
          if (read.has_value()) {
            break;
          }
        }
        return read;
      });
}

void LogKeeper::take(const storage::LeafBatch& batch, Time now) {
  committed_ = std::max(committed_, batch.leaves.back().index + 1);
  is_dirty_ = true;
  for (const storage::Leaf& leaf : batch.leaves) {
    if (has_tree_) {
      append(leaf, now);
    } else {
      waiting_.push_back(leaf);
    }
  }
  if (waiting_.size() > kWaitingMax) {
    waiting_.clear();
  }
}

void LogKeeper::append(const storage::Leaf& leaf, Time now) {
  if (!has_tree_ || leaf.index < tree_.size()) {
    return;  // It was read from the log, or will be.
  }
  if (leaf.index > tree_.size()) {
    // The queue was full: what is missing stands in the files.
    log::warn("notary.behind", {{"room", log_.room}, {"from", tree_.size()}, {"at", leaf.index}});
    has_tree_ = false;
    next_load_ = now;
    waiting_.push_back(leaf);
    return;
  }
  const std::vector<evidence::Tile> whole = tree_.append(leaf.hash);
  if (!whole.empty()) {
    for (const auto& volume : context_.volumes) {
      volume->write_tiles(log_, whole);
    }
  }
  if (!unsigned_since_.has_value()) {
    unsigned_since_ = now;
  }
  if (hurries(leaf.type)) {
    urgent_size_ = leaf.index + 1;
  }
  if (leaf.type == evidence::EntryType::kSessionClose) {
    session_end_ = leaf.index + 1;
  }
  if (leaf.type == evidence::EntryType::kMedia) {
    last_media_ = now;
  }
}

bool LogKeeper::may_sign() const {
  return has_tree_ && has_key_ &&
         (standing_ == LogStanding::kNoWitness || standing_ == LogStanding::kUnverified ||
          standing_ == LogStanding::kVerified);
}

bool LogKeeper::is_done() const { return !may_sign() || tree_.size() <= signed_size_; }

// What every volume that is written to holds. One that lags is waited for a little: if the other
// one were lost then, what was signed would be lost with it.
std::uint64_t LogKeeper::size_on_volumes(Time now) const {
  std::uint64_t least = tree_.size();
  if (unsigned_since_.has_value() && now - *unsigned_since_ > context_.rhythm.lag_max) {
    return least;
  }
  for (const auto& volume : context_.volumes) {
    least = std::min(least, volume->reach(log_).value_or(least));
  }
  return least;
}

LogKeeper::Time LogKeeper::tick(Time now, const Mode& mode) {
  has_lost_signer_ = false;
  if (!has_tree_ && standing_ != LogStanding::kClosed) {
    load(now);
  }
  if (standing_ == LogStanding::kLoading || standing_ == LogStanding::kStarting) {
    start(now, mode);
  }
  Time next = now + kIdle;
  if (standing_ == LogStanding::kStarting) {
    next = std::min(next, begun_ + context_.rhythm.start_wait);
  }
  if (loads_ > 0) {
    next = std::min(next, now + kLoadLook);
  }
  if (may_sign() && tree_.size() > signed_size_) {
    const bool is_due = mode.is_last || now >= next_sign_ || urgent_size_ > signed_size_;
    const std::uint64_t size = size_on_volumes(now);
    if (is_due && size > signed_size_ && mode.may_ask_signer) {
      sign(now, size);
    }
    const bool is_lagging = is_due && mode.may_ask_signer && size <= signed_size_;
    next = std::min(next, is_lagging ? now + kVolumeLook : std::max(next_sign_, now + kVolumeLook));
  }
  look_for_alarms(now);
  if (std::exchange(is_live_, now - last_media_ < kLiveFor) != is_live_) {
    is_dirty_ = true;
  }
  if (std::exchange(is_dirty_, false)) {
    publish(now);
  }
  return std::max(next, now + 5ms);
}

void LogKeeper::sign(Time now, std::uint64_t size) {
  next_sign_ = now + context_.rhythm.sign;
  const storage::TreeView tree = view();
  const auto root = tree.root_at(size);
  if (!root.has_value()) {
    unsigned_why_ = root.error().message();
    return;
  }
  const evidence::Checkpoint wanted{
      .origin = origin_, .size = size, .root = *root, .extensions = {}};
  auto line = ask_signer(tree, wanted);
  if (!line.has_value()) {
    unsigned_why_ = line.error().message();
    return;
  }
  publish_note(wanted, std::move(*line), now);
}

// The size signed last is the signer's to say: it is asked again with the one it names, once.
Result<evidence::NoteSignature> LogKeeper::ask_signer(const storage::TreeView& tree,
                                                      const evidence::Checkpoint& wanted) {
  for (const bool is_again : {false, true}) {
    CANDOR_TRY(evidence::Proof proof, tree.prove(std::min(old_size_, wanted.size), wanted.size));
    auto answer =
        context_.signer->sign({.old = old_size_, .proof = std::move(proof), .checkpoint = wanted});
    if (!answer.has_value()) {
      has_lost_signer_ = true;
      return fail(std::move(answer.error()));
    }
    const SignAnswer given = std::move(*answer);
    if (given.signature.has_value()) {
      const evidence::Note note{.text = evidence::format_checkpoint(wanted),
                                .signatures = {*given.signature}};
      CANDOR_TRY(const auto known,
                 with_context(evidence::verify_note(note, {&key_, 1}), "the signer's signature"));
      return note.signatures.front();
    }
    if (!given.last.has_value()) {
      return fail(ErrorKind::kPermissionDenied, "the signer refuses: " + given.refusal);
    }
    const std::uint64_t last = *given.last;
    if (last > wanted.size || is_again || last == old_size_) {
      break_off(fmt::format("the signer refuses what the disk holds: {} (size {}, signed last {})",
                            given.refusal, wanted.size, last),
                stored_.has_value() ? stored_->bytes : "");
      return fail(ErrorKind::kFailedPrecondition, "the log does not continue what was signed");
    }
    old_size_ = last;
  }
  return fail(ErrorKind::kInternal, "unreachable");
}

void LogKeeper::publish_note(const evidence::Checkpoint& checkpoint, evidence::NoteSignature line,
                             Time now) {
  const bool hurried = urgent_size_ > signed_size_;
  signed_size_ = old_size_ = checkpoint.size;
  is_note_urgent_ = hurried || (is_note_urgent_ && !witnesses_.empty());
  unsigned_why_.clear();
  unsigned_since_ = tree_.size() > signed_size_ ? std::optional<Time>(now) : std::nullopt;
  evidence::Note note{.text = evidence::format_checkpoint(checkpoint),
                      .signatures = {std::move(line)}};
  const std::string bytes = evidence::format_note(note);
  for (const auto& volume : context_.volumes) {
    volume->write_note(log_, checkpoint.size, bytes);
  }
  stored_ = storage::StoredNote{.bytes = bytes, .checkpoint = checkpoint};
  recent_notes_[checkpoint.size] = std::move(note);
  if (recent_notes_.size() > kRecentNotes) {
    recent_notes_.erase(recent_notes_.begin());
  }
  for (auto& [name, witness] : witnesses_) {
    if (!witness.behind_since.has_value()) {
      witness.behind_since = now;
    }
  }
  is_dirty_ = true;
}

void LogKeeper::close() {
  if (standing_ != LogStanding::kClosed) {
    standing_ = LogStanding::kClosed;
    is_dirty_ = true;
    for (const char* kind : {"unsigned", "unwitnessed", "unverified-start", "unknown-key"}) {
      context_.alarms->clear(kind, log_.room);
    }
  }
}

void LogKeeper::look_for_alarms(Time now) {
  if (standing_ == LogStanding::kClosed || standing_ == LogStanding::kNoSigner) {
    return;
  }
  const bool waits = !has_tree_ || tree_.size() > signed_size_;
  const Time since = has_tree_ ? unsigned_since_.value_or(now) : begun_;
  if (waits && now - since > context_.rhythm.unsigned_after + context_.rhythm.start_wait) {
    const std::uint64_t have = std::max(committed_, has_tree_ ? tree_.size() : 0);
    context_.alarms->raise("unsigned", log_.room,
                           fmt::format("{} entries of {} are not signed: {}", have - signed_size_,
                                       have, unsigned_why_.empty() ? "not yet" : unsigned_why_),
                           utc());
  } else if (!waits) {
    context_.alarms->clear("unsigned", log_.room);
  }
  if (std::string late = unwitnessed(now); late.empty()) {
    context_.alarms->clear("unwitnessed", log_.room);
  } else {
    context_.alarms->raise("unwitnessed", log_.room, std::move(late), utc());
  }
}

// The witnesses that are late, and how; empty: none.
std::string LogKeeper::unwitnessed(Time now) const {
  std::string late;
  const auto limit = is_live_ ? context_.rhythm.unwitnessed_live : context_.rhythm.unwitnessed_idle;
  for (const auto& [name, witness] : witnesses_) {
    if (witness.behind_since.has_value() && now - *witness.behind_since > limit) {
      late += fmt::format("{}{} has cosigned {} of {} signed entries{}{}", late.empty() ? "" : "; ",
                          name, witness.cosigned.size, signed_size_,
                          witness.silence.empty() ? "" : ": ", witness.silence);
    }
  }
  return late;
}

void LogKeeper::publish(Time /*now*/) {
  auto view = std::make_shared<LogView>();
  view->log = log_;
  view->origin = origin_;
  view->vkey = has_key_ ? evidence::format_vkey(key_) : "";
  view->standing = standing_;
  view->size = committed_;
  if (has_tree_) {
    view->tree = this->view();
    view->size = std::max(view->size, tree_.size());
  }
  if (const auto note = recent_notes_.find(signed_size_); note != recent_notes_.end()) {
    view->note = note->second;
  }
  for (const auto& [size, note] : recent_notes_) {
    if (note.signatures.size() > 1) {
      view->cosigned_note = note;
    }
  }
  view->signed_size = signed_size_;
  view->session_end = session_end_;
  view->is_live = is_live_;
  view->is_urgent = is_note_urgent_;
  for (const auto& [name, witness] : witnesses_) {
    if (witness.cosigned.size > 0) {
      view->cosigned[name] = witness.cosigned;
    }
  }
  context_.board->put(std::move(view));
}

}  // namespace candor::app
