// SPDX-License-Identifier: Apache-2.0
// Media values that cross folders: format, sample, chunk. Immutable once shared. No packaging, no
// I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/ids.h"
#include "core/time.h"

namespace candor {

enum class MediaKind : std::uint8_t { kVideo, kAudio };
enum class Codec : std::uint8_t { kH264, kH265, kAac, kOpus, kAlaw, kUlaw };

/// "video" or "audio".
[[nodiscard]] std::string_view to_string(MediaKind kind);
/// "H.264", "H.265", "AAC", "Opus", "G.711 A-law", "G.711 mu-law".
[[nodiscard]] std::string_view to_string(Codec codec);
[[nodiscard]] MediaKind kind_of(Codec codec);

/// What a decoder needs to know before the first sample. Immutable.
struct MediaFormat {
  MediaKind kind = MediaKind::kVideo;
  Codec codec = Codec::kH264;
  std::uint32_t timescale =
      0;  // Ticks per second of every time of the stream: 90000, or the sample rate.
  std::uint32_t width = 0;        // Pixels as displayed (cropping applied); video only.
  std::uint32_t height = 0;       // Pixels as displayed; video only.
  std::uint32_t sample_rate = 0;  // Hz; audio only.
  std::uint32_t channels = 0;     // Audio only.
  // H.264: avcC, H.265: hvcC (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1). AAC: AudioSpecificConfig.
  // Opus: OpusHead (RFC 7845, 5.1). G.711: empty.
  Bytes codec_config;

  friend bool operator==(const MediaFormat&, const MediaFormat&) = default;
};
using MediaFormatPtr = std::shared_ptr<const MediaFormat>;

/// Where a capture time came from; the numbers are those of a MEDIA entry (docs/design/evidence.md,
/// MEDIA body).
enum class CaptureSource : std::uint8_t {
  kArrival = 0,
  kSenderReport = 1,
  kOnvifExtension = 2,
  kLocalDevice = 3
};

/// One access unit (NAL units with 4-byte lengths, no AUD), one AAC frame (raw, no ADTS), one Opus
/// packet or one packet of G.711, as a source hands it on. Moved, never shared.
struct Sample {
  MediaFormatPtr format;
  Bytes data;
  std::int64_t source_ticks =
      0;  // Decode time on the source's own clock, unwrapped, in format->timescale.
  std::int32_t composition_offset = 0;  // Presentation minus decode time, ticks.
  std::uint32_t duration = 0;           // Ticks; sound only, where the samples in it are known.
  BootTime arrival;  // When the sample was complete here; from a device of this machine: was taken.
  UtcTime capture;   // The source's UTC of this sample; 0: none, the arrival stands for it.
  CaptureSource capture_source = CaptureSource::kSenderReport;  // Of `capture`, if it is not 0.
  bool sync = false;               // Decoding can start here (IDR, IRAP; every sample of sound).
  std::uint32_t lost_packets = 0;  // Packets known lost between the previous sample and this one.
  bool discontinuity = false;      // source_ticks do not continue from the previous sample's.
};

/// The atom of queue, disk and live view: one [prft]moof+mdat with one video frame or a few audio
/// frames. Immutable.
struct Chunk {
  Bytes bytes;  // The boxes exactly as they stand in the file and travel to a viewer.
  std::uint32_t mdat_payload = 0;           // Offset of the first sample's bytes in `bytes`.
  std::vector<std::uint32_t> sample_sizes;  // The samples follow each other from mdat_payload on.
  std::int64_t decode_time = 0;  // tfdt: UTC since 1970 on the run's anchored clock, in ticks.
  std::int64_t duration = 0;     // Ticks, all samples of the chunk.
  std::uint32_t timescale = 0;
  std::uint32_t sequence = 0;      // mfhd sequence number.
  std::uint32_t lost_packets = 0;  // Known lost just before this chunk.
  UtcTime capture;  // Source's UTC of the first sample, or the anchored arrival time.
  CaptureSource capture_source = CaptureSource::kArrival;
  bool sync = false;         // Starts with a sync sample.
  bool starts_unit = false;  // First chunk of a unit (docs/design/storage.md, "Unit").
  bool discontinuity =
      false;  // decode_time is not the end of the previous chunk: a gap lies before it.
};
using ChunkPtr = std::shared_ptr<const Chunk>;

/// The init segment of a run of chunks with one format. Immutable.
struct InitSegment {
  MediaFormatPtr format;
  Bytes bytes;         // ftyp + moov.
  std::string codecs;  // RFC 6381: "avc1.640028", "hvc1.1.6.L93.B0", "mp4a.40.2", "opus", "alaw".
};
using InitSegmentPtr = std::shared_ptr<const InitSegment>;

}  // namespace candor
