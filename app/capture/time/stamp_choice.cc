// SPDX-License-Identifier: Apache-2.0
#include "app/capture/time/stamp_choice.h"

#include <algorithm>
#include <utility>

#include "evidence/checkpoint.h"

namespace candor::app {
namespace {

bool is_signed_now(const LogView& view) {
  return view.standing == LogStanding::kNoWitness || view.standing == LogStanding::kUnverified ||
         view.standing == LogStanding::kVerified;
}

std::optional<evidence::Checkpoint> read(const evidence::Note& note) {
  if (note.signatures.empty()) {
    return std::nullopt;
  }
  auto checkpoint = evidence::parse_checkpoint(note.text);
  return checkpoint.has_value() ? std::optional(std::move(*checkpoint)) : std::nullopt;
}

}  // namespace

// The wall clock may have been set while nothing ran: an hour either way is one.
bool StampChoice::is_hour_over(const LogView& view, const LastStamp& last, UtcTime utc) const {
  const Nanoseconds since = utc - last.time;
  return last.epoch != view.log.epoch || since >= rhythm_.every || since <= -rhythm_.every;
}

std::optional<StampJob> StampChoice::due(const LogView& view, const LastStamp& last, Time now,
                                         UtcTime utc) {
  Log& log = logs_[view.log];
  const bool has_ended = view.session_end > log.session_end;
  if (!is_signed_now(view) || (!has_ended && !is_hour_over(view, last, utc))) {
    log.due_since.reset();
    return std::nullopt;
  }
  if (!log.due_since.has_value()) {
    log.due_since = now;
  }
  const std::uint64_t done = last.epoch == view.log.epoch ? last.size : 0;
  const std::uint64_t least = std::max(done + 1, has_ended ? view.session_end : 1);
  const bool must_wait =
      view.standing != LogStanding::kNoWitness && now - *log.due_since < rhythm_.cosign_wait;
  const evidence::Note* note = &view.cosigned_note;
  auto checkpoint = read(view.cosigned_note);
  if ((!checkpoint.has_value() || checkpoint->size < least) && !must_wait) {
    note = &view.note;
    checkpoint = read(view.note);
  }
  if (!checkpoint.has_value() || checkpoint->size < least) {
    return std::nullopt;
  }
  log.session_end = view.session_end;
  log.due_since.reset();
  return StampJob{.log = view.log,
                  .origin = checkpoint->origin,
                  .size = checkpoint->size,
                  .root = checkpoint->root,
                  .note = evidence::format_note(*note),
                  .why = has_ended ? "session-close" : "hourly",
                  .made = utc,
                  .parts = {}};
}

}  // namespace candor::app
