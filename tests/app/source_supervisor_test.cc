// SPDX-License-Identifier: Apache-2.0
// A source that fails, and one that runs: tried for ever, each time a new object.
#include "app/capture/source_supervisor.h"

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>

#include <gmock/gmock.h>

#include "tests/app/room_fixture.h"

namespace candor::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr auto kPatience = 20s;  // Never waited out, unless the test fails.

// Delivers the text, then fails with this error, or runs until it is stopped.
struct Script {
  std::string text;
  std::optional<Error> error;
};

class ScriptedSource final : public capture::Source {
 public:
  explicit ScriptedSource(Script script) : script_(std::move(script)) {}

  Error run(std::stop_token stop, capture::SourceListener& listener) override {
    if (!script_.text.empty()) {
      const capture::SourceTrack video;
      listener.on_tracks({&video, 1});
      for (Sample& sample : test::video_samples(script_.text)) {
        listener.on_sample(0, std::move(sample));
      }
    }
    if (script_.error.has_value()) {
      return *script_.error;
    }
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    stopped.wait(lock, stop, [&stop] { return stop.stop_requested(); });
    return {ErrorKind::kCancelled, "stopped"};
  }

 private:
  Script script_;
};

class SourceSupervisorTest : public RoomFixture {
 protected:
  // The n-th try plays the n-th script, the last one for ever.
  void supervise(std::vector<Script> scripts, std::vector<std::chrono::milliseconds> waits) {
    supervisor_ = std::make_unique<SourceSupervisor>(
        *room_, "cam",
        [this, scripts = std::move(scripts)] {
          const std::size_t number = tries_++;
          tries_.notify_all();
          return std::make_unique<ScriptedSource>(scripts[std::min(number, scripts.size() - 1)]);
        },
        ReconnectWaits(std::move(waits)));
  }

  [[nodiscard]] bool reaches(std::size_t tries) {
    auto waiting = std::async(std::launch::async, [this, tries] {
      for (std::size_t seen = tries_; seen < tries; seen = tries_) {
        tries_.wait(seen);
      }
    });
    const bool reached = waiting.wait_for(kPatience) == std::future_status::ready;
    if (!reached) {
      tries_ = SIZE_MAX;
      tries_.notify_all();
    }
    return reached;
  }

  std::atomic<std::size_t> tries_ = 0;
  std::unique_ptr<SourceSupervisor> supervisor_;
};

TEST_F(SourceSupervisorTest, TriesForEverWithANewSourceEachTime) {
  make_room(false);
  supervise({{.text = "", .error = Error(ErrorKind::kUnavailable, "connection refused")}}, {1ms});
  EXPECT_TRUE(reaches(20));
  supervisor_.reset();
  EXPECT_EQ(samples_in_log(), 0U);
  EXPECT_THAT(log_text_, HasSubstr("GAP-OPEN(camera-offline)"));
}

TEST_F(SourceSupervisorTest, RecordsACameraThatComesAfterTheFirstTry) {
  make_room(false);
  supervise({{.text = "", .error = Error(ErrorKind::kUnavailable, "connection refused")},
             {.text = "IPPP", .error = Error(ErrorKind::kDeadlineExceeded, "no media")}},
            {1ms});
  ASSERT_TRUE(reaches(3));
  supervisor_.reset();
  EXPECT_GE(samples_in_log(), 4U);
  EXPECT_THAT(log_text_, HasSubstr("GAP-OPEN(camera-offline) INIT GAP-CLOSE(camera-offline) MEDIA "
                                   "GAP-OPEN(camera-stalled)"));
}

TEST_F(SourceSupervisorTest, BeginsTheWaitsAnewOnceMediaCame) {
  make_room(false);
  // After a second failure in a row nothing would happen for an hour.
  supervise({{.text = "IP", .error = Error(ErrorKind::kPermissionDenied, "401")}}, {1ms, 1h});
  EXPECT_TRUE(reaches(10));
}

TEST_F(SourceSupervisorTest, WaitsLongerForACameraThatRefuses) {
  make_room(false);
  // Absent, then refused: nothing more happens for an hour.
  supervise({{.text = "", .error = Error(ErrorKind::kUnavailable, "connection refused")},
             {.text = "", .error = Error(ErrorKind::kPermissionDenied, "401")}},
            {1ms, 1ms, 1h});
  ASSERT_TRUE(reaches(4));  // Two refusals at 1 ms, the third waits.
  supervisor_.reset();
  EXPECT_EQ(tries_, 4U);
}

TEST_F(SourceSupervisorTest, StopsAtOnceWhileItWaits) {
  make_room(false);
  supervise({{.text = "", .error = Error(ErrorKind::kPermissionDenied, "401")}}, {1h});
  ASSERT_TRUE(reaches(1));
  auto stopping = std::async(std::launch::async, [this] { supervisor_.reset(); });
  EXPECT_EQ(stopping.wait_for(kPatience), std::future_status::ready);
}

TEST_F(SourceSupervisorTest, StopsARunningSourceWithoutCallingItLost) {
  make_room(false);
  supervise({{.text = "IPPP", .error = std::nullopt}}, {1ms});
  ASSERT_TRUE(reaches(1));
  supervisor_.reset();
  EXPECT_EQ(samples_in_log(), 4U);
  EXPECT_THAT(log_text_, Not(HasSubstr("GAP-OPEN(camera")));
}

}  // namespace
}  // namespace candor::app
