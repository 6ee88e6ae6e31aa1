// SPDX-License-Identifier: Apache-2.0
// The program for alarms, with real scripts.
#include "monitor/alarms/hook.h"

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <sys/eventfd.h>
#include <thread>
#include <unistd.h>

#include <boost/asio.hpp>
#include <gmock/gmock.h>

#include "monitor/alarms/program.h"
#include "tests/support/temp_folder.h"

namespace candor::alarms {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing::HasSubstr;

class HookTest : public testing::Test {
 protected:
  HookTest() : stop_fd_(::eventfd(0, EFD_CLOEXEC)) {}
  ~HookTest() override { ::close(stop_fd_); }

  // An executable script in the folder.
  std::string script(const std::string& text) {
    const std::string path = folder_ / "alarm.sh";
    std::ofstream(path) << "#!/bin/sh\n" << text << "\n";
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream file(folder_ / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string run(const std::string& program, const std::string& input = "",
                  std::chrono::milliseconds run_max = 5s) const {
    const auto done = run_program(program, input, run_max, stop_fd_);
    return done.has_value()
               ? "ok"
               : std::string(to_string(done.error().kind())) + ": " + done.error().message();
  }
  // Polls: the script is another process.
  static bool comes_true(const std::function<bool()>& is_so) {
    const auto deadline = steady_clock::now() + 10s;
    while (!is_so()) {
      if (steady_clock::now() > deadline) {
        return false;
      }
      std::this_thread::sleep_for(5ms);
    }
    return true;
  }

  test::TempFolder folder_;
  int stop_fd_;
};

TEST_F(HookTest, TheProgramReadsItsInputAndNothingElseOfOurs) {
  ::setenv("CANDOR_SECRET", "x", 1);
  const std::string path =
      script("cat > " + (folder_ / "in") + "; env > " + (folder_ / "env") + "; echo $# > " +
             (folder_ / "count") + "; ls /proc/self/fd > " + (folder_ / "fds"));

  EXPECT_EQ(run(path, "one line; $(rm -rf /) `x`\n"), "ok");

  EXPECT_EQ(text_of("in"), "one line; $(rm -rf /) `x`\n");
  EXPECT_THAT(text_of("env"), testing::Not(HasSubstr("CANDOR_SECRET")));
  EXPECT_THAT(text_of("env"), HasSubstr("PATH="));
  EXPECT_EQ(text_of("count"), "0\n");
  EXPECT_EQ(text_of("fds"), "0\n1\n2\n3\n") << "3 is what ls itself reads";
}

TEST_F(HookTest, AProgramThatNeverReadsHoldsNobodyUp) {
  EXPECT_EQ(run(script("exit 0"), std::string(200'000, 'x')), "ok");
}

TEST_F(HookTest, AProgramThatRunsTooLongIsKilledWithItsChildren) {
  const std::string path = script("sleep 300 & echo $! > " + (folder_ / "child") + "; wait");

  EXPECT_THAT(run(path, "", 300ms), HasSubstr("deadline-exceeded"));

  const pid_t child = std::stoi(text_of("child"));
  EXPECT_TRUE(comes_true([child] {
    std::ifstream status("/proc/" + std::to_string(child) + "/stat");
    std::string id;
    std::string name;
    std::string state;
    return !(status >> id >> name >> state) || state == "Z";
  }));
}

TEST_F(HookTest, AFailureIsSaid) {
  EXPECT_THAT(run(script("exit 3")), HasSubstr("ended with code 3"));
  EXPECT_THAT(run(script("kill -9 $$")), HasSubstr("ended by signal 9"));
  EXPECT_THAT(run(folder_ / "missing"), HasSubstr("not-found"));
}

TEST_F(HookTest, AStopEndsIt) {
  ::eventfd_write(stop_fd_, 1);
  EXPECT_THAT(run(script("sleep 300"), "", 60s), HasSubstr("cancelled"));
}

// The hook on its two threads.
class RunningHookTest : public HookTest {
 protected:
  void start(HookOptions options) {
    options.monitor = "monitor-1";
    hook_ = std::make_unique<AlarmHook>(pool_, std::move(options));
    asio::co_spawn(*context_, hook_->run(), asio::detached);
    thread_ = std::thread([this] { context_->run(); });
  }
  void tell(const std::string& room, bool has_ended = false) {
    const Alarm alarm{.kind = "rolled-back",
                      .room = room,
                      .host = "",
                      .origin = "o",
                      .since = {1},
                      .detail = "9 \"entries\""};
    asio::post(*context_, [this, alarm, has_ended] { hook_->tell(alarm, has_ended); });
  }
  ~RunningHookTest() override {
    context_->stop();
    thread_.join();
    hook_->stop();
    context_->restart();
    context_->poll();
    pool_.join();
    work_.reset();
    context_.reset();
  }

  asio::thread_pool pool_{1};
  std::unique_ptr<asio::io_context> context_ = std::make_unique<asio::io_context>(1);
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_->get_executor()};
  std::unique_ptr<AlarmHook> hook_;
  std::thread thread_;
};

TEST_F(RunningHookTest, RunsOnceForTheBeginningAndOnceForTheEnd) {
  start({.program = script("cat >> " + (folder_ / "in")), .gap = 1ms});
  tell("a");
  tell("a", true);

  EXPECT_TRUE(comes_true([this] { return text_of("in").find("ended") != std::string::npos; }));
  EXPECT_EQ(text_of("in"),
            R"({"event":"begun","monitor":"monitor-1","kind":"rolled-back","room":"a","host":"",)"
            R"("origin":"o","since":"1970-01-01T00:00:00.000000001Z","detail":"9 \"entries\""})"
            "\n"
            R"({"event":"ended","monitor":"monitor-1","kind":"rolled-back","room":"a","host":"",)"
            R"("origin":"o","since":"1970-01-01T00:00:00.000000001Z","detail":"9 \"entries\""})"
            "\n");
}

TEST_F(RunningHookTest, KeepsTheGapAndLosesNone) {
  start({.program = script("date +%s%N >> " + (folder_ / "times")), .gap = 100ms});
  const auto begin = steady_clock::now();
  for (int i = 0; i < 4; ++i) {
    tell(std::to_string(i));
  }

  EXPECT_TRUE(comes_true([this] {
    const std::string text = text_of("times");
    return std::count(text.begin(), text.end(), '\n') == 4;
  }));
  EXPECT_GE(steady_clock::now() - begin, 300ms);
}

TEST_F(RunningHookTest, MoreThanCanWaitAreNotRun) {
  start({.program = script("echo x >> " + (folder_ / "runs") + "; while [ ! -e " +
                           (folder_ / "go") + " ]; do sleep 0.01; done"),
         .gap = 1ms,
         .waiting_max = 2});
  tell("first");
  EXPECT_TRUE(comes_true([this] { return !text_of("runs").empty(); }));
  for (int i = 0; i < 10; ++i) {
    tell(std::to_string(i));
  }
  std::ofstream(folder_ / "go") << "";

  EXPECT_TRUE(comes_true([this] { return text_of("runs") == "x\nx\nx\n"; }));
}

TEST_F(RunningHookTest, TheNetThreadGoesOnWhileTheProgramHangs) {
  start({.program = script("echo x > " + (folder_ / "runs") + "; sleep 300"), .run_max = 60s});
  tell("a");
  EXPECT_TRUE(comes_true([this] { return !text_of("runs").empty(); }));
  std::mutex mutex;
  std::condition_variable ran;
  bool has_run = false;
  asio::post(*context_, [&] {
    const std::lock_guard lock(mutex);
    has_run = true;
    ran.notify_one();
  });
  std::unique_lock lock(mutex);

  EXPECT_TRUE(ran.wait_for(lock, 5s, [&] { return has_run; }));
  // The end of this test stops the hook: it does not wait 60 s.
}

}  // namespace
}  // namespace candor::alarms
