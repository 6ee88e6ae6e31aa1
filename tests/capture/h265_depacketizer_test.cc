// SPDX-License-Identifier: Apache-2.0
// H.265 payloads (RFC 7798) to access units.
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "capture/rtsp/depacketizer.h"
#include "tests/capture/support/packets.h"

namespace candor::rtsp {
namespace {

constexpr std::uint8_t kIdrHeader = 19 << 1;
constexpr std::uint8_t kCraHeader = 21 << 1;
constexpr std::uint8_t kTrailHeader = 1 << 1;

Bytes vps() { return from_hex("40010c01ffff016000000300900000030000030078959409").value(); }
Bytes sps() {
  return from_hex(
             "420101016000000300900000030000030078a003c08010e596565924caf0168080000003008000000c84")
      .value();
}
Bytes pps() { return from_hex("4401c172b46240").value(); }

Bytes unit(std::uint8_t header, std::size_t size) {
  Bytes bytes(size, 0xAB);
  bytes[0] = header;
  bytes[1] = 1;
  return bytes;
}

// The FU payloads of a NAL unit, `piece` bytes each.
std::vector<Bytes> fragments(const Bytes& whole, std::size_t piece) {
  std::vector<Bytes> payloads;
  for (std::size_t at = 2; at < whole.size(); at += piece) {
    const std::size_t end = std::min(at + piece, whole.size());
    const unsigned flags = (at == 2 ? 0x80U : 0U) | (end == whole.size() ? 0x40U : 0U);
    Bytes payload{49 << 1, whole[1],
                  static_cast<std::uint8_t>(flags | static_cast<unsigned>(whole[0] >> 1))};
    payload.insert(payload.end(), whole.begin() + static_cast<std::ptrdiff_t>(at),
                   whole.begin() + static_cast<std::ptrdiff_t>(end));
    payloads.push_back(std::move(payload));
  }
  return payloads;
}

class H265DepacketizerTest : public testing::Test {
 protected:
  H265DepacketizerTest()
      : depacketizer_(make_h265_depacketizer({.codec = Codec::kH265}, [this](AccessUnit unit) {
          units_.push_back(std::move(unit));
        })) {}

  void payload(const Bytes& bytes, std::uint32_t timestamp, bool marker = false,
               std::uint32_t lost = 0) {
    RtpPacket packet;
    packet.marker = marker;
    packet.timestamp = timestamp;
    packet.payload = bytes;
    depacketizer_->push(packet, lost);
  }
  void parameter_sets(std::uint32_t timestamp = 0) {
    Bytes aggregate{48 << 1, 1};
    for (const Bytes& set : {vps(), sps(), pps()}) {
      append_be(aggregate, static_cast<std::uint16_t>(set.size()));
      aggregate.insert(aggregate.end(), set.begin(), set.end());
    }
    payload(aggregate, timestamp);
  }
  // "I P P-1": what came, with the packets lost before.
  std::string came() {
    std::string text;
    for (const AccessUnit& one : units_) {
      text += (text.empty() ? "" : " ") + std::string(one.sync ? "I" : "P");
      text += one.lost_packets > 0 ? "-" + std::to_string(one.lost_packets) : "";
    }
    return text;
  }

  std::vector<AccessUnit> units_;
  std::unique_ptr<Depacketizer> depacketizer_;
};

TEST_F(H265DepacketizerTest, PutsFragmentsTogetherWithLengths) {
  parameter_sets();
  const Bytes idr = unit(kIdrHeader, 301);
  const std::vector<Bytes> pieces = fragments(idr, 100);
  for (const Bytes& piece : pieces) {
    payload(piece, 0, &piece == &pieces.back());
  }

  ASSERT_EQ(came(), "I");
  Bytes expected;
  for (const Bytes& part : {vps(), sps(), pps(), idr}) {
    append_be(expected, static_cast<std::uint32_t>(part.size()));
    expected.insert(expected.end(), part.begin(), part.end());
  }
  EXPECT_EQ(units_[0].data, expected);
  EXPECT_EQ(units_[0].format->codec, Codec::kH265);
  EXPECT_EQ(units_[0].format->width, 1920U);
  EXPECT_EQ(units_[0].format->height, 1080U);
  EXPECT_EQ(units_[0].reorder, 2U);
}

TEST_F(H265DepacketizerTest, DecodingStartsAtEveryIntraRandomAccessPicture) {
  parameter_sets();
  payload(unit(kIdrHeader, 10), 0, true);
  payload(unit(kTrailHeader, 10), 3600, true);
  payload(unit(kCraHeader, 10), 7200, true);

  EXPECT_EQ(came(), "I P I");
}

TEST_F(H265DepacketizerTest, LeavesOutTheFrameThatLostAPacketAndTellsTheNext) {
  parameter_sets();
  payload(unit(kIdrHeader, 10), 0, true);
  payload(fragments(unit(kTrailHeader, 301), 100)[0], 3600);
  payload(fragments(unit(kTrailHeader, 301), 100)[2], 3600, true, 1);
  payload(unit(kTrailHeader, 10), 7200, true);

  EXPECT_EQ(came(), "I P-1");
}

TEST_F(H265DepacketizerTest, SurvivesPayloadsThatLie) {
  parameter_sets();
  payload({}, 0);
  payload({48 << 1, 1, 0xFF, 0xFF, 1}, 0);  // An aggregate that says more than it has.
  payload({49 << 1, 1}, 0);                 // A fragment without its header.
  payload({50 << 1, 1, 2, 3}, 0, true);     // PACI.
  payload(unit(kTrailHeader, 10), 3600, true);

  EXPECT_EQ(came(), "P-1");
}

}  // namespace
}  // namespace candor::rtsp
