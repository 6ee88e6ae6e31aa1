// SPDX-License-Identifier: Apache-2.0
// Which unit goes out when, and what its headers say.
#include "bench/camsim/track_sender.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "bench/camsim/media_track.h"
#include "bench/camsim/rtp.h"
#include "bench/camsim/settings.h"
#include "bench/camsim/socket_writer.h"
#include "core/big_endian.h"
#include "core/bytes.h"
#include "core/time.h"

namespace candor::camsim {
namespace {

using std::chrono::milliseconds;

/// 1970 plus a whole number of clip periods: frame 0 is due then.
constexpr UtcTime kPeriodStart{16'000'000'000LL * 100'000'000};

/// A camera whose frame n holds the one byte n, and the client's end of its socket.
class TrackSenderTest : public testing::Test {
 protected:
  TrackSenderTest() {
    for (std::uint8_t n = 0; n < 50; ++n) {
      const Bytes nal{0x41, n};
      track_.units.push_back(packetize_h264({&nal, 1}, 96));
    }
    track_.clock_rate = 90000;
    track_.ticks_per_unit = 3600;
    track_.is_picture = true;
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    writer_ = std::make_unique<SocketWriter>(ends[0]);
    client_ = ends[1];
  }
  ~TrackSenderTest() override { ::close(client_); }
  TrackSenderTest(const TrackSenderTest&) = delete;
  TrackSenderTest& operator=(const TrackSenderTest&) = delete;
  TrackSenderTest(TrackSenderTest&&) = delete;
  TrackSenderTest& operator=(TrackSenderTest&&) = delete;

  void send_at(milliseconds after_start) {
    sender_.send_due(*writer_, kPeriodStart + after_start, milliseconds(0), counters_);
  }

  /// What the client got since the last call: frames as "n@sequence", reports as "SR".
  std::string received() {
    Bytes bytes(1 << 20);
    const auto got = ::recv(client_, bytes.data(), bytes.size(), 0);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    std::string text;
    for (std::size_t at = 0; at + 4 <= bytes.size();) {
      const bool report = bytes[at + 1] % 2 == 1;
      text += text.empty() ? "" : " ";
      text += report ? "SR"
                     : fmt::format("{}@{}", bytes[at + 17], get_be<std::uint16_t>(&bytes[at + 6]));
      last_time_ =
          report ? get_be<std::uint32_t>(&bytes[at + 20]) : get_be<std::uint32_t>(&bytes[at + 8]);
      at += 4U + get_be<std::uint16_t>(&bytes[at + 2]);
    }
    return text;
  }

  RtpTrack track_;
  Counters counters_;
  std::unique_ptr<SocketWriter> writer_;
  int client_ = -1;
  std::uint32_t last_time_ = 0;
  TrackSender sender_{track_, 2, {0xabcdef01, 1000, 65535}};
};

TEST_F(TrackSenderTest, SendsTheFrameOfTheWallClock) {
  static_cast<void>(sender_.play(kPeriodStart + milliseconds(45)));
  send_at(milliseconds(79));
  EXPECT_EQ(received(), "");
  send_at(milliseconds(80));
  EXPECT_EQ(received(), "SR 2@65535");
  send_at(milliseconds(160));
  EXPECT_EQ(received(), "3@0 4@1");
}

TEST_F(TrackSenderTest, GoesRoundTheClipWithoutAHole) {
  static_cast<void>(sender_.play(kPeriodStart + milliseconds(48 * 40)));
  send_at(milliseconds(51 * 40));
  EXPECT_EQ(received(), "SR 49@65535 0@0 1@1");
}

TEST_F(TrackSenderTest, StampsFramesAndStartOnOneClock) {
  const RtpStart start = sender_.play(kPeriodStart + milliseconds(10));
  send_at(milliseconds(40));
  EXPECT_EQ(received(), "SR 1@65535");
  EXPECT_EQ(last_time_ - start.time, 30U * 90);
}

TEST_F(TrackSenderTest, ABFrameIsStampedBeforeItIsSent) {
  track_.units[2].time_shift = -7200;
  static_cast<void>(sender_.play(kPeriodStart + milliseconds(40)));
  send_at(milliseconds(80));
  EXPECT_EQ(received(), "SR 2@65535");
  const std::uint32_t shifted = last_time_;
  send_at(milliseconds(120));
  EXPECT_EQ(received(), "3@0");
  EXPECT_EQ(last_time_ - shifted, 3 * 3600U);
}

TEST_F(TrackSenderTest, SkipsAndCountsWhatIsMoreThanASecondLate) {
  static_cast<void>(sender_.play(kPeriodStart));
  send_at(milliseconds(1200));
  EXPECT_EQ(counters_.dropped_frames, 4U);
  EXPECT_EQ(counters_.frames_sent, 26U);
}

TEST_F(TrackSenderTest, DropsWholeFramesWhenTheClientDoesNotRead) {
  track_.units = {packetize_h264(std::vector<Bytes>{Bytes(1 << 20, 0x41)}, 96)};
  static_cast<void>(sender_.play(kPeriodStart));
  send_at(milliseconds(400));
  EXPECT_GT(counters_.dropped_frames, 0U);
  EXPECT_EQ(counters_.frames_sent + counters_.dropped_frames, 10U);
}

TEST_F(TrackSenderTest, LosesPacketsOnRequestButCountsThemInTheSequence) {
  static_cast<void>(sender_.play(kPeriodStart));
  sender_.lose_every(3);
  send_at(milliseconds(200));
  EXPECT_EQ(received(), "SR 1@65535 2@0 4@2 5@3");
  EXPECT_EQ(counters_.lost_packets, 1U);
}

TEST_F(TrackSenderTest, GoesOnWhenTheClockIsSetBack) {
  static_cast<void>(sender_.play(kPeriodStart + milliseconds(10'000)));
  send_at(milliseconds(10'040));
  EXPECT_EQ(received(), "SR 1@65535");
  send_at(milliseconds(0));
  send_at(milliseconds(40));
  EXPECT_EQ(received(), "SR 1@0");
}

}  // namespace
}  // namespace candor::camsim
