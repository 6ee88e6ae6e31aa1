// SPDX-License-Identifier: Apache-2.0
#include "net/refused_peers.h"

#include <gtest/gtest.h>

#include "net/token_bucket.h"

namespace candor::net {
namespace {

using namespace std::chrono_literals;

TEST(RefusedPeersTest, TellsTenAMinuteAndHowManyItDidNot) {
  RefusedPeers peers;
  const RefusedPeers::Clock::time_point begin{1h};
  std::uint64_t unsaid = 0;
  int told = 0;
  for (int i = 0; i < 25; ++i) {
    told += peers.may_tell(begin + i * 1s, unsaid) ? 1 : 0;
  }

  EXPECT_EQ(told, 10);
  EXPECT_TRUE(peers.may_tell(begin + 61s, unsaid));
  EXPECT_EQ(unsaid, 15U);
}

TEST(TokenBucketTest, WhatFitsIntoTheBurstIsNotWaitedFor) {
  TokenBucket bucket(1000, 1s);
  const TokenBucket::Clock::time_point now{1h};

  EXPECT_EQ(bucket.take(1000, now), 0ns);
  EXPECT_EQ(bucket.take(500, now), 500ms);
  EXPECT_EQ(bucket.take(500, now), 1s);
}

TEST(TokenBucketTest, APauseFillsItAgainAndNotMore) {
  TokenBucket bucket(1000, 1s);
  const TokenBucket::Clock::time_point now{1h};
  EXPECT_EQ(bucket.take(2000, now), 1s);

  EXPECT_EQ(bucket.take(1000, now + 2s), 0ns);
  EXPECT_EQ(bucket.take(1000, now + 1h), 0ns);
  EXPECT_EQ(bucket.take(1, now + 1h), 1ms);
}

}  // namespace
}  // namespace candor::net
