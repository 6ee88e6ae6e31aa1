// SPDX-License-Identifier: Apache-2.0
// Space as figures: rates, hours left, warnings, and whether a session fits.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>

#include "app/capture/space/forecast.h"
#include "app/capture/space/keeper.h"
#include "app/capture/space/session_need.h"
#include "app/capture/space/smoothed_rate.h"
#include "tests/support/temp_folder.h"

namespace candor::app {
namespace {

using namespace std::chrono_literals;
using storage::VolumeState;
using storage::VolumeStatus;
using testing::HasSubstr;
using testing::Optional;

constexpr std::uint64_t kGib = std::uint64_t{1} << 30;
constexpr double kOneMbps = 125'000;

VolumeStatus volume_with(std::uint64_t gib_free, const std::string& name = "a") {
  VolumeStatus volume;
  volume.name = name;
  volume.space = {.bytes_total = 1000 * kGib, .bytes_free = gib_free * kGib};
  volume.is_space_known = true;
  return volume;
}

SpaceLimits no_reserve() {
  SpaceLimits limits;
  limits.reserve_bytes = 0;
  return limits;
}

TEST(SmoothedRateTest, IsUnknownForTenSeconds) {
  SmoothedRate rate(300s);
  for (int second = 0; second < 9; ++second) {
    rate.add(1000, 1);
  }
  EXPECT_FALSE(rate.bytes_per_s().has_value());

  rate.add(1000, 1);

  EXPECT_THAT(rate.bytes_per_s(), Optional(testing::DoubleNear(1000, 1)));
}

TEST(SmoothedRateTest, ForgetsWhatIsOlderThanItsWindow) {
  SmoothedRate rate(60s);
  for (int second = 0; second < 600; ++second) {
    rate.add(second < 300 ? 9000 : 1000, 1);
  }

  EXPECT_THAT(rate.bytes_per_s(), Optional(testing::DoubleNear(1000, 100)));
}

TEST(ForecastTest, WhatIsKeptForTheLogsIsNotCountedAsFree) {
  EXPECT_EQ(usable_bytes(volume_with(10), 2 * kGib), 8 * kGib);
  EXPECT_EQ(usable_bytes(volume_with(1), 2 * kGib), 0U);
}

TEST(ForecastTest, AVolumeThatTakesNothingHasNoSpace) {
  VolumeStatus volume = volume_with(10);
  volume.state = VolumeState::kAway;
  EXPECT_EQ(usable_bytes(volume, 0), 0U);
  volume.state = VolumeState::kFull;
  EXPECT_EQ(usable_bytes(volume, 0), 0U);
}

TEST(ForecastTest, UnknownFreeSpaceCountsAsNone) {
  VolumeStatus volume = volume_with(10);
  volume.is_space_known = false;

  EXPECT_EQ(usable_bytes(volume, 0), 0U);
  EXPECT_THAT(hours_left(0, std::nullopt), Optional(0.0));
}

TEST(ForecastTest, HoursAreSpaceByRate) {
  EXPECT_THAT(hours_left(3600 * 1000, 1000), Optional(1.0));
  EXPECT_EQ(hours_left(kGib, 0), std::nullopt);
  EXPECT_EQ(hours_left(kGib, std::nullopt), std::nullopt);
}

TEST(SpaceWarningTest, TellsTheLeastThresholdAndDoesNotFlicker) {
  SpaceWarning warning({72, 24, 8});
  EXPECT_FALSE(warning.update(100));
  EXPECT_TRUE(warning.update(71));
  EXPECT_EQ(warning.level_h(), 72);
  EXPECT_FALSE(warning.update(73));
  EXPECT_TRUE(warning.update(7));
  EXPECT_EQ(warning.level_h(), 8);
  EXPECT_FALSE(warning.update(8.5));
  EXPECT_TRUE(warning.update(9));
  EXPECT_EQ(warning.level_h(), 24);
  EXPECT_FALSE(warning.update(std::nullopt));
  EXPECT_TRUE(warning.update(80));
  EXPECT_EQ(warning.level_h(), std::nullopt);
}

TEST(SessionNeedTest, IsTheLongestSessionAtItsRateWithTheMargin) {
  EXPECT_EQ(bytes_needed(1000, 12h, SpaceLimits()), std::uint64_t{12} * 3600 * 1000 * 120 / 100);
  EXPECT_EQ(may_go_on(2h, SpaceLimits()), 10h);
  EXPECT_EQ(may_go_on(20h, SpaceLimits()), 1h);
}

TEST(SessionNeedTest, ASessionThatFitsNowhereIsRefusedWithTheFigures) {
  const auto fits =
      check_fits({volume_with(3), volume_with(9, "b")}, 21 * kGib, 2 * kGib, no_reserve());

  ASSERT_FALSE(fits.has_value());
  EXPECT_EQ(fits.error().kind(), ErrorKind::kResourceExhausted);
  EXPECT_EQ(fits.error().message(),
            "a session of 12 h needs 21.0 GiB, 3.0 GiB are free on volume a, of which 2.0 GiB are "
            "kept for what is recording; 9.0 GiB are free on volume b, of which 2.0 GiB are kept "
            "for what is recording");
}

TEST(SessionNeedTest, ASessionThatFitsOneOfTwoVolumesIsAnAlarm) {
  const auto fits =
      check_fits({volume_with(30), volume_with(9, "b")}, 21 * kGib, 2 * kGib, no_reserve());

  ASSERT_TRUE(fits.has_value());
  EXPECT_EQ(*fits,
            "a session of 12 h needs 21.0 GiB, 9.0 GiB are free on volume b, of which 2.0 GiB are "
            "kept for what is recording");
}

TEST(SessionNeedTest, AVolumeThatIsAwayHoldsNothing) {
  VolumeStatus away = volume_with(30);
  away.state = VolumeState::kAway;

  EXPECT_THAT(check_fits({away}, kGib, 0, no_reserve()).error().message(),
              HasSubstr("volume a is away"));
  EXPECT_EQ(check_fits({volume_with(30)}, kGib, 0, no_reserve()).value(), "");
}

// Rooms of one camera each and one volume, moved on by hand.
class SpaceKeeperTest : public testing::Test {
 protected:
  SpaceKeeperTest() {
    limits_.reserve_bytes = 0;
    limits_.margin_percent = 0;
    recorder_.volumes = {volume_with(100)};
    recorder_.volumes[0].path = folder_ / "a";
  }

