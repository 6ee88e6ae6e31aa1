// SPDX-License-Identifier: Apache-2.0
// The commit of a room: sync, read back, entries, seals, in this order (docs/design/storage.md,
// "Commit").
#include <algorithm>
#include <utility>

#include "core/log.h"
#include "storage/write/clock_jump.h"
#include "storage/write/room_recorder.h"

namespace candor::storage {

void RoomRecorder::sync_segments() {
  std::vector<std::pair<Segment*, VotePtr>> asked;
  for (Segment& segment : segments_) {
    // A sync that failed is not tried again: the kernel may have dropped the bytes and say nothing.
    if (segment.writer.is_dirty() && !segment.failure.has_value()) {
      asked.emplace_back(&segment, segment.writer.sync());
    }
  }
  mirror_->flush();
  for (const auto& [segment, vote] : asked) {
    // Only seals are new there, copies of entries: not worth waiting for a volume that is slow.
    if (segment->is_closed && segment->uncommitted == 0 && !vote->is_decided()) {
      continue;
    }
    if (auto synced = vote->wait(); !synced.has_value()) {
      abandon(*segment, synced.error());
    }
  }
}

// None of the file's units that still wait gets an entry; its bytes stay as they are.
void RoomRecorder::abandon(Segment& segment, const Error& error) {
  segment.failure = error;
  const auto open = std::find_if(streams_.begin(), streams_.end(),
                                 [&](const Stream& stream) { return stream.segment == &segment; });
  if (open != streams_.end()) {
    const UtcTime end{ticks_to_ns(open->end, timescale_of(*open))};
    fail_segment(static_cast<std::size_t>(open - streams_.begin()), error, end);
    return;
  }
  ++failed_files_;
  log::error("storage.segment-failed", {{"room", log_.room()}, {"error", error.message()}});
}

Result<void> RoomRecorder::commit() {
  ask_for_units();
  for (const Op& op : std::exchange(ops_, {})) {
    CANDOR_CHECK(std::visit([this](const auto& one) { return commit_op(one); }, op));
  }
  CANDOR_CHECK(with_context(log_.commit(), log_.room() + ": log"));
  for (Stream& stream : streams_) {
    if (const auto found = log_.state().streams().find(stream.id);
        found != log_.state().streams().end()) {
      stream.committed_end = found->second.end;
    }
  }
  write_seals();
  forget_finished_segments();
  return {};
}

// All at once: the volumes read while the first answers are waited for.
void RoomRecorder::ask_for_units() {
  for (Op& op : ops_) {
    if (auto* unit = std::get_if<UnitOp>(&op);
        unit != nullptr && !unit->segment->failure.has_value()) {
      unit->read_back = unit->segment->writer.read_back(unit->unit);
    }
  }
  mirror_->flush();
}

Result<void> RoomRecorder::commit_op(const UnitOp& op) {
  Stream& stream = streams_[op.stream];
  Segment& segment = *op.segment;
  --segment.uncommitted;
  if (!segment.failure.has_value()) {
    if (auto same = op.read_back->wait(); !same.has_value()) {
      // What is on the disk is not what was received.
      abandon(segment, same.error());
      CANDOR_CHECK(
          commit_op(EventOp{evidence::EntryType::kRecorder,
                            evidence::encode(recorder_body("fault", same.error().message()))}));
    }
  }
  if (segment.failure.has_value()) {
    return declare_lost(op, *segment.failure);
  }
  evidence::MediaBody body = op.unit.body;
  if (std::exchange(stream.is_after_lost_unit, false)) {
    body.flags = static_cast<std::uint8_t>(body.flags | evidence::kDiscontinuity);
  }
  const UnitPlace place{.segment = op.segment->writer.description().segment,
                        .offset = op.unit.offset()};
  CANDOR_TRY(Bytes entry, log_entry(evidence::EntryType::kMedia, stream.chain,
                                    evidence::encode_media_body(body), place));
  seals_.push_back({.segment = op.segment, .entry = std::move(entry)});
  return {};
}

// Where the unit would have stood in the log, a gap of its length stands.
Result<void> RoomRecorder::declare_lost(const UnitOp& op, const Error& why) {
  const evidence::MediaBody& unit = op.unit.body;
  evidence::GapBody gap;
  gap.stream = unit.stream;
  gap.session = unit.session;
  gap.cause = cause_of(why);
  gap.from_tfdt = static_cast<std::int64_t>(unit.decode_time);
  gap.timescale = unit.timescale;
  gap.last_real_ns = clock_->now().real.ns;
  gap.detail = why.message();
  CANDOR_CHECK(commit_op(EventOp{evidence::EntryType::kGapOpen, evidence::encode(gap)}));
  gap.to_tfdt = static_cast<std::int64_t>(unit.decode_time + unit.duration);
  gap.first_real_ns = gap.last_real_ns;
  streams_[op.stream].is_after_lost_unit = true;
  return commit_op(EventOp{evidence::EntryType::kGapClose, evidence::encode(gap)});
}

Result<void> RoomRecorder::commit_op(const AdoptedOp& op) {
  CANDOR_TRY(const Bytes entry, log_entry(evidence::EntryType::kMedia, op.chain,
                                          evidence::encode_media_body(op.body), op.place));
  return {};
}

Result<void> RoomRecorder::commit_op(const CloseSession& op) {
  evidence::SessionCloseBody body{
      .session = op.session, .by = op.by, .reason = op.reason, .streams = {}};
  for (const auto& [id, stream] : log_.state().streams()) {
    body.streams.push_back(stream.session_count);
    body.streams.back().stream = id;
  }
  return commit_op(EventOp{evidence::EntryType::kSessionClose, evidence::encode(body)});
}

Result<void> RoomRecorder::commit_op(const EventOp& op) {
  CANDOR_TRY(const Bytes entry, log_entry(op.type, evidence::kEventChain, op.body, std::nullopt));
  if (op.begun != nullptr) {
    op.begun->init_entry = log_.state().last_header().index;
  }
  return {};
}

Result<Bytes> RoomRecorder::log_entry(evidence::EntryType type, std::uint32_t chain, ByteView body,
                                      std::optional<UnitPlace> place) {
  CANDOR_CHECK(explain_jump(type));
  CANDOR_TRY(Bytes entry, log_.append(type, chain, body));
  updates_.push_back({.room = log_.room(), .entry = entry, .place = place});
  return entry;
}

// Between the last entry and the next one the wall clock may have been set, or the disk have stood
// still: the log says so itself, in this order, before anything else.
Result<void> RoomRecorder::explain_jump(evidence::EntryType next) {
  const EntryTime now = clock_->now();
  const ClockJump jump = jump_between(log_.state().last_header(), now);
  if (jump.step_ns != 0) {
    CANDOR_TRY(Bytes entry, log_.append(evidence::EntryType::kClock, evidence::kEventChain,
                                        clock_body(jump, now)));
    updates_.push_back({.room = log_.room(), .entry = std::move(entry), .place = std::nullopt});
    log::warn("clock.step", {{"room", log_.room()}, {"step_ns", jump.step_ns}});
  }
  const bool explains_itself = next == evidence::EntryType::kRecorder ||
                               next == evidence::EntryType::kGapOpen ||
                               next == evidence::EntryType::kGapClose;
  if (jump.pause_ns != 0 && !explains_itself) {
    const Bytes body = evidence::encode(recorder_body("fault", pause_text(jump)));
    CANDOR_TRY(Bytes entry,
               log_.append(evidence::EntryType::kRecorder, evidence::kEventChain, body));
    updates_.push_back({.room = log_.room(), .entry = std::move(entry), .place = std::nullopt});
  }
  return {};
}

void RoomRecorder::write_seals() {
  for (const Seal& seal : std::exchange(seals_, {})) {
    // A seal is a copy of an entry that is durable already: without it nothing is lost.
    if (auto written = seal.segment->writer.append_seal(seal.entry); !written.has_value()) {
      log::warn("storage.seal-failed",
                {{"room", log_.room()}, {"error", written.error().message()}});
    }
  }
}

void RoomRecorder::forget_finished_segments() {
  std::erase_if(segments_, [this](Segment& segment) {
    const bool needs_sync = segment.writer.is_dirty() && !segment.failure.has_value();
    const bool is_finished = segment.is_closed && segment.uncommitted == 0 && !needs_sync;
    if (is_finished && options_.on_closed_copy) {
      tell_of_copies(segment);
    }
    return is_finished;
  });
}

void RoomRecorder::tell_of_copies(Segment& segment) {
  const evidence::InitBody& init = segment.writer.description();
  ClosedCopy closed{.segment = {.path = init.path,
                                .room = log_.room(),
                                .epoch = log_.epoch(),
                                .init_entry = segment.init_entry,
                                .session = init.session},
                    .volume = {},
                    .is_whole = false};
  segment.writer.close(
      [closed, tell = options_.on_closed_copy](const Volume& volume, bool is_whole) {
        ClosedCopy copy = closed;
        copy.volume = volume.id();
        copy.is_whole = is_whole;
        tell(std::move(copy));
      });
}

}  // namespace candor::storage
