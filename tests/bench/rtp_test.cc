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

TEST(ClipTest, AFileThatIsNotThereIsNamed) {
  const auto clip = load_video_clip("/nonexistent/clip.mp4");
  ASSERT_FALSE(clip.has_value());
  EXPECT_EQ(clip.error().kind(), ErrorKind::kNotFound);
  EXPECT_THAT(clip.error().message(), testing::HasSubstr("/nonexistent/clip.mp4"));
}

}  // namespace
}  // namespace candor::camsim