  void add_room(const std::string& name, bool needs_session) {
    RoomStatus room;
    room.room = name;
    room.needs_session = needs_session;
    room.tracks.resize(1);
    room.tracks[0].is_lost = false;
    rooms_.push_back(std::move(room));
  }
  void begin_session(std::size_t room, std::chrono::seconds ago = {}) {
    rooms_[room].session.emplace();
    rooms_[room].session->started = now_ + -Nanoseconds(ago);
  }
  // All cameras send so much; rooms that record hand it on.
  void run(std::chrono::seconds length, double bytes_per_s = kOneMbps) {
    keeper();
    for (std::int64_t second = 0; second < length.count(); ++second) {
      for (RoomStatus& room : rooms_) {
        room.tracks[0].bitrate_bps = 8 * bytes_per_s;
        const bool records = !room.needs_session || room.session.has_value();
        room.bytes_recorded += records ? static_cast<std::uint64_t>(bytes_per_s) : 0;
      }
      keeper().tick(recorder_, rooms_, now_, 1);
    }
  }
  SpaceKeeper& keeper() {
    if (keeper_ == nullptr) {
      keeper_ = std::make_unique<SpaceKeeper>(limits_, recorder_, rooms_);
    }
    return *keeper_;
  }
  VolumeForecast forecast() { return keeper().status().volumes.at(0); }
  Result<std::string> check_start(std::size_t room) {
    return keeper().check_start(room, recorder_, rooms_, now_);
  }

