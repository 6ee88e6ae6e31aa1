// SPDX-License-Identifier: Apache-2.0
// The queue between streaming threads and a writer: what it takes, what it refuses, in which order
// it hands over.
#include "core/bounded_queue.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace candor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

constexpr auto kNoWait = 0s;
constexpr auto kLongWait = 60s;  // Only a failing test waits so long.

TEST(BoundedQueueTest, HandsOverAllThatWaitsInOrder) {
  BoundedQueue<std::string> queue({.items = 4, .bytes = 100});

  EXPECT_TRUE(queue.try_push("a", 10));
  EXPECT_TRUE(queue.try_push("b", 10));

  EXPECT_THAT(queue.drain(kNoWait), ElementsAre("a", "b"));
  EXPECT_THAT(queue.drain(kNoWait), IsEmpty());
}

TEST(BoundedQueueTest, RefusesTheItemThatWouldPassTheItemLimit) {
  BoundedQueue<std::string> queue({.items = 2, .bytes = 100});

  EXPECT_TRUE(queue.try_push("a", 1));
  EXPECT_TRUE(queue.try_push("b", 1));
  EXPECT_FALSE(queue.try_push("c", 1));

  EXPECT_THAT(queue.drain(kNoWait), ElementsAre("a", "b"));
}

TEST(BoundedQueueTest, FillsUpToTheByteLimitAndNoFurther) {
  BoundedQueue<std::string> queue({.items = 10, .bytes = 100});

  EXPECT_TRUE(queue.try_push("a", 60));
  EXPECT_FALSE(queue.try_push("b", 41));
  EXPECT_TRUE(queue.try_push("c", 40));

  EXPECT_THAT(queue.drain(kNoWait), ElementsAre("a", "c"));
}

TEST(BoundedQueueTest, LeavesARefusedItemUntouched) {
  BoundedQueue<std::unique_ptr<int>> queue({.items = 0, .bytes = 100});
  auto item = std::make_unique<int>(7);

  EXPECT_FALSE(queue.try_push(std::move(item), 1));

  ASSERT_NE(item, nullptr);  // NOLINT(bugprone-use-after-move): that it is not moved is the test.
  EXPECT_EQ(*item, 7);
}

TEST(BoundedQueueTest, HasRoomAgainOnceDrained) {
  BoundedQueue<std::string> queue({.items = 1, .bytes = 10});
  EXPECT_TRUE(queue.try_push("a", 10));

  EXPECT_THAT(queue.drain(kNoWait), ElementsAre("a"));

  EXPECT_TRUE(queue.try_push("b", 10));
}

TEST(BoundedQueueTest, TakesControlItemsWhenFullAndEvenWhenClosed) {
  BoundedQueue<std::string> queue({.items = 1, .bytes = 10});
  EXPECT_TRUE(queue.try_push("media", 10));

  queue.push_control("gap");
  queue.close();
  queue.push_control("end");

  EXPECT_THAT(queue.drain(kNoWait), ElementsAre("media", "gap", "end"));
}

TEST(BoundedQueueTest, RefusesMediaOnceClosedAndIsFinishedWhenDrained) {
  BoundedQueue<std::string> queue({.items = 4, .bytes = 100});
  EXPECT_TRUE(queue.try_push("a", 1));

  queue.close();

  EXPECT_FALSE(queue.try_push("b", 1));
  EXPECT_FALSE(queue.is_finished());
  EXPECT_THAT(queue.drain(kLongWait), ElementsAre("a"));
  EXPECT_TRUE(queue.is_finished());
  EXPECT_THAT(queue.drain(kLongWait), IsEmpty());
}

TEST(BoundedQueueTest, WakesAWaitingConsumerForAnItem) {
  BoundedQueue<std::string> queue({.items = 4, .bytes = 100});
  std::vector<std::string> taken;

  std::jthread consumer([&] { taken = queue.drain(kLongWait); });
  EXPECT_TRUE(queue.try_push("a", 1));
  consumer.join();

  EXPECT_THAT(taken, ElementsAre("a"));
}

TEST(BoundedQueueTest, WakesAWaitingConsumerWhenItCloses) {
  BoundedQueue<std::string> queue({.items = 4, .bytes = 100});

  std::jthread consumer([&] { EXPECT_THAT(queue.drain(kLongWait), IsEmpty()); });
  queue.close();
  consumer.join();

  EXPECT_TRUE(queue.is_finished());
}

TEST(BoundedQueueTest, LosesNothingOfManyProducersThatRetry) {
  constexpr int kProducers = 4;
  constexpr int kItems = 500;
  BoundedQueue<int> queue({.items = 16, .bytes = 1000});
  std::vector<int> last_of(kProducers, -1);
  int count = 0;

  std::vector<std::jthread> producers;
  for (int producer = 0; producer < kProducers; ++producer) {
    producers.emplace_back([&queue, producer] {
      for (int i = 0; i < kItems;) {
        if (queue.try_push(producer * kItems + i, 1)) {
          ++i;
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  while (count < kProducers * kItems) {
    for (const int item : queue.drain(kLongWait)) {
      const auto producer = static_cast<std::size_t>(item / kItems);
      EXPECT_EQ(item % kItems, last_of[producer] + 1) << "each producer's items stay in order";
      last_of[producer] = item % kItems;
      ++count;
    }
  }

  EXPECT_EQ(count, kProducers * kItems);
}

}  // namespace
}  // namespace candor
