// SPDX-License-Identifier: Apache-2.0
#include "storage/write/log_state.h"

#include <utility>

#include <fmt/format.h>

namespace candor::storage {

namespace {
constexpr std::size_t kClosedKept = 3;
}  // namespace

using evidence::EntryType;
using evidence::EntryView;

Result<void> LogState::apply(ByteView entry) {
  CANDOR_TRY(const EntryView view, evidence::decode_entry(entry));
  const evidence::EntryHeader& header = view.header;
  const ChainEnd end = chain_end(header.chain);
  if (header.index != size_ || header.chain_sequence != end.next_sequence ||
      header.chain_previous != end.previous) {
    return fail(ErrorKind::kDataLoss,
                fmt::format("entry {} does not continue the log at {}", header.index, size_));
  }
  CANDOR_CHECK(with_context(apply_body(view), fmt::format("entry {}", header.index)));
  chains_[header.chain] = {.next_sequence = end.next_sequence + 1,
                           .previous = evidence::leaf_hash(entry)};
  last_header_ = header;
  ++size_;
  return {};
}

LogState::ChainEnd LogState::chain_end(std::uint32_t chain) const {
  const auto found = chains_.find(chain);
  return found == chains_.end() ? ChainEnd{} : found->second;
}

const StreamState* LogState::stream_named(std::string_view name) const {
  for (const auto& [id, state] : streams_) {
    if (state.stream.name == name) {
      return &state;
    }
  }
  return nullptr;
}

Result<void> LogState::apply_body(const EntryView& entry) {
  switch (entry.header.type) {
    case EntryType::kStream: {
      CANDOR_TRY(evidence::StreamBody body, evidence::decode_stream(entry.body));
      streams_[body.stream].stream = std::move(body);
      return {};
    }
    case EntryType::kInit:
      return apply_init(entry);
    case EntryType::kMedia:
      return apply_media(entry);
    case EntryType::kSessionOpen:
      return apply_session_open(entry);
    case EntryType::kSessionClose:
      open_session_.reset();
      return {};
    case EntryType::kGapOpen:
    case EntryType::kGapClose:
      return apply_gap(entry.header.type, entry.body);
    case EntryType::kRecorder: {
      CANDOR_TRY(last_recorder_, evidence::decode_recorder(entry.body));
      return {};
    }
    default:
      return {};
  }
}

Result<StreamState*> LogState::find(const Uuid& stream) {
  const auto found = streams_.find(stream);
  if (found == streams_.end()) {
    return fail(ErrorKind::kDataLoss, "names a stream without STREAM entry: " + to_string(stream));
  }
  return &found->second;
}

Result<void> LogState::apply_init(const EntryView& entry) {
  CANDOR_TRY(evidence::InitBody body, evidence::decode_init(entry.body));
  CANDOR_TRY(StreamState * stream, find(body.stream));
  if (stream->timescale != 0 && stream->timescale != body.timescale) {
    stream->end = ns_to_ticks(ticks_to_ns(stream->end, stream->timescale), body.timescale);
  }
  if (stream->segment.has_value()) {
    stream->closed.push_back({.init = std::move(*stream->segment),
                              .bytes_logged = stream->segment_bytes_logged,
                              .closed = entry.header.real});
  }
  if (stream->closed.size() > kClosedKept) {
    stream->closed.erase(stream->closed.begin());
  }
  stream->timescale = body.timescale;
  stream->next_segment = body.segment + 1;
  stream->segment_bytes_logged = 0;
  stream->segment = std::move(body);
  return {};
}

Result<void> LogState::apply_media(const EntryView& entry) {
  CANDOR_TRY(const evidence::MediaBody body, evidence::decode_media_body(entry.body));
  CANDOR_TRY(StreamState * stream, find(body.stream));
  stream->end = static_cast<std::int64_t>(body.decode_time + body.duration);
  stream->closed_gap_end.reset();
  stream->segment_bytes_logged += body.fragment_bytes;
  evidence::StreamCount& count = stream->session_count;
  if (count.fragments++ == 0) {
    count.first_seq = entry.header.chain_sequence;
  }
  count.last_seq = entry.header.chain_sequence;
  return {};
}

Result<void> LogState::apply_gap(EntryType type, ByteView bytes) {
  CANDOR_TRY(evidence::GapBody body, evidence::decode_gap(bytes));
  CANDOR_TRY(StreamState * stream, find(body.stream));
  if (type == EntryType::kGapClose) {
    stream->open_gap.reset();
    stream->closed_gap_end = body.to_tfdt;
  } else {
    ++stream->session_count.gaps;
    stream->open_gap = std::move(body);
  }
  return {};
}

Result<void> LogState::apply_session_open(const EntryView& entry) {
  CANDOR_TRY(open_session_, evidence::decode_session_open(entry.body));
  session_started_ = entry.header.real;
  for (auto& [id, stream] : streams_) {
    stream.session_count = {.stream = id};
  }
  return {};
}

}  // namespace candor::storage
