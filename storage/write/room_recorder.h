// SPDX-License-Identifier: Apache-2.0
// Records one room on all volumes: segments, gaps, sessions and their entries, in the order of
// docs/design/storage.md, "Commit". When a round happens is the recorder's decision.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.h"
#include "core/media.h"
#include "core/result.h"
#include "evidence/bodies.h"
#include "storage/write/copies/copy_keeper.h"
#include "storage/write/index_update.h"
#include "storage/write/mirror/mirror.h"
#include "storage/write/room_log.h"
#include "storage/write/segment_writer.h"
#include "storage/write/tail_reader.h"
#include "storage/write/tree/newest_cosignatures.h"

namespace candor::storage {

/// A stream that a room records, as the configuration has it.
struct StreamSpec {
  std::string name;  // "<source>-video" or "<source>-audio".
  std::string source;
  MediaKind media = MediaKind::kVideo;
};

/// One chunk on its way to disk.
struct AppendChunk {
  ChunkPtr chunk;
  InitSegmentPtr init;
  Uuid session;                 // Nil: none.
  bool starts_segment = false;  // Cut the file before this chunk.
};

/// A stream stopped delivering; the next chunk closes the gap.
struct OpenGap {
  std::string cause;
  std::string detail;
  UtcTime at;  // On the run's clock: where the gap begins if it takes over from another one, or if
               // nothing of the stream was ever recorded.
};

struct OpenSession {
  evidence::SessionOpenBody body;
};

/// What happened to the run or to the log, for a RECORDER entry.
struct NoteEvent {
  std::string event;
  std::string detail;
};

struct CloseSession {
  Uuid session;
  std::string by;
  std::string reason;
  UtcTime at;
};

/// What can be told of a stream after a commit. A copy, any thread.
struct StreamProgress {
  Uuid stream;
  std::string name;
  UtcTime recorded_to;     // End of the last unit with a durable entry; 0: none.
  std::string gap;         // Cause of the gap that is open; empty: none.
  std::size_t copies = 0;  // Of the open segment, that are whole as far as is known.
};

/// One thread: the recorder's. A log that failed on every volume makes every later call fail: the
/// process must start anew.
class RoomRecorder {
 public:
  struct Options {
    RoomLog::Origin origin;
    std::vector<StreamSpec> streams;
    std::string software;
    std::string config_digest;
    std::function<void(ClosedCopy)> on_closed_copy{};  // Called on the volumes' threads.
    evidence::LinkBody former{};                       // Of an epoch above 1: the log before.
    std::shared_ptr<LogReach> reach{};                 // Null: nobody asks for leaves.
    std::shared_ptr<const NewestCosignatures> cosignatures{};  // For heartbeats; null: none.
  };

  /// Opens the room's log and recovers what the run before left (docs/design/recovery.md).
  [[nodiscard]] static Result<RoomRecorder> open(Mirror& mirror, const EntryClock& clock,
                                                 Options options);

  /// A file that no volume takes is closed and the stream has a gap up to the next key frame: no
  /// error. Errors: those of the log; kFailedPrecondition when a folder cannot be synced and no
  /// volume is left.
  [[nodiscard]] Result<void> append(std::size_t stream, const AppendChunk& item);
  void open_gap(std::size_t stream, const OpenGap& gap);
  void open_session(const OpenSession& item);
  void close_session(const CloseSession& item);
  void add_event(evidence::EntryType type, Bytes body);
  void heartbeat();
  /// A volume could not do something: one entry, if this room is concerned.
  void note_fault(const VolumeFault& fault);
  /// A RECORDER entry about this run: what a person must find in the log.
  void note_event(std::string event, std::string detail);
  /// Brings the log on a volume that has come back up to the others', and goes on there.
  void rejoin(const std::shared_ptr<VolumeWriter>& volume);

  /// Syncs the files that have new bytes; a file that fails is closed, its sync is never tried
  /// again and its stream has a gap.
  void sync_segments();

  /// Reads the finished units back, writes and syncs their entries and seals them. Units of a file
  /// that failed, and a unit that is read back otherwise than it was written, become gaps.
  [[nodiscard]] Result<void> commit();

  /// What the index must learn of the commits since the last call.
  [[nodiscard]] std::vector<IndexUpdate> take_updates() { return std::exchange(updates_, {}); }

  /// The leaves of what was committed since the last call.
  [[nodiscard]] LeafBatch take_leaves() { return log_.take_leaves(); }

  /// Ends all segments and says so in the log; then commit() once more.
  void stop(UtcTime at);

  [[nodiscard]] const RoomLog& log() const { return log_; }
  /// Files closed since the start because writing, syncing or reading back failed.
  [[nodiscard]] std::uint64_t failed_files() const { return failed_files_; }
  [[nodiscard]] UtcTime session_started() const { return log_.state().session_started(); }
  [[nodiscard]] std::vector<StreamProgress> progress() const;
  [[nodiscard]] const Uuid& stream_id(std::size_t stream) const { return streams_[stream].id; }
  /// End of what stands in the log for a stream, ticks of `timescale`; 0 if nothing does.
  [[nodiscard]] UtcTime recorded_end(std::size_t stream) const;

