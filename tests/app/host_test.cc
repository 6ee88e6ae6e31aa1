// SPDX-License-Identifier: Apache-2.0
// A capture host without cameras: what it says of a session is what its log says.
#include "app/capture/host.h"

#include <future>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "core/sync.h"
#include "evidence/entry.h"
#include "tests/support/temp_folder.h"

namespace candor::app {
namespace {

using evidence::EntryType;

// Keeps when an entry of each type was written last.
class TimesOfEntries final : public storage::IndexSink {
 public:
  void submit(std::vector<storage::IndexUpdate> updates) override {
    const std::lock_guard lock(mutex_);
    for (const storage::IndexUpdate& update : updates) {
      const auto header = evidence::decode_entry(update.entry).value().header;
      times_[header.type] = header.real;
    }
  }
  UtcTime of(EntryType type) {
    const std::lock_guard lock(mutex_);
    return times_[type];
  }

 private:
  std::mutex mutex_;
  std::map<EntryType, UtcTime> times_;
};

class HostTest : public testing::Test {
 protected:
  void start() {
    host_.reset();
    HostPlan plan;
    plan.host = "host-1";
    plan.state_folder = folder_ / "state";
    plan.volumes = {{.name = "a", .path = folder_ / "a", .place = ""}};
    plan.recorder.authority = "rec.example";
    plan.recorder.site = "site7";
    RoomPlan room;
    room.options.room = "room-1";
    room.options.room_class = "interrogation";
    if (camera_bytes_per_s_ > 0) {
      room.options.tracks.push_back(
          {.name = "cam-video", .source = "cam", .input = "cam", .label = {}});
      plan.space.video_bytes_per_s = camera_bytes_per_s_;
    }
    plan.rooms.push_back(std::move(room));
    auto started = CaptureHost::start(std::move(plan), clock_, log_);
    ASSERT_TRUE(started.has_value()) << started.error().message();
    host_ = *std::move(started);
  }
  Room& room() { return *host_->find_room("room-1"); }

  // Returns when it is durable.
  SessionSummary start_session() {
    std::promise<void> durable;
    const auto session = room().start_session(
        {.case_id = "C-1", .person = "P-1", .interrogators = {"O-1"}, .by = "test"},
        [&durable] { durable.set_value(); });
    EXPECT_TRUE(session.has_value());
    durable.get_future().wait();
    return *session;
  }

  test::TempFolder folder_;
  SystemClock clock_;
  TimesOfEntries log_;
  double camera_bytes_per_s_ = 0;  // Of a camera that has not been seen; 0: there is none.
  std::unique_ptr<CaptureHost> host_;
};

TEST_F(HostTest, ASessionBeganWhenItsEntryWasWritten) {
  start();

  const SessionSummary session = start_session();

  const UtcTime logged = log_.of(EntryType::kSessionOpen);
  EXPECT_EQ(room().find_session(session.session)->started, logged);
  EXPECT_EQ(host_->rooms().at(0).session->started, logged);
}

TEST_F(HostTest, ASessionThatCannotFitIsRefusedAndNothingIsWritten) {
  camera_bytes_per_s_ = 1e12;
  start();

  const auto session = host_->start_session(
      room(), {.case_id = "C-1", .person = "P-1", .interrogators = {"O-1"}, .by = "test"}, {});

  ASSERT_FALSE(session.has_value());
  EXPECT_EQ(session.error().kind(), ErrorKind::kResourceExhausted);
  EXPECT_THAT(session.error().message(), testing::HasSubstr("free on volume a"));
  EXPECT_FALSE(host_->rooms().at(0).session.has_value());
  host_->stop();
  EXPECT_EQ(log_.of(EntryType::kSessionOpen), UtcTime());
}

TEST_F(HostTest, TheStartOfASessionIsTheSameAfterARestart) {
  start();
  start_session();
  const UtcTime logged = log_.of(EntryType::kSessionOpen);

  start();

  EXPECT_EQ(host_->rooms().at(0).session->started, logged);
}

TEST_F(HostTest, ViewersAreToldTheTimeOfTheEntry) {
  start();
  Mutex mutex;
  UtcTime told;
  const auto reader = room().add_reader([&](const FeedItem& item) {
    const MutexLock lock(mutex);
    if (const auto* state = std::get_if<FeedState>(&item); state != nullptr && state->session) {
      told = state->session->started;
    }
  });

  start_session();

  room().remove_reader(reader);
  EXPECT_EQ(told, log_.of(EntryType::kSessionOpen));
}

TEST_F(HostTest, ASessionEndedWhenItsEntryWasWritten) {
  start();
  const SessionSummary session = start_session();
  std::promise<void> durable;

  ASSERT_TRUE(room()
                  .end_session(session.session, "test", "", [&durable] { durable.set_value(); })
                  .has_value());
  durable.get_future().wait();

  EXPECT_EQ(room().find_session(session.session)->ended, log_.of(EntryType::kSessionClose));
  EXPECT_FALSE(host_->rooms().at(0).session.has_value());
}

}  // namespace
}  // namespace candor::app
