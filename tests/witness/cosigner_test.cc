// SPDX-License-Identifier: Apache-2.0
#include "monitor/witness/cosigner.h"

#include <array>
#include <filesystem>

#include <gmock/gmock.h>

#include "evidence/checkpoint.h"
#include "evidence/note_key.h"
#include "tests/support/temp_folder.h"
#include "tests/witness/moved_clock.h"
#include "tests/witness/shown_log.h"

namespace candor::witness {
namespace {

using namespace std::chrono_literals;
using test::ShownLog;
using testing::HasSubstr;

class CosignerTest : public testing::Test {
 protected:
  CosignerTest() { reopen(); }

  void reopen() {
    cosigner_.reset();
    auto opened = open();
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    cosigner_ = *std::move(opened);
  }
  Result<std::unique_ptr<Cosigner>> open(const std::string& name = "supervision.example/w1") {
    return Cosigner::open_in(folder_.path(), name, clock_.utc());
  }
  std::string failure(const std::string& name = "supervision.example/w1") {
    const auto opened = open(name);
    return opened.has_value()
               ? "ok"
               : std::string(to_string(opened.error().kind())) + ": " + opened.error().message();
  }
  void enrol(const ShownLog& log) {
    ASSERT_TRUE(cosigner_->records()
                    .logs.enrol(log.origin(), log.vkey(), {.name = "anna", .at = clock_.utc()})
                    .has_value());
  }
  Answer offer(ShownLog& log, std::uint64_t from, std::uint64_t to) {
    const Offer offer = read_offer(log.body(from, to)).value();
    const std::array offers = {&offer};
    return cosigner_->answer(offers, clock_.utc()).value().at(0);
  }
  // Of the cosignature that was kept.
  std::uint64_t time_s(const ShownLog& log) {
    return cosigner_->records().logs.find(log.origin()).value()->last->time_s;
  }

  test::TempFolder folder_;
  test::MovedClock clock_;
  ShownLog log_;
  std::unique_ptr<Cosigner> cosigner_;
};

TEST_F(CosignerTest, ItsTimeNeverGoesBackThoughTheClockDoes) {
  enrol(log_);
  ASSERT_EQ(offer(log_, 0, 5).verdict, Verdict::kCosign);
  const std::uint64_t before = time_s(log_);
  clock_.step_utc(-1h);

  ASSERT_EQ(offer(log_, 5, 7).verdict, Verdict::kCosign);
  EXPECT_EQ(time_s(log_), before);
  reopen();
  ASSERT_EQ(offer(log_, 7, 9).verdict, Verdict::kCosign);
  EXPECT_EQ(time_s(log_), before);
  clock_.step_utc(2h);
  ASSERT_EQ(offer(log_, 9, 9).verdict, Verdict::kCosign);
  EXPECT_EQ(time_s(log_), before + 3600);
}

TEST_F(CosignerTest, AClockBefore1970StillGivesATime) {
  enrol(log_);
  clock_.step_utc(UtcTime{-5} - clock_.utc());

  ASSERT_EQ(offer(log_, 0, 5).verdict, Verdict::kCosign);
  EXPECT_EQ(time_s(log_), 1U);
}

TEST_F(CosignerTest, AnswersOfOneBatchSeeEachOther) {
  enrol(log_);
  ShownLog fork = log_.forked_at(2);
  const Offer first = read_offer(log_.body(0, 5)).value();
  const Offer second = read_offer(fork.body(0, 5)).value();
  const Offer third = read_offer(log_.body(5, 7)).value();
  const std::array offers = {&first, &second, &third};

  const auto answers = cosigner_->answer(offers, clock_.utc()).value();

  EXPECT_EQ(answers.at(0).verdict, Verdict::kCosign);
  EXPECT_EQ(answers.at(1).verdict, Verdict::kOtherSize);
  EXPECT_EQ(answers.at(2).verdict, Verdict::kCosign);
}

TEST_F(CosignerTest, OnlyGrowthIsASignOfLife) {
  enrol(log_);
  EXPECT_TRUE(offer(log_, 0, 5).has_grown);
  EXPECT_FALSE(offer(log_, 5, 5).has_grown) << "anyone may send it again";
  EXPECT_FALSE(offer(log_, 0, 4).has_grown);
  EXPECT_TRUE(offer(log_, 5, 6).has_grown);
}

TEST_F(CosignerTest, ALogThatWasRetiredIsRemembered) {
  enrol(log_);
  ASSERT_EQ(offer(log_, 0, 5).verdict, Verdict::kCosign);
  ASSERT_TRUE(
      cosigner_->records().logs.retire(log_.origin(), {.name = "anna", .at = {}}).has_value());
  enrol(log_);

  ShownLog fork = log_.forked_at(1);
  EXPECT_EQ(offer(fork, 0, 5).verdict, Verdict::kOtherSize);
  EXPECT_EQ(offer(log_, 5, 8).verdict, Verdict::kCosign);
}

TEST_F(CosignerTest, TheKeyIsTheOwnersAlone) {
  const auto path = folder_ / "witness.key";
  EXPECT_EQ(std::filesystem::status(path).permissions(), static_cast<std::filesystem::perms>(0600));
  std::filesystem::permissions(path, static_cast<std::filesystem::perms>(0640));

  EXPECT_THAT(failure(), HasSubstr("permission-denied"));
}

TEST_F(CosignerTest, AWitnessThatHasForgottenDoesNotSignAgain) {
  enrol(log_);
  cosigner_.reset();
  for (const char* file : {"witness.db", "witness.db-wal", "witness.db-shm"}) {
    std::filesystem::remove(folder_ / file);
  }

  EXPECT_THAT(failure(), HasSubstr("data-loss"));
  EXPECT_THAT(failure(), HasSubstr("has forgotten"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "witness.db")) << "a second try says the same";
}

TEST_F(CosignerTest, AMemoryWithoutItsKeyIsNotGivenANewOne) {
  cosigner_.reset();
  std::filesystem::remove(folder_ / "witness.key");

  EXPECT_THAT(failure(), HasSubstr("data-loss"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "witness.key"));
}

TEST_F(CosignerTest, AnotherKeyOrNameIsRefused) {
  EXPECT_THAT(failure("supervision.example/w2"), HasSubstr("failed-precondition"));
  const test::TempFolder other;
  ASSERT_TRUE(Cosigner::open_in(other.path(), "supervision.example/w1", clock_.utc()).has_value());
  std::filesystem::copy_file(other / "witness.key", folder_ / "witness.key",
                             std::filesystem::copy_options::overwrite_existing);

  EXPECT_THAT(failure(), HasSubstr("failed-precondition"));
}

TEST_F(CosignerTest, AStartThatWasCutOffBetweenKeyAndMemoryGoesOn) {
  // The key is there and the memory knows no key yet.
  const test::TempFolder cut;
  ASSERT_TRUE(records::WitnessRecords::open_in(cut.path()).has_value());
  std::filesystem::copy_file(folder_ / "witness.key", cut / "witness.key");

  const auto opened = Cosigner::open_in(cut.path(), "supervision.example/w1", clock_.utc());

  ASSERT_TRUE(opened.has_value()) << opened.error().message();
  EXPECT_EQ((*opened)->vkey(), cosigner_->vkey());
}

TEST_F(CosignerTest, WhatIsNoKeyIsSaidWithoutShowingIt) {
  std::filesystem::resize_file(folder_ / "witness.key", 30);

  EXPECT_EQ(failure(), "data-loss: " + (folder_ / "witness.key") + ": is no witness's key");
}

}  // namespace
}  // namespace candor::witness
