// SPDX-License-Identifier: Apache-2.0
// RTP packets as a camera would send them, whole streams of them as text (VideoPackets).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/big_endian.h"
#include "core/bytes.h"

namespace candor::test {

/// Parameter sets of x264, 1920x1080, High profile: 1088 lines coded, eight cropped.
inline Bytes sps_1080() {
  return from_hex("67640028acd940780227e5c044000003000400000300c83c60c658").value();
}
inline Bytes pps_1080() { return from_hex("68ebe3cb22c0").value(); }

inline constexpr std::uint8_t kVideoPayload = 96;
inline constexpr std::uint8_t kAudioPayload = 97;
inline constexpr std::uint8_t kIdrNal = 0x65;
inline constexpr std::uint8_t kSliceNal = 0x41;

/// A NAL unit of `size` bytes whose payload repeats `fill`.
inline Bytes nal(std::uint8_t header, std::size_t size, std::uint8_t fill = 0xAB) {
  Bytes bytes(size, fill);
  bytes[0] = header;
  return bytes;
}

inline Bytes stap_a(const std::vector<Bytes>& nals) {
  Bytes payload{24};
  for (const Bytes& one : nals) {
    append_be(payload, static_cast<std::uint16_t>(one.size()));
    payload.insert(payload.end(), one.begin(), one.end());
  }
  return payload;
}

/// The FU-A payloads of a NAL unit, `piece` bytes each.
inline std::vector<Bytes> fu_a(const Bytes& unit, std::size_t piece) {
  std::vector<Bytes> payloads;
  for (std::size_t at = 1; at < unit.size(); at += piece) {
    const std::size_t end = std::min(at + piece, unit.size());
    const unsigned start_bit = at == 1 ? 0x80 : 0;
    const unsigned end_bit = end == unit.size() ? 0x40 : 0;
    Bytes payload{static_cast<std::uint8_t>((unit[0] & 0xE0U) | 28U),
                  static_cast<std::uint8_t>((unit[0] & 0x1FU) | start_bit | end_bit)};
    payload.insert(payload.end(), unit.begin() + static_cast<std::ptrdiff_t>(at),
                   unit.begin() + static_cast<std::ptrdiff_t>(end));
    payloads.push_back(std::move(payload));
  }
  return payloads;
}

/// AAC-hbr (RFC 3640): 13 bits of size, 3 of index for each frame, then the frames.
inline Bytes aac_packet(const std::vector<std::size_t>& sizes, const Bytes& frames) {
  Bytes payload;
  append_be(payload, static_cast<std::uint16_t>(16 * sizes.size()));
  for (const std::size_t size : sizes) {
    append_be(payload, static_cast<std::uint16_t>(size << 3));
  }
  payload.insert(payload.end(), frames.begin(), frames.end());
  return payload;
}

struct RtpFields {
  std::uint8_t payload_type = kVideoPayload;
  bool marker = false;
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
};

inline Bytes rtp(const RtpFields& fields, const Bytes& payload) {
  Bytes bytes{0x80, static_cast<std::uint8_t>(fields.payload_type | (fields.marker ? 0x80U : 0U))};
  append_be(bytes, fields.sequence);
  append_be(bytes, fields.timestamp);
  append_be(bytes, std::uint32_t{0x12345678});
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

/// An RTCP sender report without blocks: NTP seconds (since 1900) and fraction at an RTP time.
inline Bytes sender_report(std::uint32_t ntp_seconds, std::uint32_t fraction,
                           std::uint32_t rtp_time) {
  Bytes bytes{0x80, 200, 0, 6};
  append_be(bytes, std::uint32_t{0x12345678});
  append_be(bytes, ntp_seconds);
  append_be(bytes, fraction);
  append_be(bytes, rtp_time);
  append_be(bytes, std::uint64_t{0});
  return bytes;
}

/// A video stream packed as many cameras do: 'I' is parameter sets in a STAP-A and an IDR in three
/// FU-A, 'P' one packet of 100 bytes; '~' loses the next frame's middle packet, 'm' its marker, '_'
/// the whole next frame; '>' sets the camera's clock an hour ahead. Blanks are for the reader.
class VideoPackets {
 public:
  explicit VideoPackets(std::uint32_t first_timestamp = 1000) : timestamp_(first_timestamp) {}

  /// Continues where the last text ended.
  [[nodiscard]] std::vector<Bytes> of(std::string_view text) {
    std::vector<Bytes> out;
    for (const char c : text) {
      if (c == 'I') {
        const std::vector<Bytes> pieces = fu_a(nal(kIdrNal, 301), 100);
        frame({stap_a({sps_1080(), pps_1080()}), pieces[0], pieces[1], pieces[2]}, out);
      } else if (c == 'P') {
        frame({nal(kSliceNal, 100)}, out);
      } else if (c == '>') {
        timestamp_ += 3600 * 90000U;
      } else if (c != ' ') {
        fault_ = c;
      }
    }
    return out;
  }

 private:
  void frame(const std::vector<Bytes>& payloads, std::vector<Bytes>& out) {
    for (std::size_t i = 0; i < payloads.size(); ++i) {
      const bool is_last = i + 1 == payloads.size();
      const bool is_lost = fault_ == '_' || (fault_ == '~' && i == payloads.size() / 2);
      const RtpFields fields{
          .marker = is_last && fault_ != 'm', .sequence = sequence_++, .timestamp = timestamp_};
      if (!is_lost) {
        out.push_back(rtp(fields, payloads[i]));
      }
    }
    fault_ = ' ';
    timestamp_ += 3600;
  }

  std::uint32_t timestamp_;
  std::uint16_t sequence_ = 65530;  // Wraps soon.
  char fault_ = ' ';
};

}  // namespace candor::test
