// SPDX-License-Identifier: Apache-2.0
// What the clock is worth after chronyc's answers, and after a program that is not it.
#include "app/capture/time/chrony.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "app/capture/time/clock_watch.h"
#include "app/capture/time/program_run.h"
#include "tests/support/temp_folder.h"

namespace candor::app {
namespace {

using evidence::ClockState;
using testing::HasSubstr;
using namespace std::chrono_literals;

// The form of chrony 4.3.
constexpr std::string_view kTracking =
    "C0000207,192.0.2.7,2,1790000000.123456789,-0.000010000,0.000002000,0.000030000,-13.262,0.001,"
    "0.057,0.001000000,0.000200000,64.7,Normal\n";
constexpr std::string_view kUnsynchronised =
    "00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,1.000000000,"
    "1.000000000,0.0,Not synchronised\n";
constexpr std::string_view kLocal =
    "7F7F0101,,10,1790000000.123456789,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,"
    "0.000000000,0.000000000,0.0,Normal\n";
constexpr std::string_view kSources =
    "^,-,192.0.2.8,2,6,377,34,-0.000012,-0.000020,0.000300\n"
    "^,*,192.0.2.7,1,6,377,30,0.000001,0.000002,0.000100\n";
constexpr std::string_view kNoSource =
    "^,?,192.0.2.8,2,6,0,340,-0.000012,-0.000020,0.000300\n"
    "^,?,192.0.2.7,1,6,0,300,0.000001,0.000002,0.000100\n";
constexpr std::string_view kNts =
    "192.0.2.8,-,0,0,0,4294967295,0,0,0,0\n192.0.2.7,NTS,1,15,256,33,0,0,8,100\n";
constexpr std::string_view kPlain =
    "192.0.2.8,NTS,1,15,256,33,0,0,8,100\n192.0.2.7,-,0,0,0,4294967295,0,0,0,0\n";

storage::ClockReading read(std::string_view tracking, std::string_view sources,
                           std::string_view authdata) {
  return read_clock({.tracking = std::string(tracking),
                     .sources = std::string(sources),
                     .authdata = std::string(authdata)});
}

TEST(ChronyTest, ASelectedSourceWithNtsIsAuthenticated) {
  const storage::ClockReading reading = read(kTracking, kSources, kNts);

  EXPECT_EQ(reading.state, ClockState::kSynchronisedAuthenticated);
  EXPECT_EQ(reading.source, "192.0.2.7");
  // 1000 us / 2 + 200 us + 10 us.
  EXPECT_EQ(reading.error_us, 710U);
}

TEST(ChronyTest, NtsOfAnotherSourceAuthenticatesNothing) {
  EXPECT_EQ(read(kTracking, kSources, kPlain).state, ClockState::kSynchronised);
}

TEST(ChronyTest, WhoMayNotAskWhoIsAuthenticatedKnowsPlainNtpOnly) {
  const storage::ClockReading reading =
      read_clock({.tracking = std::string(kTracking),
                  .sources = std::string(kSources),
                  .authdata = fail(ErrorKind::kUnavailable, "501 Not authorised")});
  EXPECT_EQ(reading.state, ClockState::kSynchronised);
}

TEST(ChronyTest, ASourceThatDoesNotAnswerAnyMoreIsHoldover) {
  const storage::ClockReading reading = read(kTracking, kNoSource, kNts);

  EXPECT_EQ(reading.state, ClockState::kHoldover);
  EXPECT_EQ(reading.source, "192.0.2.7");
  EXPECT_EQ(reading.error_us, 710U);
}

TEST(ChronyTest, WhoFollowsNobodyOrItselfRunsFree) {
  for (const std::string_view tracking : {kUnsynchronised, kLocal}) {
    const storage::ClockReading reading = read(tracking, kNoSource, kNts);
    EXPECT_EQ(reading.state, ClockState::kFreeRunning);
    EXPECT_EQ(reading.error_us, evidence::kClockErrorUnknown);
    EXPECT_EQ(reading.source, "");
  }
}

TEST(ChronyTest, AReferenceClockHasANameInPlaceOfAnAddress) {
  constexpr std::string_view kPps =
      "50505300,PPS,1,1790000000.1,0.0,0.0,0.0,0.0,0.0,0.0,0.0,0.0000001,16.0,Insert second\n";
  const storage::ClockReading reading = read(kPps, "#,*,PPS,0,4,377,11,0.0,0.0,0.0\n", "");

  EXPECT_EQ(reading.state, ClockState::kSynchronised);
  EXPECT_EQ(reading.source, "PPS");
  EXPECT_EQ(reading.error_us, 1U) << "rounded up";
}

TEST(ChronyTest, AMalformedAnswerIsUnknown) {
  const std::string good(kTracking);
  const auto replaced = [&](std::string_view what, std::string_view with) {
    std::string text = good;
    return text.replace(text.find(what), what.size(), with);
  };
  for (const std::string& tracking :
       {std::string(), std::string("506 Cannot talk to daemon\n"), good + good,
        good.substr(0, good.size() - 1), replaced("Normal", "Well"), replaced("C0000207", "C00"),
        replaced("0.000200000", "nan"), replaced("0.000200000", "0x1"),
        replaced("0.000200000", "-0.1"), replaced("64.7,", "64.7,,"),
        replaced("192.0.2.7", "192.0.2. 7")}) {
    const storage::ClockReading reading = read(tracking, kSources, kNts);
    EXPECT_EQ(reading.state, ClockState::kUnknown) << tracking;
    EXPECT_EQ(reading.error_us, evidence::kClockErrorUnknown);
    EXPECT_THAT(reading.detail, HasSubstr("chronyc: "));
  }
  EXPECT_EQ(read(kTracking, "^*,192.0.2.7\n", kNts).state, ClockState::kUnknown);
  EXPECT_EQ(read(kTracking, "^,!,192.0.2.7,1,6,377,30,0,0,0\n", kNts).state, ClockState::kUnknown);
}

// A program in chronyc's place.
class FakeChronycTest : public testing::Test {
 protected:
  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name) << text;
  }
  void write_chronyc(std::string_view script) const {
    write("new", "#!/bin/sh\n" + std::string(script));
    std::filesystem::permissions(folder_ / "new", std::filesystem::perms::owner_all);
    std::filesystem::rename(folder_ / "new", path());
  }
  // Answers what stands in the file of the command's name.
  void write_chronyc() const {
    write_chronyc("[ \"$1 $2\" = '-c -n' ] || exit 2\ncat '" + folder_.path() + "'/\"$3\"\n");
  }
  [[nodiscard]] std::string path() const { return folder_ / "chronyc"; }
  [[nodiscard]] storage::ClockReading ask(std::chrono::milliseconds limit = 2s) const {
    return ask_chrony({.chronyc = path(), .limit = limit}, {});
  }

