// SPDX-License-Identifier: Apache-2.0
// Packets taken apart again give the bytes that went in.
#include "bench/camsim/rtp.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/camsim/clip.h"
#include "core/big_endian.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/media.h"

namespace candor::camsim {
namespace {

using testing::ElementsAre;

constexpr std::uint8_t kPayloadType = 96;

/// A NAL unit whose bytes tell their place.
Bytes nal(std::uint8_t header, std::size_t bytes) {
  Bytes out{header};
  for (std::size_t i = 1; i < bytes; ++i) {
    out.push_back(static_cast<std::uint8_t>(i * 7 + i / 256));
  }
  return out;
}

std::vector<Bytes> payloads(const RtpUnit& unit) {
  std::vector<Bytes> out;
  for (const std::uint32_t at : unit.packet_offsets) {
    const std::size_t length = get_be<std::uint16_t>(&unit.wire[at + 2]) - kRtpHeaderBytes;
    const ByteView payload = ByteView(unit.wire).subspan(at + kPacketHeaderBytes, length);
    out.emplace_back(payload.begin(), payload.end());
  }
  return out;
}

/// Single NAL unit packets and FU-A put together again.
std::vector<Bytes> reassemble(const RtpUnit& unit) {
  std::vector<Bytes> nals;
  for (const Bytes& payload : payloads(unit)) {
    if ((payload[0] & 0x1f) != 28) {
      nals.push_back(payload);
      continue;
    }
    if ((payload[1] & 0x80) != 0) {
      nals.push_back({static_cast<std::uint8_t>((payload[0] & 0xe0) | (payload[1] & 0x1f))});
    }
    nals.back().insert(nals.back().end(), payload.begin() + 2, payload.end());
  }
  return nals;
}

std::vector<bool> markers(const RtpUnit& unit) {
  std::vector<bool> out;
  out.reserve(unit.packet_offsets.size());
  for (const std::uint32_t at : unit.packet_offsets) {
    out.push_back((unit.wire[at + kInterleavedBytes + 1] & 0x80) != 0);
  }
  return out;
}

TEST(RtpTest, ReassembledNalUnitsEqualThoseThatWentIn) {
  for (const std::size_t bytes : {1U, 2U, 1399U, 1400U, 1401U, 2797U, 2798U, 100'000U}) {
    const std::vector<Bytes> nals{nal(0x06, 20), nal(0x65, bytes)};
    EXPECT_EQ(reassemble(packetize_h264(nals, kPayloadType)), nals) << bytes;
  }
}

TEST(RtpTest, NoPayloadIsAboveTheLimit) {
  const std::vector<Bytes> nals{nal(0x65, 50'000)};
  for (const Bytes& payload : payloads(packetize_h264(nals, kPayloadType))) {
    EXPECT_LE(payload.size(), kPayloadBytesMax);
  }
}

TEST(RtpTest, OnlyTheLastPacketOfAPictureIsMarked) {
  const std::vector<Bytes> nals{nal(0x06, 20), nal(0x41, 2000)};
  EXPECT_THAT(markers(packetize_h264(nals, kPayloadType)), ElementsAre(false, false, true));
}

TEST(RtpTest, AccessUnitDelimitersAreLeftOut) {
  const std::vector<Bytes> nals{nal(0x09, 2), nal(0x41, 10)};
  EXPECT_THAT(reassemble(packetize_h264(nals, kPayloadType)), ElementsAre(nals[1]));
}

/// RFC 7798, 4.4.1 and 4.4.3.
std::vector<Bytes> reassemble_h265(const RtpUnit& unit) {
  std::vector<Bytes> nals;
  for (const Bytes& payload : payloads(unit)) {
    if ((payload[0] >> 1 & 0x3f) != 49) {
      nals.push_back(payload);
      continue;
    }
    if ((payload[2] & 0x80) != 0) {
      nals.push_back(
          {static_cast<std::uint8_t>((payload[0] & 0x81) | (payload[2] & 0x3f) << 1), payload[1]});
    }
    nals.back().insert(nals.back().end(), payload.begin() + 3, payload.end());
  }
  return nals;
}

TEST(RtpTest, ReassembledH265NalUnitsEqualThoseThatWentIn) {
  for (const std::size_t bytes : {3U, 1400U, 1401U, 2797U, 100'000U}) {
    const std::vector<Bytes> nals{nal(0x40, 20), nal(0x26, bytes)};
    const RtpUnit unit = packetize_h265(nals, kPayloadType);
    EXPECT_EQ(reassemble_h265(unit), nals) << bytes;
    EXPECT_LE(payloads(unit).back().size(), kPayloadBytesMax);
    EXPECT_TRUE(markers(unit).back());
  }
}

TEST(RtpTest, H265DelimitersAreLeftOut) {
  const std::vector<Bytes> nals{nal(0x46, 3), nal(0x26, 10)};
  EXPECT_THAT(reassemble_h265(packetize_h265(nals, kPayloadType)), ElementsAre(nals[1]));
}

TEST(RtpTest, AFrameOfG711OrOpusIsThePayload) {
  const Bytes frame = nal(0xd5, 160);
  EXPECT_THAT(payloads(packetize_sound(frame, 8)), ElementsAre(frame));
}

TEST(RtpTest, AnAacFrameFollowsItsSizeInBits) {
  const Bytes frame = nal(0x21, 171);
  const std::vector<Bytes> packets = payloads(packetize_aac(frame, kPayloadType));
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_EQ(get_be<std::uint16_t>(packets[0].data()), 16);
  EXPECT_EQ(get_be<std::uint16_t>(&packets[0][2]), 171 << 3);
  EXPECT_EQ(Bytes(packets[0].begin() + 4, packets[0].end()), frame);
}

TEST(ClipTest, ASampleSplitsIntoItsNalUnits) {
  const Bytes sample{0, 0, 0, 2, 0x06, 0x05, 0, 0, 0, 1, 0x41};
  const auto nals = split_sample(sample);
  ASSERT_TRUE(nals.has_value());
  EXPECT_THAT(*nals, ElementsAre(Bytes{0x06, 0x05}, Bytes{0x41}));
}

TEST(ClipTest, ALengthBeyondTheSampleIsDataLoss) {
  for (const Bytes& sample : {Bytes{0, 0, 0, 3, 1, 2}, Bytes{0, 0, 0, 0, 1}, Bytes{0, 0, 1},
                              Bytes{255, 255, 255, 255, 1}}) {
    const auto nals = split_sample(sample);
    ASSERT_FALSE(nals.has_value());
    EXPECT_EQ(nals.error().kind(), ErrorKind::kDataLoss);
  }
}

TEST(ClipTest, ParameterSetsStandInAnAvcc) {
  const Bytes avcc{1, 0x64, 0, 0x28, 0xff, 0xe1, 0, 2, 0x67, 0x64, 1, 0, 1, 0x68, 0xfd, 0xf8};
  const auto sets = parameter_sets_of(avcc, Codec::kH264);
  ASSERT_TRUE(sets.has_value()) << sets.error().message();
  EXPECT_THAT(*sets, ElementsAre(Bytes{0x67, 0x64}, Bytes{0x68}));
}

/// An hvcC with one array for each type.
Bytes hvcc_with(const std::vector<std::uint8_t>& types) {
  Bytes hvcc(21, 0);
  hvcc.push_back(0xf7);
  hvcc.push_back(static_cast<std::uint8_t>(types.size()));
  for (const std::uint8_t type : types) {
    hvcc.insert(hvcc.end(), {static_cast<std::uint8_t>(0x80 | type), 0, 1, 0, 2,
                             static_cast<std::uint8_t>(type << 1), 1});
  }
  return hvcc;
}

TEST(ClipTest, OfAnHvccOnlyTheParameterSetsAreTaken) {
  const auto sets = parameter_sets_of(hvcc_with({32, 33, 34, 39}), Codec::kH265);
  ASSERT_TRUE(sets.has_value()) << sets.error().message();
  EXPECT_THAT(*sets, ElementsAre(Bytes{0x40, 1}, Bytes{0x42, 1}, Bytes{0x44, 1}));
}

TEST(ClipTest, AConfigurationThatEndsTooEarlyIsDataLoss) {
  Bytes hvcc = hvcc_with({32, 33});
  hvcc.pop_back();
  for (const auto& sets :
       {parameter_sets_of(hvcc, Codec::kH265), parameter_sets_of({}, Codec::kH264),
        parameter_sets_of(Bytes{1, 0x64, 0, 0x28}, Codec::kH264)}) {
    ASSERT_FALSE(sets.has_value());
    EXPECT_EQ(sets.error().kind(), ErrorKind::kDataLoss);
  }
}

TEST(ClipTest, AFileThatIsNotThereIsNamed) {
  const auto clip = load_video_clip("/nonexistent/clip.mp4");
  ASSERT_FALSE(clip.has_value());
  EXPECT_EQ(clip.error().kind(), ErrorKind::kNotFound);
  EXPECT_THAT(clip.error().message(), testing::HasSubstr("/nonexistent/clip.mp4"));
}

}  // namespace
}  // namespace candor::camsim
