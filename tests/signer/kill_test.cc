// SPDX-License-Identifier: Apache-2.0
// SIGKILL at random moments while it signs: never two roots of one size, never a size that goes
// back.
#include <atomic>
#include <cstdio>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include <gmock/gmock.h>

#include "tests/signer/signer_process.h"

namespace candor::signer {
namespace {

constexpr int kRounds = 10;
constexpr int kRequestsMax = 400;

// What was seen signed, over all rounds: the judge.
struct Seen {
  std::map<std::uint64_t, evidence::Digest> roots;
  std::uint64_t newest = 0;
  int signatures = 0;
  int forks_tried = 0;
  int lost_answers = 0;

  void note(const SignRequest& request) {
    const auto& checkpoint = request.checkpoint;
    const auto [place, is_new] = roots.try_emplace(checkpoint.size, checkpoint.root);
    EXPECT_EQ(place->second, checkpoint.root) << "two roots were signed at " << checkpoint.size;
    EXPECT_GE(checkpoint.size, newest) << "a smaller size was signed";
    newest = std::max(newest, checkpoint.size);
    ++signatures;
  }
};

class KillTest : public ::testing::Test {
 protected:
  // Asks until the process is gone. Every few requests a liar asks for the same size with another
  // root, or for a shorter log.
  void ask_until_killed(std::mt19937& random) {
    SignerClient client(signer_.socket());
    for (int i = 0; i < kRequestsMax; ++i) {
      if (i % 3 == 2 && !try_to_lie(client, random)) {
        return;
      }
      if (!ask_honestly(client, old_ + 1 + random() % 3)) {
        return;
      }
    }
  }

  bool ask_honestly(SignerClient& client, std::uint64_t size) {
    const SignRequest request = log_.request(old_, size);
    const auto answer = client.sign(request);
    if (answer.has_value()) {
      seen_.note(request);
      old_ = size;
      return true;
    }
    if (client.refusal().has_value() && client.refusal()->last.has_value()) {
      // The answer of an earlier round was lost: it was signed, or is, at that size.
      EXPECT_GT(*client.refusal()->last, old_) << client.refusal()->reason;
      ++seen_.lost_answers;
      old_ = *client.refusal()->last;
      return true;
    }
    EXPECT_FALSE(client.refusal().has_value()) << client.refusal()->reason;
    return false;
  }

  // False when the process is gone. The other world's log goes its own way after the common size.
  bool try_to_lie(SignerClient& client, std::mt19937& random) {
    GrownLog other("one");
    other.grow_to(old_ == 0 ? 0 : old_ - 1);
    other.go_on_as("two");
    const SignRequest request = random() % 2 == 0 || old_ < 2
                                    ? other.request(old_, old_ + random() % 3)
                                    : log_.request(0, old_ - 1);
    if (request.checkpoint.size == 0 || old_ == 0) {
      return true;
    }
    ++seen_.forks_tried;
    const auto answer = client.sign(request);
    if (answer.has_value()) {
      seen_.note(request);
    }
    return answer.has_value() || client.refusal().has_value();
  }

  SignerProcess signer_;
  GrownLog log_;
  Seen seen_;
  std::uint64_t old_ = 0;
};

TEST_F(KillTest, NeverTwoRootsOfOneSizeAndNeverBack) {
  std::random_device device;
  const auto seed = device();
  std::mt19937 random(seed);
  SCOPED_TRACE("seed " + std::to_string(seed));
  int rounds = 0;
  for (; rounds < kRounds; ++rounds) {
    signer_.start_ready();
    std::atomic<bool> is_over = false;
    std::thread killer([&, wait_us = random() % 300'000] {
      std::this_thread::sleep_for(std::chrono::microseconds(wait_us));
      signer_.kill();
      is_over = true;
    });
    while (!is_over) {
      ask_until_killed(random);
    }
    killer.join();
  }
  signer_.start_ready();
  SignerClient client(signer_.socket());
  ASSERT_TRUE(ask_honestly(client, old_ + 5)) << signer_.said();

  std::printf("%d kills, %d signatures, size %llu, %d lies told, %d answers lost\n", rounds,
              seen_.signatures, static_cast<unsigned long long>(seen_.newest), seen_.forks_tried,
              seen_.lost_answers);
  EXPECT_EQ(rounds, kRounds);
  EXPECT_GT(seen_.signatures, kRounds);
}

}  // namespace
}  // namespace candor::signer
