// SPDX-License-Identifier: Apache-2.0
// The commit of a room: sync, read back, entries, seals, in this order (docs/design/storage.md,
// "Commit").
#include <algorithm>
#include <utility>

#include "core/log.h"
#include "storage/write/room_recorder.h"

namespace candor::storage {

void RoomRecorder::sync_segments() {
  for (Segment& segment : segments_) {
    if (!segment.writer.is_dirty()) {
      continue;
    }
    auto synced = segment.writer.sync();
    if (synced.has_value()) {
      continue;
    }
    // The kernel may have dropped these bytes: none of the file's waiting units gets an entry.
    std::erase_if(ops_, [&](const Op& op) {
      const auto* unit = std::get_if<UnitOp>(&op);
      return unit != nullptr && unit->segment == &segment;
    });
    segment.uncommitted = 0;
    const auto open = std::find_if(streams_.begin(), streams_.end(), [&](const Stream& stream) {
      return stream.segment == &segment;
    });
    if (open == streams_.end()) {
      log::error("storage.sync-failed",
                 {{"room", log_.room()}, {"error", synced.error().message()}});
      segment.is_closed = true;
      continue;
    }
    (void)segment.writer.finish_unit();  // Its bytes are as doubtful as the others'.
    open->end = open->committed_end;
    fail_segment(static_cast<std::size_t>(open - streams_.begin()), synced.error());
  }
}

Result<void> RoomRecorder::commit() {
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

Result<void> RoomRecorder::commit_op(const UnitOp& op) {
  Stream& stream = streams_[op.stream];
  --op.segment->uncommitted;
  if (auto same = op.segment->writer.read_back(op.unit); !same.has_value()) {
    // What is on the disk is not what was received: no entry vouches for it, and the file is left
    // as it is.
    evidence::RecorderBody fault;
    fault.event = "fault";
    fault.software = options_.software;
    fault.config_digest = options_.config_digest;
    fault.last_index = log_.state().size();
    fault.detail = same.error().message();
    if (stream.segment == op.segment) {
      fail_segment(op.stream, same.error());
    }
    return commit_op(EventOp{evidence::EntryType::kRecorder, evidence::encode(fault)});
  }
  const UnitPlace place{.segment = op.segment->writer.description().segment,
                        .offset = op.unit.offset()};
  CANDOR_TRY(Bytes entry, log_entry(evidence::EntryType::kMedia, stream.chain,
                                    evidence::encode_media_body(op.unit.body), place));
  seals_.push_back({.segment = op.segment, .entry = std::move(entry)});
  return {};
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
  return {};
}

Result<Bytes> RoomRecorder::log_entry(evidence::EntryType type, std::uint32_t chain, ByteView body,
                                      std::optional<UnitPlace> place) {
  CANDOR_TRY(Bytes entry, log_.append(type, chain, body));
  updates_.push_back({.room = log_.room(), .entry = entry, .place = place});
  return entry;
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
  std::erase_if(segments_, [](const Segment& segment) {
    return segment.is_closed && segment.uncommitted == 0 && !segment.writer.is_dirty();
  });
}

}  // namespace candor::storage
