// SPDX-License-Identifier: Apache-2.0
#include "app/capture/reconnect_waits.h"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace candor::app {
namespace {

using namespace std::chrono_literals;

ErrorKind kind_of(char letter) {
  switch (letter) {
    case 'p':
      return ErrorKind::kPermissionDenied;
    case 'n':
      return ErrorKind::kNotFound;
    case 'u':
      return ErrorKind::kUnsupported;
    case 's':
      return ErrorKind::kDeadlineExceeded;
    case 'g':
      return ErrorKind::kDataLoss;
    default:
      return ErrorKind::kUnavailable;
  }
}

// The waits in seconds after: refused by password, not found, unsupported; absent, stalled,
// garbage;
// '!' is media.
std::string waits(std::string_view ends) {
  ReconnectWaits waits({1s, 2s, 5s, 10s});
  std::string text;
  for (const char end : ends) {
    if (end == '!') {
      waits.begin_anew();
    } else {
      text += (text.empty() ? "" : " ") + std::to_string(waits.after(kind_of(end)) / 1s);
    }
  }
  return text;
}

TEST(ReconnectWaitsTest, ACameraThatRefusesIsTriedLessAndLess) {
  EXPECT_EQ(waits("pppppp"), "1 2 5 10 10 10");
  EXPECT_EQ(waits("nnnnn"), "1 2 5 10 10");
  EXPECT_EQ(waits("uuuuu"), "1 2 5 10 10");
}

TEST(ReconnectWaitsTest, AnAbsentStalledOrGarbledCameraIsTriedEveryTwoSecondsForEver) {
  EXPECT_EQ(waits("aaaaaa"), "1 2 2 2 2 2");
  EXPECT_EQ(waits("ssss"), "1 2 2 2");
  EXPECT_EQ(waits("gggg"), "1 2 2 2");
}

TEST(ReconnectWaitsTest, ARefusalWhileACameraStartsUpCostsOneSecond) {
  EXPECT_EQ(waits("aaaana"), "1 2 2 2 1 2");
}

TEST(ReconnectWaitsTest, ACameraThatIsAbsentBetweenRefusalsStillRefuses) {
  EXPECT_EQ(waits("papapap"), "1 2 2 2 5 2 10");
}

TEST(ReconnectWaitsTest, MediaBeginsTheWaitsAnew) {
  EXPECT_EQ(waits("ppp!ppaa!aa"), "1 2 5 1 2 2 2 1 2");
}

TEST(ReconnectWaitsTest, OneShortWaitIsEnoughForAll) {
  ReconnectWaits waits({500ms});
  EXPECT_EQ(waits.after(ErrorKind::kPermissionDenied), 500ms);
  EXPECT_EQ(waits.after(ErrorKind::kUnavailable), 500ms);
}

TEST(ReconnectWaitsTest, TellsTheFirstFailureFromTheOthers) {
  ReconnectWaits waits({1s});
  EXPECT_TRUE(waits.is_new());
  (void)waits.after(ErrorKind::kUnavailable);
  EXPECT_FALSE(waits.is_new());
  waits.begin_anew();
  EXPECT_TRUE(waits.is_new());
}

}  // namespace
}  // namespace candor::app
