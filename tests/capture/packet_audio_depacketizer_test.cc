// SPDX-License-Identifier: Apache-2.0
// G.711 and Opus: every packet is a sample that says how long it is.
#include <string>

#include <gmock/gmock.h>

#include "capture/rtsp/depacketizer.h"

namespace candor::rtsp {
namespace {

// "160:160" is a sample of 160 ticks and 160 bytes; "-n" after n lost packets.
class PacketAudioTest : public testing::Test {
 protected:
  void begin(Codec codec, std::uint32_t rate, std::uint32_t channels) {
    const SdpTrack track{.codec = codec, .clock_rate = rate, .channels = channels};
    depacketizer_ = make_packet_audio_depacketizer(track, [this](const AccessUnit& unit) {
      format_ = unit.format;
      came_ += (came_.empty() ? "" : " ") + std::to_string(unit.duration) + ":" +
               std::to_string(unit.data.size());
      came_ += unit.lost_packets > 0 ? "-" + std::to_string(unit.lost_packets) : "";
    });
  }
  void push(const Bytes& payload, std::uint32_t lost = 0) {
    RtpPacket packet;
    packet.payload = payload;
    depacketizer_->push(packet, lost);
  }

  std::string came_;
  MediaFormatPtr format_;
  std::unique_ptr<Depacketizer> depacketizer_;
};

TEST_F(PacketAudioTest, G711IsAsLongAsItHasBytesAChannel) {
  begin(Codec::kAlaw, 8000, 1);
  push(Bytes(160));
  push(Bytes(240));
  EXPECT_EQ(came_, "160:160 240:240");
  EXPECT_EQ(format_->sample_rate, 8000U);
  EXPECT_TRUE(format_->codec_config.empty());
}

TEST_F(PacketAudioTest, HalfASampleOfTwoChannelsIsALoss) {
  begin(Codec::kUlaw, 8000, 2);
  push(Bytes(161));
  push(Bytes(320), 2);
  EXPECT_EQ(came_, "160:320-3");
}

TEST_F(PacketAudioTest, OpusPacketsSayTheirLengthThemselves) {
  begin(Codec::kOpus, 48000, 2);
  push({0x7C, 1, 2, 3});  // Hybrid, 20 ms, one frame.
  push({0xFD, 1, 2});     // CELT, 20 ms, two frames.
  push({0xE3, 4, 1});     // CELT, 2.5 ms, four frames.
  push({});               // Nothing at all.
  push({0x1B, 3, 1});     // SILK, 60 ms, three frames: more than a packet may have.
  push({0x78, 1});
  EXPECT_EQ(came_, "960:4 1920:3 480:3 960:2-2");
  EXPECT_EQ(to_hex(format_->codec_config),
            "4f7075734865616401020000"
            "80bb0000"
            "000000");
}

}  // namespace
}  // namespace candor::rtsp