 private:
  struct Segment {
    SegmentWriter writer;
    std::int64_t start = 0;  // Ticks.
    std::uint64_t init_entry = 0;
    std::size_t uncommitted = 0;
    bool is_closed = false;
    std::optional<Error>
        failure;  // Its sync or a reading back failed: nothing more is vouched for.
  };
  struct Stream {
    StreamSpec spec;
    Uuid id;
    std::uint32_t chain = 0;
    std::uint32_t timescale = 0;
    std::uint64_t next_segment = 1;
    std::int64_t end = 0;            // Of the last chunk appended, ticks.
    std::int64_t committed_end = 0;  // Of the last unit with an entry.
    Segment* segment = nullptr;      // The open one.
    std::optional<evidence::GapBody> gap;
    evidence::Digest init_digest{};   // Of the last segment.
    bool has_new_format = false;      // The segment just opened has another one.
    bool is_after_lost_unit = false;  // The next MEDIA entry follows a gap made at the commit.
    std::optional<std::int64_t> closed_gap_end;  // At a start: the log's last word on this stream.
  };
  struct EventOp {
    evidence::EntryType type;
    Bytes body;
    Segment* begun = nullptr;  // INIT: the segment.
  };
  struct UnitOp {
    std::size_t stream = 0;
    Segment* segment = nullptr;
    FinishedUnit unit;
    VotePtr read_back;  // Once it was asked for.
  };
  struct AdoptedOp {  // A unit that a crash left without entry.
    std::uint32_t chain = 0;
    evidence::MediaBody body;
    UnitPlace place;
  };
  using Op = std::variant<EventOp, UnitOp, AdoptedOp, CloseSession>;
  struct Seal {
    Segment* segment = nullptr;
    Bytes entry;
  };

  RoomRecorder(Mirror& mirror, const EntryClock& clock, RoomLog log, Options options);

  // Of the closed list of causes: "disk-full" or "disk-error".
  [[nodiscard]] static std::string cause_of(const Error& error);
  [[nodiscard]] static std::uint32_t timescale_of(const Stream& stream);

  [[nodiscard]] Result<void> follow(const LogState& former);
  [[nodiscard]] Result<void> adopt_streams();
  [[nodiscard]] bool must_cut(const Stream& stream, const AppendChunk& item) const;
  [[nodiscard]] Result<void> open_segment(Stream& stream, const AppendChunk& item);
  void close_segment(std::size_t stream, std::uint8_t last_flags = 0);
  void queue_unit(std::size_t stream, FinishedUnit unit);
  void fail_segment(std::size_t stream, const Error& error, UtcTime at);
  void abandon(Segment& segment, const Error& error);
  std::int64_t close_gap(Stream& stream, std::int64_t to, std::optional<std::uint32_t> lost);
  [[nodiscard]] bool declare_hole(std::size_t stream,
                                  const Chunk& chunk);  // True: a gap was closed.
  void begin_gap(Stream& stream, evidence::GapBody body);
  void begin_gap(Stream& stream, const OpenGap& gap, std::int64_t from);
  [[nodiscard]] evidence::RecorderBody recorder_body(std::string event, std::string detail) const;
  [[nodiscard]] Result<void> declare_lost(const UnitOp& op, const Error& why);
  [[nodiscard]] Result<Tail> best_tail(const evidence::InitBody& last, std::uint64_t logged);
  void set_unowned_aside(const Stream& stream);
  void trim_closed(const StreamState& known);
  [[nodiscard]] Result<void> adopt_tail(Stream& stream, const evidence::InitBody& last,
                                        std::uint64_t logged);
  [[nodiscard]] static std::int64_t told_end(const Stream& stream);
  void adopt_unit(Stream& stream, std::uint64_t segment, TailUnit unit);
  void ask_for_units();
  [[nodiscard]] Result<void> commit_op(const UnitOp& op);
  [[nodiscard]] Result<void> commit_op(const AdoptedOp& op);
  [[nodiscard]] Result<void> commit_op(const CloseSession& op);
  [[nodiscard]] Result<void> commit_op(const EventOp& op);
  [[nodiscard]] Result<Bytes> log_entry(evidence::EntryType type, std::uint32_t chain,
                                        ByteView body, std::optional<UnitPlace> place);
  void write_seals();
  void forget_finished_segments();
  void tell_of_copies(Segment& segment);

  Mirror* mirror_;
  const EntryClock* clock_;
  RoomLog log_;
  Options options_;
  Uuid run_;
  Uuid session_;
  std::vector<Stream> streams_;
  std::list<Segment> segments_;
  std::vector<Op> ops_;
  std::vector<Seal> seals_;
  std::vector<IndexUpdate> updates_;
  std::uint64_t failed_files_ = 0;
};

}  // namespace candor::storage
