// SPDX-License-Identifier: Apache-2.0
// The JSON bodies of log entries as values (docs/design/log-bodies.md): one encoding, one decoding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/media.h"
#include "core/result.h"
#include "core/time.h"
#include "evidence/digest.h"
#include "evidence/entry.h"

namespace candor::evidence {

/// Longest free text in a body; encode() cuts what is longer. What a camera or a person wrote must
/// never make an entry that cannot be read again.
inline constexpr std::size_t kFreeTextBytesMax = 4096;

/// The log that another one follows, as the witnesses know it.
struct PreviousLog {
  std::string origin;      // Empty: there is none.
  std::string checkpoint;  // Its newest note that is known; empty: none.
};

struct GenesisBody {
  std::string origin;
  std::string software;
  PreviousLog previous{};
};

/// LINK: why this log follows another one.
struct LinkBody {
  PreviousLog log;
  std::string reason;
};

struct InitBody {
  Uuid stream;
  std::uint64_t segment = 0;
  std::string path;  // From the volume's root.
  Uuid session;      // Nil: none.
  Uuid run;
  Digest init_digest{};
  std::uint64_t init_len = 0;
  std::uint32_t timescale = 0;
  std::string codecs;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t sample_rate = 0;
  std::uint32_t channels = 0;
};

struct StreamBody {
  Uuid stream;
  std::string name;
  std::string source;
  MediaKind media = MediaKind::kVideo;
  std::uint32_t chain = 0;
};

struct SessionOpenBody {
  Uuid session;
  std::string room;
  std::string case_id;
  std::string person;
  std::vector<std::string> interrogators;
  std::string by;
  std::vector<Uuid> streams;
};

struct StreamCount {
  Uuid stream;
  std::uint64_t fragments = 0;
  std::uint64_t gaps = 0;
  std::uint64_t first_seq = 0;  // chain_sequence of its first MEDIA entry in the session.
  std::uint64_t last_seq = 0;
};

struct SessionCloseBody {
  Uuid session;
  std::string by;
  std::string reason;
  std::vector<StreamCount> streams;
};

/// GAP-OPEN, and GAP-CLOSE when `to_tfdt` is set.
struct GapBody {
  Uuid stream;
  Uuid session;
  std::string cause;  // One of the closed list in docs/design/evidence.md, "Gap causes".
  std::int64_t from_tfdt = 0;
  std::optional<std::int64_t> to_tfdt;
  std::uint32_t timescale = 0;
  std::int64_t last_real_ns = 0;
  std::int64_t first_real_ns = 0;     // GAP-CLOSE only.
  std::optional<std::uint32_t> lost;  // GAP-CLOSE only: packets known lost.
  std::string detail;
};

struct RecorderBody {
  std::string event;  // start, stop, recovery, fault.
  std::string software;
  std::string config_digest;
  std::string shutdown;  // How the run before ended: first, clean, crash, power-loss.
  std::uint64_t last_index = 0;
  std::string detail;
};

/// CLOCK: another state of the wall clock or another source of it. A step has a body of its own.
struct ClockStateBody {
  ClockState state = ClockState::kUnknown;
  std::uint32_t error_us = kClockErrorUnknown;
  std::string source{};  // Empty: none.
  UtcTime real;
  BootTime boot;
  std::string detail{};
};

/// TIME-ANCHOR: an outside authority's time over a checkpoint.
struct TimeAnchorBody {
  std::string authority;  // As the configuration calls it.
  std::string origin;     // Of the log whose checkpoint it is: of this one, or of a former epoch.
  std::uint64_t size = 0;
  Digest root{};
  Digest note_digest{};   // SHA-256 of the stored note: what was stamped.
  Digest token_digest{};  // SHA-256 of the stored answer.
  UtcTime time;           // The authority's, genTime.
  std::string policy;
};

/// `by`, `reason`, `source` and `detail` become plain text (core/text.h); all other text must be
/// UTF-8 already, as the configuration and the control API see to. A body is at most
/// kJsonBodyBytesMax long.
[[nodiscard]] Bytes encode(const GenesisBody& body);
[[nodiscard]] Bytes encode(const LinkBody& body);
[[nodiscard]] Bytes encode(const InitBody& body);
[[nodiscard]] Bytes encode(const StreamBody& body);
[[nodiscard]] Bytes encode(const SessionOpenBody& body);
[[nodiscard]] Bytes encode(const SessionCloseBody& body);
[[nodiscard]] Bytes encode(const GapBody& body);
[[nodiscard]] Bytes encode(const RecorderBody& body);
[[nodiscard]] Bytes encode(const ClockStateBody& body);
[[nodiscard]] Bytes encode(const TimeAnchorBody& body);
/// `cosignature` is the newest cosignature line that is known, verbatim; empty: none.
[[nodiscard]] Bytes encode_heartbeat(std::uint64_t entries, const std::string& cosignature = {});

/// Errors: kInvalidArgument naming the field that is missing or of another type.
[[nodiscard]] Result<InitBody> decode_init(ByteView body);
[[nodiscard]] Result<StreamBody> decode_stream(ByteView body);
[[nodiscard]] Result<SessionOpenBody> decode_session_open(ByteView body);
[[nodiscard]] Result<SessionCloseBody> decode_session_close(ByteView body);
[[nodiscard]] Result<GapBody> decode_gap(ByteView body);
[[nodiscard]] Result<RecorderBody> decode_recorder(ByteView body);
[[nodiscard]] Result<TimeAnchorBody> decode_time_anchor(ByteView body);

}  // namespace candor::evidence
