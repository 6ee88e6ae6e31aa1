// SPDX-License-Identifier: Apache-2.0
// What the notary and its witnesses say to each other, and what follows from it.
#include <string>
#include <vector>

#include "tests/app/notary_fixture.h"

namespace candor::app {
namespace {

class WitnessedNotaryTest : public NotaryFixture {
 protected:
  WitnessedNotaryTest() {
    witnesses_.emplace_back();
    witness().enrol(desk_.key_of(origin()));
  }
  test::MemoryWitness& witness() { return witnesses_.front(); }
  [[nodiscard]] std::uint64_t cosigned() const {
    const auto all = view().cosigned;
    const auto found = all.find("supervision.example/w1");
    return found == all.end() ? 0 : found->second.size;
  }
  [[nodiscard]] bool all_is_cosigned() const {
    return all_is_signed() && cosigned() >= committed();
  }
  [[nodiscard]] std::vector<std::string> cosigned_notes(const std::string& volume) const {
    std::vector<std::string> notes;
    for (std::uint64_t number = 0;; ++number) {
      const auto bytes =
          storage::read_file(storage::posix_files(),
                             path(volume, "cosigned/" + evidence::tile_number(number)), 1 << 30);
      if (!bytes.has_value()) {
        return notes;
      }
      for (const ByteView note : evidence::read_bundle(*bytes).entries) {
        notes.emplace_back(as_text(note));
      }
    }
  }
};

TEST_F(WitnessedNotaryTest, KeepsEveryCosignedCheckpointAndQuotesTheNewest) {
  start();
  log_entries(5);
  ASSERT_TRUE(until([&] { return all_is_cosigned(); }));
  log_entries(5);
  ASSERT_TRUE(until([&] { return all_is_cosigned(); }));

  EXPECT_EQ(view().standing, LogStanding::kVerified);
  EXPECT_EQ(newest_->of("room-1").find("— supervision.example/w1 "), 0U);
  EXPECT_TRUE(alarms_.all().empty());
  stop();
  const std::array keys{desk_.key_of(origin()), witness().key()};
  for (const char* volume : {"a", "b"}) {
    const std::vector<std::string> notes = cosigned_notes(volume);
    ASSERT_GE(notes.size(), 2U);
    for (const std::string& note : notes) {
      const auto opened = evidence::open_checkpoint(note, keys);
      ASSERT_TRUE(opened.has_value()) << note;
      EXPECT_EQ(opened->signatures.size(), 2U);
      EXPECT_EQ(objection(volume, opened->checkpoint), "");
    }
  }
}

TEST_F(WitnessedNotaryTest, KeepsCosignedCheckpointsInFilesOf256AcrossRestarts) {
  for (int run = 0; run < 2; ++run) {
    start();
    for (int i = 0; i < 130; ++i) {
      log_entries(1);
      ASSERT_TRUE(until([&] { return all_is_cosigned(); }));
    }
    stop();
  }

  EXPECT_GE(cosigned_notes("a").size(), 260U);
  EXPECT_EQ(cosigned_notes("a"), cosigned_notes("b"));
  EXPECT_TRUE(std::filesystem::exists(path("a", "cosigned/001")));
}

TEST_F(WitnessedNotaryTest, ProvesFromTheSizeThatAConflictNames) {
  start();
  log_entries(5);
  ASSERT_TRUE(until([&] { return all_is_cosigned(); }));

  witness().answer_conflict_once();
  log_entries(300);

  EXPECT_TRUE(until([&] { return all_is_cosigned(); }));
  EXPECT_THAT(witness().statuses(), testing::Contains(409U));
}

TEST_F(WitnessedNotaryTest, GoesOnFromWhatTheWitnessKnowsAfterARestart) {
  start();
  log_entries(300);
  ASSERT_TRUE(until([&] { return all_is_cosigned(); }));
  stop();

  start();
  log_entries(300);

  EXPECT_TRUE(until([&] { return all_is_cosigned(); }));
  EXPECT_THAT(witness().statuses(), testing::Each(200U));
}

TEST_F(WitnessedNotaryTest, SaysThatTheWitnessDoesNotKnowTheLog) {
  witnesses_.clear();
  witnesses_.emplace_back();
  start();
  log_entries(5);

  EXPECT_TRUE(until([&] { return has_alarm("unknown-key"); }));
  EXPECT_TRUE(until([&] { return has_alarm("unwitnessed"); }));
  witness().enrol(desk_.key_of(origin()));

  EXPECT_TRUE(until([&] { return all_is_cosigned(); }));
  EXPECT_TRUE(until([&] { return alarms_.all().empty(); }));
}

TEST_F(WitnessedNotaryTest, RecordsAndSignsWithoutItsWitnessAndSaysSoInTheLog) {
  witness().is_away = true;
  start();
  log_entries(5);

  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  EXPECT_EQ(view().standing, LogStanding::kUnverified);
  EXPECT_TRUE(has_alarm("unverified-start"));
  EXPECT_TRUE(until([&] { return has_alarm("unwitnessed"); }));
  witness().is_away = false;

  EXPECT_TRUE(until([&] { return view().standing == LogStanding::kVerified; }));
  EXPECT_TRUE(until([&] { return all_is_cosigned(); }));
  EXPECT_TRUE(until([&] { return alarms_.all().empty(); }));
  stop();
  std::string events;
  for (const Bytes& bytes : entries("a")) {
    const auto entry = evidence::decode_entry(bytes).value();
    if (entry.header.type == evidence::EntryType::kRecorder) {
      events += evidence::decode_recorder(entry.body).value().event + " ";
    }
  }
  EXPECT_THAT(events, testing::HasSubstr("unverified-start"));
  EXPECT_THAT(events, testing::HasSubstr("verified-start "));
}

TEST_F(WitnessedNotaryTest, SignsNothingOfALogThatHoldsLessThanItsWitnessKnows) {
  start();
  log_entries(5);
  ASSERT_TRUE(until([&] { return all_is_cosigned(); }));
  stop();
  take_snapshot();
  start();
  log_entries(50);
  ASSERT_TRUE(until([&] { return all_is_cosigned(); }));
  const std::uint64_t known = cosigned();
  stop();
  const std::size_t signatures = desk_.signatures();
  restore_snapshot();

  start();
  log_entries(200);

  ASSERT_TRUE(until([&] { return !broken().empty(); }));
  EXPECT_THAT(broken().front().reason, testing::HasSubstr("supervision.example/w1"));
  EXPECT_THAT(broken().front().checkpoint, testing::HasSubstr("\n" + std::to_string(known) + "\n"));
  EXPECT_TRUE(has_alarm("rolled-back"));
  EXPECT_EQ(desk_.signatures(), signatures);
}

TEST_F(WitnessedNotaryTest, FindsARollbackOnFirstContactWhenTheWitnessWasAwayAtTheStart) {
  // The signer was restored with the disks: only the witness knows.
  start();
  log_entries(5);
  ASSERT_TRUE(until([&] { return all_is_cosigned(); }));
  stop();
  take_snapshot();
  start();
  log_entries(50);
  ASSERT_TRUE(until([&] { return all_is_cosigned(); }));
  stop();
  restore_snapshot();
  desk_.restore(
      origin(),
      storage::read_file(storage::posix_files(), path("a", "checkpoint"), 1 << 20).value());
  witness().is_away = true;
  start();
  log_entries(100);
  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  EXPECT_EQ(view().standing, LogStanding::kUnverified);

  witness().is_away = false;

  ASSERT_TRUE(until([&] { return !broken().empty(); }));
  EXPECT_THAT(broken().front().reason, testing::HasSubstr("are not those that"));
  EXPECT_EQ(view().standing, LogStanding::kClosed);
}

TEST_F(WitnessedNotaryTest, AsksAllItsWitnesses) {
  witnesses_.emplace_back("procuracy.example/w2", std::uint8_t{3});
  witnesses_.back().enrol(desk_.key_of(origin()));
  start();
  log_entries(5);

  EXPECT_TRUE(until([&] { return view().cosigned.size() == 2; }));
  witnesses_.back().is_away = true;
  log_entries(5);
  EXPECT_TRUE(until([&] { return all_is_cosigned(); }));
  EXPECT_TRUE(until([&] { return has_alarm("unwitnessed"); }));
}

}  // namespace
}  // namespace candor::app
