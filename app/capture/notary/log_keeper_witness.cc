// SPDX-License-Identifier: Apache-2.0
// What witnesses say of a log, and what follows from it.
#include <algorithm>
#include <utility>

#include "app/capture/notary/log_keeper.h"

namespace candor::app {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

}  // namespace

void LogKeeper::on_head(const std::string& witness, std::optional<WitnessHead> head) {
  const auto found = witnesses_.find(witness);
  if (found == witnesses_.end() || standing_ == LogStanding::kClosed) {
    return;
  }
  found->second.has_answered = true;
  found->second.silence.clear();
  found->second.unchecked = std::move(head);
  check_heads();
  verify_start();
}

void LogKeeper::on_cosigned(const std::string& witness, const std::string& text,
                            const evidence::NoteSignature& line, std::uint64_t time_s, Time now) {
  const auto found = witnesses_.find(witness);
  const auto note = std::ranges::find_if(
      recent_notes_, [&](const auto& recent) { return recent.second.text == text; });
  if (found == witnesses_.end() || note == recent_notes_.end() ||
      standing_ == LogStanding::kClosed) {
    return;
  }
  const std::uint64_t size = note->first;
  Witness& cosigner = found->second;
  cosigner.silence.clear();
  cosigner.cosigned = {.size = size, .time = {static_cast<std::int64_t>(time_s) * kNsPerSecond}};
  cosigner.behind_since = size < signed_size_ ? std::optional<Time>(now) : std::nullopt;
  note->second.signatures.push_back(line);
  const std::string bytes = evidence::format_note(note->second);
  for (const auto& volume : context_.volumes) {
    volume->append_cosigned(log_, bytes);
    if (size == signed_size_) {
      volume->write_note(log_, size, bytes);
    }
  }
  std::string quoted = evidence::format_signature(line);
  quoted.erase(quoted.find_last_not_of('\n') + 1);
  context_.newest->set(log_.room, std::move(quoted));
  if (size >= urgent_size_) {
    is_note_urgent_ = false;
  }
  context_.alarms->clear("unknown-key", log_.room);
  if (log_.epoch > 1) {
    // A person has enrolled the new epoch: the end of the one before is known.
    context_.alarms->clear("rolled-back", log_.room);
  }
  is_dirty_ = true;
}

void LogKeeper::on_refused(const std::string& witness, std::string_view kind,
                           const std::string& detail) {
  if (const auto found = witnesses_.find(witness);
      found != witnesses_.end() && standing_ != LogStanding::kClosed) {
    found->second.silence = detail;
    context_.alarms->raise(kind, log_.room, detail, utc());
  }
}

void LogKeeper::on_silent(const std::string& witness, const std::string& why) {
  if (const auto found = witnesses_.find(witness); found != witnesses_.end()) {
    found->second.silence = why;
  }
}

}  // namespace candor::app
