// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/rtp.h"

#include <string>

#include <gmock/gmock.h>

#include "tests/capture/support/packets.h"

namespace candor::rtsp {
namespace {

TEST(RtpTest, ReadsThePayloadBehindContributorsAndExtension) {
  // Two contributors, an extension of one word, two bytes of padding.
  const Bytes packet = from_hex(
                           "b2e00102000000ff12345678aaaaaaaabbbbbbbb"
                           "bede0001cccccccc"
                           "6162"
                           "0002")
                           .value();

  const auto parsed = parse_rtp(packet);

  ASSERT_TRUE(parsed.has_value());
  EXPECT_TRUE(parsed->marker);
  EXPECT_EQ(parsed->payload_type, 96);
  EXPECT_EQ(parsed->sequence, 0x0102);
  EXPECT_EQ(parsed->timestamp, 255U);
  EXPECT_EQ(as_text(parsed->payload), "ab");
}

TEST(RtpTest, RefusesWhatIsShorterThanItSays) {
  for (const char* hex :
       {"", "80", "8060000100000000123456", "406000010000000012345678", "8f6000010000000012345678",
        "906000010000000012345678", "906000010000000012345678bede0001", "a06000010000000012345678",
        "a06000010000000012345678ff"}) {
    EXPECT_FALSE(parse_rtp(from_hex(hex).value()).has_value()) << hex;
  }
}

TEST(SequenceCounterTest, CountsWhatIsMissingAndDropsWhatIsOld) {
  SequenceCounter counter;
  std::string seen;
  for (const int sequence : {65534, 65535, 0, 1, 4, 4, 3, 5, 20005, 100}) {
    const auto lost = counter.lost_before(static_cast<std::uint16_t>(sequence));
    seen += lost.has_value() ? std::to_string(*lost) + " " : "old ";
  }

  EXPECT_EQ(seen, "0 0 0 0 2 old old 0 19999 45630 ");
}

TEST(SenderReportTest, SaysWhichInstantAnRtpTimeIs) {
  // 2208988800 s lie between 1900 and 1970.
  const auto report = parse_sender_report(test::sender_report(2208988801U, 0x80000000U, 90000));

  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report->utc.ns, 1'500'000'000);
  EXPECT_EQ(report->rtp_time, 90000U);
}

TEST(SenderReportTest, ACameraWithoutAClockSaysNothing) {
  EXPECT_FALSE(parse_sender_report(test::sender_report(0, 0, 90000)).has_value());
  EXPECT_FALSE(parse_sender_report(Bytes(27, 0x80)).has_value());
}

class TrackClockTest : public testing::Test {
 protected:
  // "3600" or "3601!" when the clock was set anew.
  std::string place(std::uint32_t rtp_time) {
    const TrackClock::Placed placed = clock_.place(rtp_time);
    capture_ = placed.capture;
    return std::to_string(placed.ticks) + (placed.is_restarted ? "!" : "");
  }
  TrackClock clock_{90000};
  UtcTime capture_;
};

TEST_F(TrackClockTest, GoesOnOverTheWrapOfRtpTime) {
  EXPECT_EQ(place(0xFFFFFF00U), "0");
  EXPECT_EQ(place(0xFFFFFF00U + 3600U), "3600");
}

TEST_F(TrackClockTest, AWildJumpIsANewClockAndCostsOneTick) {
  place(1000);
  EXPECT_EQ(place(1000 + 900'001), "1!");
  EXPECT_EQ(place(1000 + 900'001 + 3600), "3601");
  EXPECT_EQ(place(5), "3602!");
}

TEST_F(TrackClockTest, GoesBackAsTheCameraSays) {
  place(10'000);
  EXPECT_EQ(place(10'000), "0");
  EXPECT_EQ(place(6'400), "-3600");
  EXPECT_EQ(place(10'000), "0");
}

TEST_F(TrackClockTest, KnowsTheCameraTimeAfterASenderReport) {
  place(1000);
  EXPECT_EQ(capture_.ns, 0);

  clock_.report({.utc = {5'000'000'000}, .rtp_time = 1000});
  place(1000 + 90000);
  EXPECT_EQ(capture_.ns, 6'000'000'000);
}

TEST_F(TrackClockTest, AReportOfTheOldClockSaysNothingOfTheNew) {
  clock_.report({.utc = {5'000'000'000}, .rtp_time = 1000});
  place(1000);

  place(1000 + 3600 * 90000);

  EXPECT_EQ(capture_.ns, 0);
}

TEST_F(TrackClockTest, OneReportIsEnoughForADay) {
  clock_.report({.utc = {0}, .rtp_time = 0});
  constexpr std::uint32_t kSeconds = 86'400;
  for (std::uint32_t second = 0; second <= kSeconds; ++second) {
    place(second * 90000U);
  }

  EXPECT_EQ(capture_.ns, std::int64_t{kSeconds} * 1'000'000'000);
}

}  // namespace
}  // namespace candor::rtsp
