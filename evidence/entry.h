// SPDX-License-Identifier: Apache-2.0
// The log entry, byte-exact (docs/design/evidence.md): a fixed header and a body, encoded
// and decoded in one way only. What the entries of a log must say of each other is not checked
// here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/media.h"
#include "core/time.h"
#include "evidence/digest.h"

namespace candor::evidence {

inline constexpr std::size_t kEntryHeaderBytes = 130;
inline constexpr std::size_t kMediaBodyBytes = 180;
inline constexpr std::size_t kEntryBytesMax =
    65535;  // C2SP tlog-tiles: entries are framed by a u16 length.
inline constexpr std::size_t kJsonBodyBytesMax = 60'000;
inline constexpr std::uint32_t kClockErrorUnknown = 0xFFFFFFFF;
inline constexpr std::uint32_t kLostUnitsNotApplicable = 0xFFFFFFFF;
inline constexpr std::uint32_t kEventChain = 0;

enum class EntryType : std::uint8_t {
  kGenesis = 1,
  kInit = 2,
  kMedia = 3,
  kSessionOpen = 4,
  kGapOpen = 5,
  kGapClose = 6,
  kSessionClose = 7,
  kHeartbeat = 8,
  kClock = 9,
  kRecorder = 10,
  kStream = 11,
  kAudit = 12,
  kKey = 13,
  kTimeAnchor = 14,
  kLink = 15,
  kExport = 16,
  kRetention = 17,
  kRehash = 18,
  kNote = 19,
};

enum class ClockState : std::uint8_t {
  kUnknown = 0,
  kSynchronisedAuthenticated = 1,
  kSynchronised = 2,
  kHoldover = 3,
  kFreeRunning = 4,
};

using LogId = std::array<std::uint8_t, 16>;
using Salt = std::array<std::uint8_t, 16>;

/// First 16 bytes of SHA-256 of the origin line without its newline.
[[nodiscard]] LogId log_id_of(std::string_view origin);

/// The first 130 bytes of every entry, but for magic, version and body length, which the codec
/// writes and checks.
struct EntryHeader {
  EntryType type = EntryType::kNote;
  std::uint8_t suite = 1;
  ClockState clock_state = ClockState::kUnknown;
  LogId log_id{};
  std::uint64_t index = 0;
  UtcTime real;
  BootTime boot;
  Uuid boot_id;
  std::uint32_t clock_error_us = kClockErrorUnknown;
  std::uint32_t chain = kEventChain;
  std::uint64_t chain_sequence = 0;
  Digest chain_previous{};
  Salt salt{};

  friend bool operator==(const EntryHeader&, const EntryHeader&) = default;
};

/// Bits of MediaBody::flags.
enum MediaFlag : std::uint8_t {
  kStartsWithSync = 1,
  kDiscontinuity = 2,
  kCameraSignatureValid = 4,
  kCameraSignatureInvalid = 8,
  kRecoveredAfterCrash = 16,
  kLastOfSession = 32,
};

/// Body of a MEDIA entry: one sealed unit.
struct MediaBody {
  Uuid session;
  Uuid stream;
  Digest init_digest{};
  Digest fragment_digest{};
  Digest essence_digest{};
  std::uint64_t fragment_bytes = 0;
  std::uint64_t decode_time = 0;  // tfdt of the first sample.
  std::uint64_t duration = 0;     // In timescale.
  std::uint32_t timescale = 0;
  std::uint32_t sequence = 0;  // mfhd sequence number of the first chunk.
  std::uint32_t sample_count = 0;
  std::uint32_t lost_units = kLostUnitsNotApplicable;
  UtcTime capture;
  CaptureSource capture_source = CaptureSource::kArrival;
  std::uint8_t flags = 0;
  Bytes extensions;  // TLVs, kept as they are.

  friend bool operator==(const MediaBody&, const MediaBody&) = default;
};

/// A decoded entry; `body` points into the bytes given to decode_entry.
struct EntryView {
  EntryHeader header;
  ByteView body;
};

/// Header and body in one buffer. The body is at most kEntryBytesMax - kEntryHeaderBytes long.
[[nodiscard]] Bytes encode_entry(const EntryHeader& header, ByteView body);
[[nodiscard]] Bytes encode_media_body(const MediaBody& body);

/// Errors: kInvalidArgument for a wrong magic, version or length; nothing may follow the body. An
/// unknown type is accepted: it is still a leaf.
[[nodiscard]] Result<EntryView> decode_entry(ByteView bytes);
[[nodiscard]] Result<MediaBody> decode_media_body(ByteView body);

/// "MEDIA", "SESSION-OPEN", ...; "TYPE-n" for a type this version does not know.
[[nodiscard]] std::string entry_type_name(EntryType type);

/// An entry bundle: entries framed by a big-endian u16 length (C2SP tlog-tiles). A torn last frame,
/// or the zeros that a power cut may leave in it or behind it, are left out and reported by
/// `consumed` being short of the input.
struct Bundle {
  std::vector<ByteView> entries;
  std::size_t consumed = 0;
};
[[nodiscard]] Bundle read_bundle(ByteView bytes);
void append_framed(Bytes& bundle, ByteView entry);

}  // namespace candor::evidence