  test::TempFolder folder_;
};

TEST_F(FakeChronycTest, IsAskedForTrackingSourcesAndAuthentication) {
  write_chronyc();
  write("tracking", kTracking);
  write("sources", kSources);
  write("authdata", kNts);

  EXPECT_EQ(ask().state, ClockState::kSynchronisedAuthenticated);
}

TEST_F(FakeChronycTest, AProgramThatIsMissingIsUnknown) {
  const storage::ClockReading reading = ask();
  EXPECT_EQ(reading.state, ClockState::kUnknown);
  EXPECT_THAT(reading.detail, HasSubstr("No such file"));
}

TEST_F(FakeChronycTest, OneThatFailsSaysItsFirstLine) {
  write_chronyc("echo '506 Cannot talk to daemon'\nexit 1\n");
  EXPECT_THAT(ask().detail, HasSubstr("ended with 1: 506 Cannot talk to daemon"));
}

TEST_F(FakeChronycTest, OneThatDoesNotAnswerIsKilled) {
  write_chronyc("exec sleep 60\n");
  const auto begun = std::chrono::steady_clock::now();

  EXPECT_THAT(ask(100ms).detail, HasSubstr("does not answer"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
}

TEST_F(FakeChronycTest, OneThatPrintsTooMuchIsKilled) {
  write_chronyc("exec yes\n");
  EXPECT_THAT(ask(20s).detail, HasSubstr("prints too much"));
}

TEST_F(FakeChronycTest, ItSeesNoEnvironmentOfOurs) {
  ::setenv("CANDOR_TEST_SECRET", "1", 1);
  write_chronyc("env\n");
  const auto printed = run_program({.program = path()}, {});
  ASSERT_TRUE(printed.has_value());
  EXPECT_THAT(*printed, HasSubstr("LC_ALL=C"));
  EXPECT_THAT(*printed, testing::Not(HasSubstr("CANDOR_TEST_SECRET")));
}

TEST_F(FakeChronycTest, TheWatchTellsEachReadingAndStopsAtOnce) {
  write_chronyc();
  write("tracking", kTracking);
  write("sources", kSources);
  write("authdata", kNts);
  std::mutex mutex;
  std::vector<ClockState> seen;
  const auto count = [&](ClockState state) {
    const std::lock_guard lock(mutex);
    return std::ranges::count(seen, state);
  };
  ClockWatch watch({.chronyc = path(), .interval = 5ms}, [&](const storage::ClockReading& reading) {
    const std::lock_guard lock(mutex);
    seen.push_back(reading.state);
  });
  const auto until = std::chrono::steady_clock::now() + 20s;
  while (count(ClockState::kSynchronisedAuthenticated) < 2 &&
         std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(1ms);
  }
  write_chronyc("exec sleep 60\n");
  watch.stop();

  EXPECT_GE(count(ClockState::kSynchronisedAuthenticated), 2);
  EXPECT_LT(std::chrono::steady_clock::now(), until + 20s);
}

}  // namespace
}  // namespace candor::app
