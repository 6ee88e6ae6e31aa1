// SPDX-License-Identifier: Apache-2.0
#include "core/abandonable_thread.h"

#include <atomic>
#include <memory>

#include <gtest/gtest.h>

namespace candor {
namespace {

using namespace std::chrono_literals;

TEST(AbandonableThreadTest, IsWaitedForUntilItHasEnded) {
  const auto has_run = std::make_shared<std::atomic<bool>>(false);
  AbandonableThread thread([has_run] {
    std::this_thread::sleep_for(10ms);
    *has_run = true;
  });
  EXPECT_TRUE(thread.end_within(10s));
  EXPECT_TRUE(*has_run);
  EXPECT_TRUE(thread.end_within(0ms));
}

TEST(AbandonableThreadTest, IsLeftBehindWhenItDoesNotEnd) {
  const auto release = std::make_shared<std::promise<void>>();
  const auto has_run = std::make_shared<std::promise<void>>();
  std::future<void> ran = has_run->get_future();
  AbandonableThread thread([release, has_run] {
    release->get_future().wait();
    has_run->set_value();
  });
  EXPECT_FALSE(thread.end_within(1ms));
  release->set_value();
  ran.wait();  // It goes on by itself.
}

TEST(AbandonableThreadTest, ThatRunsNothingHasEnded) {
  AbandonableThread thread;
  EXPECT_TRUE(thread.end_within(0ms));
}

}  // namespace
}  // namespace candor
