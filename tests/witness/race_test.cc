// SPDX-License-Identifier: Apache-2.0
// Two histories offered at once: one of them is cosigned, never both. The race that C2SP
// tlog-witness describes under "add-checkpoint".
#include <atomic>
#include <barrier>
#include <thread>

#include <gtest/gtest.h>

#include "tests/witness/served_witness.h"

namespace candor::test {
namespace {

using RaceTest = ServedWitness;

TEST_F(RaceTest, OfTwoForksExactlyOneIsCosigned) {
  constexpr int kRounds = 200;
  int first_won = 0;
  for (int round = 0; round < kRounds; ++round) {
    ShownLog log("rec.example/site7/room-03/" + std::to_string(round + 1));
    ShownLog fork = log.forked_at(3);
    enrol(log);
    const std::array bodies = {log.body(0, 5), fork.body(0, 5)};
    std::array<std::string, 2> verdicts;
    std::barrier together(2);
    const auto offer_one = [&](std::size_t which) {
      together.arrive_and_wait();
      verdicts.at(which) = verdict(bodies.at(which));
    };
    std::thread other(offer_one, 1);
    offer_one(0);
    other.join();

    const bool first = verdicts[0] == "200";
    ASSERT_EQ(verdicts[first ? 1 : 0], "409 5") << "round " << round;
    ASSERT_EQ(verdicts[first ? 0 : 1], "200") << "round " << round;
    ASSERT_EQ(refusals(log).size(), 1U) << "the loser is evidence";
    first_won += first ? 1 : 0;
  }
  RecordProperty("first_won", first_won);
}

// Sizes N and N + K of one history: the stored size never goes back.
TEST_F(RaceTest, ALateSmallerRequestRollsNothingBack) {
  constexpr int kRounds = 100;
  ShownLog log;
  enrol(log);
  std::uint64_t size = 1;
  ASSERT_EQ(verdict(log.body(0, size)), "200");
  for (int round = 0; round < kRounds; ++round) {
    const std::array bodies = {log.body(size, size + 1), log.body(size, size + 2)};
    std::array<std::string, 2> verdicts;
    std::barrier together(2);
    const auto offer_one = [&](std::size_t which) {
      together.arrive_and_wait();
      verdicts.at(which) = verdict(bodies.at(which));
    };
    std::thread other(offer_one, 1);
    offer_one(0);
    other.join();

    const std::uint64_t won = verdicts[1] == "200" ? size + 2 : size + 1;
    ASSERT_EQ(verdicts[won == size + 2 ? 0 : 1], "409 " + std::to_string(won));
    ASSERT_EQ(open_records()->logs.find(log.origin()).value()->last->size, won);
    size = won;
  }
}

}  // namespace
}  // namespace candor::test
