// SPDX-License-Identifier: Apache-2.0
// Questions to the index: sessions, tracks with their coverage and gaps, segments of a range. It
// only reads (docs/design/index.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/media.h"
#include "core/result.h"
#include "core/time.h"
#include "evidence/digest.h"
#include "storage/read/unit_list.h"

namespace candor::storage {

/// From `from` on, up to but without `to`.
struct TimeRange {
  UtcTime from;
  UtcTime to;
  friend bool operator==(const TimeRange&, const TimeRange&) = default;
};

struct SessionRecord {
  Uuid session;
  std::string room;
  std::string case_id;
  std::string person;
  std::vector<std::string> interrogators;
  std::string opened_by;
  UtcTime started;
  std::optional<UtcTime> ended;
  std::string closed_by;
  std::string reason;
  std::uint64_t gaps = 0;
};

/// What somebody typed: one of both must hold.
struct SessionSearch {
  std::string text;                 // Part of the case, the person's or an interrogator's id.
  std::vector<std::string> people;  // Ids that were heard or that asked.
};

/// All that is set must hold. Times: sessions that overlap [from, to).
struct SessionFilter {
  std::optional<std::string> room{};
  std::optional<std::string> case_id{};
  std::optional<std::string> person{};
  std::optional<std::string> interrogator{};
  std::optional<SessionSearch> search{};
  std::optional<UtcTime> from{};
  std::optional<UtcTime> to{};
  std::optional<bool> open{};
  std::size_t limit = 50;        // 1 to kSessionsMax.
  std::optional<Uuid> before{};  // `next` of the page before.
};
inline constexpr std::size_t kSessionsMax = 200;

/// Newest first.
struct SessionPage {
  std::vector<SessionRecord> sessions;
  std::optional<Uuid> next;  // None: there are no more.
};

struct GapRecord {
  UtcTime from;
  std::optional<UtcTime> to;  // None: still open.
  std::string cause;
  std::string detail;
};

/// One stream as far as it was recorded in a session or in a span of time.
struct TrackRecord {
  Uuid stream;
  std::string name;
  std::string source;
  MediaKind media = MediaKind::kVideo;
  std::string codecs;  // Of its newest segment; empty when nothing was recorded.
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::optional<UtcTime> recorded_to;
  std::vector<TimeRange> coverage;  // In order, apart from each other.
  std::vector<GapRecord> gaps;      // In order. Pauses between sessions are not among them.
};

struct SegmentRecord {
  std::uint64_t segment = 0;
  Uuid session;      // Nil: none.
  std::string path;  // From the volume's root.
  evidence::Digest init_digest{};
  std::uint64_t init_bytes = 0;
  std::uint32_t timescale = 0;
  std::string codecs;
  UtcTime start;  // Of its first unit.
  UtcTime end;    // Of its last unit so far.
  std::vector<IndexedUnit> units;
};

/// One thread at a time; open one for each thread of the blocking pool. Sees what was committed
/// when a call began.
class Catalogue {
 public:
  /// Errors: kNotFound; kUnsupported (a newer index); kDataLoss (no index of ours).
  [[nodiscard]] static Result<Catalogue> open(const std::string& index_path);

  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;
  ~Catalogue();

  /// Errors: kInvalidArgument for a limit out of range or an unknown `before`.
  [[nodiscard]] Result<SessionPage> sessions(const SessionFilter& filter);

  /// Errors: kNotFound.
  [[nodiscard]] Result<SessionRecord> session(const Uuid& session);

  /// The tracks of a session, in the order of the room's streams. Errors: kNotFound.
  [[nodiscard]] Result<std::vector<TrackRecord>> session_tracks(const Uuid& session);

  /// The tracks of a room between two instants; streams of which nothing is there are left out.
  [[nodiscard]] Result<std::vector<TrackRecord>> room_tracks(std::string_view room,
                                                             TimeRange range);

  /// The stream's segments that overlap the range, in order, with all their units; of one session
  /// when it is given. A segment without units is not among them.
  [[nodiscard]] Result<std::vector<SegmentRecord>> segments(const Uuid& stream,
                                                            const std::optional<Uuid>& session,
                                                            TimeRange range);

 private:
  struct Impl;
  explicit Catalogue(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace candor::storage
