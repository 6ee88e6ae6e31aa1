// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gmock/gmock.h>

#include "capture/rtsp/depacketizer.h"
#include "tests/capture/support/packets.h"

namespace candor::rtsp {
namespace {

using test::aac_packet;

class AacDepacketizerTest : public testing::Test {
 protected:
  AacDepacketizerTest() {
    SdpTrack track;
    track.codec = Codec::kAac;
    track.clock_rate = 48000;
    track.audio_config = {0x11, 0x88};
    depacketizer_ = make_aac_depacketizer(
        track, [this](AccessUnit unit) { units_.push_back(std::move(unit)); });
  }

  void push(const Bytes& payload, std::uint32_t timestamp, std::uint32_t lost = 0) {
    depacketizer_->push(RtpPacket{.timestamp = timestamp, .payload = payload}, lost);
  }
  // "0:3 1024:5-1": bytes of each frame at its time, losses before it.
  [[nodiscard]] std::string came() const {
    std::string text;
    for (const AccessUnit& unit : units_) {
      text += (text.empty() ? "" : " ") + std::to_string(unit.timestamp) + ":" +
              std::to_string(unit.data.size());
      text += unit.lost_packets > 0 ? "-" + std::to_string(unit.lost_packets) : "";
    }
    return text;
  }

  std::vector<AccessUnit> units_;
  std::unique_ptr<Depacketizer> depacketizer_;
};

TEST_F(AacDepacketizerTest, SaysWhatTheConfigSays) {
  push(aac_packet({3}, {1, 2, 3}), 0);

  ASSERT_EQ(came(), "0:3");
  EXPECT_EQ(units_[0].format->sample_rate, 48000U);
  EXPECT_EQ(units_[0].format->channels, 1U);
  EXPECT_TRUE(units_[0].sync);
}

TEST_F(AacDepacketizerTest, TakesSeveralFramesOutOfAPacket) {
  push(aac_packet({3, 2, 1}, {1, 1, 1, 2, 2, 3}), 5000);

  ASSERT_EQ(came(), "5000:3 6024:2 7048:1");
  EXPECT_EQ(units_[1].data, (Bytes{2, 2}));
}

TEST_F(AacDepacketizerTest, PutsAFrameOfSeveralPacketsTogether) {
  push(aac_packet({5}, {1, 2}), 0);
  push(aac_packet({5}, {3, 4}), 0);
  push(aac_packet({5}, {5}), 0);

  ASSERT_EQ(came(), "0:5");
  EXPECT_EQ(units_[0].data, (Bytes{1, 2, 3, 4, 5}));
}

TEST_F(AacDepacketizerTest, LeavesOutAFrameThatLostAPiece) {
  push(aac_packet({5}, {1, 2}), 0);
  push(aac_packet({5}, {5}), 0, 1);
  push(aac_packet({2}, {6, 7}), 1024);

  EXPECT_EQ(came(), "1024:2-1");
}

TEST_F(AacDepacketizerTest, LeavesOutAFrameWhoseEndNeverCame) {
  push(aac_packet({5}, {1, 2}), 0);
  push(aac_packet({5}, {3, 4}), 1024);
  push(aac_packet({5}, {5, 6, 7}), 1024);

  EXPECT_EQ(came(), "1024:5-1");
}

TEST_F(AacDepacketizerTest, PiecesThatAreLongerThanTheirFrameAreNoFrame) {
  push(aac_packet({5}, {1, 2, 3, 4}), 0);
  push(aac_packet({5}, {5, 6, 7, 8}), 0);
  push(aac_packet({2}, {6, 7}), 1024);

  EXPECT_EQ(came(), "1024:2-1");
}

TEST_F(AacDepacketizerTest, SurvivesPayloadsThatLie) {
  push({}, 0);
  push({0}, 0);
  push({0xFF, 0xFF}, 0);                   // More headers than bytes.
  push({0, 0, 1, 2}, 0);                   // No header at all.
  push(aac_packet({9, 9}, {1, 2, 3}), 0);  // Frames longer than the packet.
  push(aac_packet({0, 2}, {1, 2}), 0);     // A frame of nothing.
  push(aac_packet({2}, {6, 7}), 1024);

  EXPECT_EQ(came(), "1024:2-4");
}

TEST(AacConfigTest, ReadsRateAndChannels) {
  const auto read = [](const char* hex) {
    const auto config = parse_aac_config(from_hex(hex).value());
    return config.has_value()
               ? std::to_string(config->sample_rate) + "/" + std::to_string(config->channels)
               : std::string("none");
  };
  EXPECT_EQ(read("1188"), "48000/1");
  EXPECT_EQ(read("1210"), "44100/2");
  EXPECT_EQ(read("1408"), "16000/1");
  EXPECT_EQ(read("1588"), "8000/1");
  EXPECT_EQ(read("17800fa008"), "8000/1");  // The rate written out.
  EXPECT_EQ(read("11"), "none");
  EXPECT_EQ(read("1688"), "none");  // A reserved rate.
  EXPECT_EQ(read("1180"), "none");  // Channels said elsewhere.
}

}  // namespace
}  // namespace candor::rtsp
