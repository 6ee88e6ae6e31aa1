// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/witness_records.h"

#include <sys/stat.h>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/records/records_fixture.h"

namespace candor::records {
namespace {

using testing::HasSubstr;

class WitnessRecordsTest : public testing::Test {
 protected:
  WitnessRecordsTest() : records_(WitnessRecords::open_in(folder_.path()).value()) {}

  void enrol(const std::string& origin, const std::string& vkey = "key") {
    EXPECT_EQ(verdict(records_->logs.enrol(origin, vkey, anna_)), "ok");
  }
  std::string set(std::uint64_t size, std::uint8_t root, std::uint64_t time_s = 5) {
    Cosigned cosigned{.size = size, .root = {}, .time_s = time_s, .note = "note"};
    cosigned.root.fill(root);
    return verdict(records_->logs.set_cosigned("log", cosigned));
  }
  void refuse(std::uint64_t size, RefusedKind kind = RefusedKind::kRolledBack) {
    Refused refused;
    refused.origin = "log";
    refused.kind = kind;
    refused.size = size;
    refused.last = now_;
    refused.request = {1, 2, 3};
    EXPECT_EQ(verdict(records_->offers.add_refused(refused)), "ok");
  }
  void offer(const std::string& origin, const std::string& note = "note") {
    EXPECT_EQ(verdict(records_->offers.add_pending(origin, note, now_)), "ok");
  }

  test::TempFolder folder_;
  UtcTime now_{1'800'000'000'000'000'000};
  Actor anna_{.name = "anna", .at = now_};
  std::unique_ptr<WitnessRecords> records_;
};

TEST_F(WitnessRecordsTest, IsReadableByItsOwnerOnly) {
  struct stat status{};
  ASSERT_EQ(::stat(witness_memory_path(folder_.path()).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(WitnessRecordsTest, ALogIsEnrolledOnceAndWithOneKey) {
  enrol("log");
  EXPECT_THAT(verdict(records_->logs.enrol("log", "key", anna_)), HasSubstr("already-exists"));
  EXPECT_EQ(verdict(records_->logs.retire("log", anna_)), "ok");
  EXPECT_THAT(verdict(records_->logs.retire("log", anna_)), HasSubstr("not-found"));
  EXPECT_THAT(verdict(records_->logs.enrol("log", "other", anna_)),
              HasSubstr("failed-precondition"));
  enrol("log");
}

TEST_F(WitnessRecordsTest, WhatWasCosignedNeverShrinksWhateverAProgramDoes) {
  enrol("log");
  EXPECT_EQ(set(5, 1), "ok");
  EXPECT_THAT(set(4, 1), HasSubstr("only grows"));
  EXPECT_THAT(set(5, 2), HasSubstr("only grows"));
  EXPECT_THAT(set(6, 2, 4), HasSubstr("only grows")) << "time";
  EXPECT_EQ(set(5, 1, 6), "ok");
  EXPECT_THAT(verdict(records_->database.execute("DELETE FROM log")), HasSubstr("never forgotten"));
  EXPECT_THAT(verdict(records_->database.execute("UPDATE log SET size = 0")),
              HasSubstr("only grows"));
  EXPECT_EQ(records_->logs.find("log").value()->last->size, 5U);
}

TEST_F(WitnessRecordsTest, EvidenceAndActsAreKept) {
  enrol("log");
  refuse(3);
  EXPECT_THAT(verdict(records_->database.execute("DELETE FROM refused")), HasSubstr("evidence"));
  EXPECT_THAT(verdict(records_->database.execute("DELETE FROM act")), HasSubstr("never deleted"));
  EXPECT_THAT(verdict(records_->database.execute("UPDATE act SET by = 'bob'")),
              HasSubstr("never changed"));
}

TEST_F(WitnessRecordsTest, ALogIsFoundByTheHashOfItsOrigin) {
  enrol("log");
  EXPECT_EQ(records_->logs.find(evidence::sha256(as_bytes("log"))).value()->origin, "log");
  EXPECT_FALSE(records_->logs.find(evidence::sha256(as_bytes("other"))).value().has_value());
}

TEST_F(WitnessRecordsTest, TheSameRefusalIsCountedAndOpensAgain) {
  enrol("log");
  refuse(3);
  refuse(3);
  refuse(3, RefusedKind::kRewritten);
  ASSERT_EQ(records_->offers.open_refusals()->size(), 2U);
  EXPECT_EQ(records_->offers.open_refusals()->at(0).count, 2);

  EXPECT_EQ(records_->offers.settle("log").value(), 2);
  EXPECT_TRUE(records_->offers.open_refusals()->empty());
  EXPECT_EQ(records_->offers.refusals("log")->size(), 2U) << "the evidence stays";
  refuse(3);
  EXPECT_EQ(records_->offers.open_refusals()->size(), 1U);
}

TEST_F(WitnessRecordsTest, RefusalsOfALogAreLimitedAndTheFirstOnesKept) {
  enrol("log");
  for (std::uint64_t size = 1; size <= kRefusedMax + 10; ++size) {
    refuse(size);
  }
  const auto kept = records_->offers.refusals("log").value();
  ASSERT_EQ(kept.size(), static_cast<std::size_t>(kRefusedMax));
  EXPECT_EQ(kept.front().size, 1U);
  EXPECT_EQ(kept.back().count, 11);
  EXPECT_EQ(records_->offers.settle("log").value(), kRefusedMax);
  refuse(1000);
  EXPECT_EQ(records_->offers.open_refusals()->size(), 1U)
      << "a further one is an alarm all the same";
}

TEST_F(WitnessRecordsTest, RefusalsOfARetiredLogAreNoAlarm) {
  enrol("log");
  refuse(3);
  EXPECT_EQ(verdict(records_->logs.retire("log", anna_)), "ok");
  EXPECT_TRUE(records_->offers.open_refusals()->empty());
}

TEST_F(WitnessRecordsTest, TheOldestPendingLogsLeave) {
  for (int i = 0; i < kPendingMax + 3; ++i) {
    offer(fmt::format("log-{}", i));
  }
  const auto pending = records_->offers.pending().value();
  ASSERT_EQ(pending.size(), static_cast<std::size_t>(kPendingMax));
  EXPECT_EQ(pending.front().origin, "log-3");
  EXPECT_EQ(pending.back().origin, fmt::format("log-{}", kPendingMax + 2));
}

TEST_F(WitnessRecordsTest, APendingLogKeepsItsFirstTimeAndALongNoteIsLeftOut) {
  offer("log");
  const UtcTime first = now_;
  now_ = now_ + std::chrono::minutes(2);
  offer("log", std::string(kPendingNoteBytesMax + 1, 'x'));

  const auto pending = records_->offers.pending().value();
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_EQ(pending[0].first, first);
  EXPECT_EQ(pending[0].last, now_);
  EXPECT_EQ(pending[0].note, "");
}

}  // namespace
}  // namespace candor::records
