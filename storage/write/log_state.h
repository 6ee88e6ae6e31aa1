// SPDX-License-Identifier: Apache-2.0
// What the entries of a room's log add up to: chain ends, streams, the open session and open gaps.
// A fold without I/O; the recorder continues from it after a restart.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "evidence/bodies.h"
#include "evidence/entry.h"

namespace candor::storage {

/// A segment that another one has followed.
struct ClosedSegment {
  evidence::InitBody init;
  std::uint64_t bytes_logged = 0;
  UtcTime closed;  // Of the INIT entry of the segment after it.
};

/// Where one stream stands.
struct StreamState {
  evidence::StreamBody stream;
  std::uint64_t next_segment = 1;
  std::optional<evidence::InitBody> segment;  // The newest segment.
  std::uint64_t segment_bytes_logged = 0;     // Bytes of chunks of that segment with an entry.
  std::vector<ClosedSegment> closed;          // The last ones before it, at most three.
  std::uint32_t timescale = 0;                // 0 before the first segment.
  std::int64_t end = 0;                       // End of the last logged unit, ticks.
  std::optional<evidence::GapBody> open_gap;
  std::optional<std::int64_t> closed_gap_end;  // A gap was closed after the last logged unit.
  evidence::StreamCount session_count;         // Of the open session.
};

/// One thread: the volume's writer.
class LogState {
 public:
  /// Where a chain stands: what the next entry of it must carry.
  struct ChainEnd {
    std::uint64_t next_sequence = 0;
    evidence::Digest previous{};
  };

  /// Takes the next entry. Errors: kDataLoss when index or chain do not continue, kInvalidArgument
  /// for a bad body; the state is then unchanged.
  [[nodiscard]] Result<void> apply(ByteView entry);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] ChainEnd chain_end(std::uint32_t chain) const;
  [[nodiscard]] const std::map<Uuid, StreamState>& streams() const { return streams_; }
  [[nodiscard]] const StreamState* stream_named(std::string_view name) const;
  [[nodiscard]] const std::optional<evidence::SessionOpenBody>& open_session() const {
    return open_session_;
  }
  /// Wall clock of its SESSION-OPEN entry; meaningless without an open session.
  [[nodiscard]] UtcTime session_started() const { return session_started_; }
  /// The last RECORDER entry, if any: "stop" means the run before ended in order.
  [[nodiscard]] const std::optional<evidence::RecorderBody>& last_recorder() const {
    return last_recorder_;
  }
  [[nodiscard]] const evidence::EntryHeader& last_header() const { return last_header_; }

 private:
  [[nodiscard]] Result<void> apply_body(const evidence::EntryView& entry);
  [[nodiscard]] Result<void> apply_media(const evidence::EntryView& entry);
  [[nodiscard]] Result<void> apply_init(const evidence::EntryView& entry);
  [[nodiscard]] Result<void> apply_gap(evidence::EntryType type, ByteView body);
  [[nodiscard]] Result<void> apply_session_open(const evidence::EntryView& entry);
  [[nodiscard]] Result<StreamState*> find(const Uuid& stream);

  std::uint64_t size_ = 0;
  std::map<std::uint32_t, ChainEnd> chains_;
  std::map<Uuid, StreamState> streams_;
  std::optional<evidence::SessionOpenBody> open_session_;
  UtcTime session_started_;
  std::optional<evidence::RecorderBody> last_recorder_;
  evidence::EntryHeader last_header_;
};

}  // namespace candor::storage