  test::TempFolder folder_;
  SpaceLimits limits_;
  storage::RecorderStatus recorder_;
  std::vector<RoomStatus> rooms_;
  UtcTime now_{1'790'000'000'000'000'000};
  std::unique_ptr<SpaceKeeper> keeper_;
};

TEST_F(SpaceKeeperTest, TellsTheHoursLeftNowAndIfEveryRoomRecorded) {
  add_room("waiting-1", false);
  add_room("inquiry-1", true);

  run(20s);

  const double hours = 100.0 * kGib / kOneMbps / 3600;
  EXPECT_THAT(forecast().hours_left, Optional(testing::DoubleNear(hours, 1)));
  EXPECT_THAT(forecast().hours_left_busy, Optional(testing::DoubleNear(hours / 2, 1)));
  EXPECT_EQ(forecast().warning_h, std::nullopt);
}

TEST_F(SpaceKeeperTest, WarnsBelowAThreshold) {
  add_room("waiting-1", false);

  run(20s, 100.0 * kGib / 3600 / 20);

  EXPECT_EQ(forecast().warning_h, 24);
}

TEST_F(SpaceKeeperTest, ARateThatWasNeverMeasuredIsTheConfiguredOne) {
  add_room("inquiry-1", true);
  limits_.video_bytes_per_s = 4 * kOneMbps;

  EXPECT_TRUE(check_start(0).has_value());
  recorder_.volumes = {volume_with(20)};
  EXPECT_THAT(check_start(0).error().message(),
              HasSubstr("inquiry-1: a session of 12 h needs 20.1 GiB"));
}

TEST_F(SpaceKeeperTest, AMeasuredRateTakesThePlaceOfTheConfiguredOne) {
  add_room("inquiry-1", true);
  recorder_.volumes = {volume_with(6)};

  run(20s);

  EXPECT_EQ(check_start(0).value(), "");
}

TEST_F(SpaceKeeperTest, WhatRunningSessionsMayNeedIsKeptForThem) {
  add_room("inquiry-1", true);
  add_room("inquiry-2", true);
  recorder_.volumes = {volume_with(8)};  // One session of 12 h at 1 Mbit/s needs 5.03 GiB.
  run(20s);
  EXPECT_TRUE(check_start(1).has_value());

  begin_session(0);
  EXPECT_THAT(check_start(1).error().message(), HasSubstr("5.0 GiB are kept"));

  begin_session(0, 8h);
  EXPECT_TRUE(check_start(1).has_value());
}

TEST_F(SpaceKeeperTest, ContinuousRoomsNeedNoMoreThanTheirQuota) {
  add_room("inquiry-1", true);
  add_room("waiting-1", false);
  recorder_.volumes = {volume_with(8)};
  limits_.continuous_quota_bytes = kGib;

  run(20s);

  EXPECT_EQ(check_start(0).value(), "");
}

TEST_F(SpaceKeeperTest, ASessionThatNoLongerFitsIsToldAndGoesOn) {
  add_room("inquiry-1", true);
  begin_session(0);
  run(20s);
  EXPECT_EQ(forecast().short_bytes, 0U);

  recorder_.volumes = {volume_with(2)};
  run(1s);

  EXPECT_GT(forecast().short_bytes, 3 * kGib);
}

TEST_F(SpaceKeeperTest, ContinuousRoomsUseTheirQuotaUpWithWhatIsThereAndWhatComes) {
  add_room("waiting-1", false);
  limits_.continuous_quota_bytes = 3'000'000;
  std::filesystem::create_directories(folder_ / "a/media/waiting-1/cam-video/2026-11-24");
  std::ofstream(folder_ / "a/media/waiting-1/cam-video/2026-11-24/1.mp4")
      << std::string(1'000'000, 'x');
  while (!keeper().status().continuous.is_measured) {
    run(1s, 0);
    std::this_thread::sleep_for(1ms);
  }

  run(15s);
  EXPECT_FALSE(keeper().status().continuous.is_used_up);
  run(1s);

  EXPECT_TRUE(keeper().status().continuous.is_used_up);
  EXPECT_EQ(keeper().status().continuous.bytes_used, 3'000'000U);
}

TEST_F(SpaceKeeperTest, TheQuotaIsAShareOfTheSmallestVolume) {
  recorder_.volumes = {volume_with(1), volume_with(1, "b")};
  recorder_.volumes[1].space.bytes_total = 200 * kGib;

  EXPECT_NEAR(static_cast<double>(keeper().status().continuous.bytes_quota), 100.0 * kGib, 100);
}

}  // namespace
}  // namespace candor::app
