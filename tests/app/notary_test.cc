// SPDX-License-Identifier: Apache-2.0
// What the notary signs and writes, and what becomes of it when a disk or the signer fails.
#include <string>
#include <vector>

#include "tests/app/notary_fixture.h"

namespace candor::app {
namespace {

namespace fs = std::filesystem;

using NotaryTest = NotaryFixture;

TEST_F(NotaryTest, SignsWhatIsDurableAndWritesItOnBothVolumes) {
  start();
  log_entries(20);

  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  EXPECT_EQ(view().standing, LogStanding::kNoWitness);
  stop();
  for (const char* volume : {"a", "b"}) {
    EXPECT_EQ(objection(volume), "");
    EXPECT_EQ(desk_.last(std::string(kOrigin)).size, entries(volume).size());
    EXPECT_TRUE(fs::exists(path(volume, "checkpoint")));
  }
}

TEST_F(NotaryTest, SignsAtMostOnceInItsRhythmAndAtOnceWhatHurries) {
  rhythm_.sign = 3'600s;
  start();
  ASSERT_TRUE(until([&] { return view().signed_size > 0; }));
  const std::uint64_t before = view().signed_size;
  log_entries(5);
  EXPECT_EQ(view().signed_size, before);

  const auto asked = std::chrono::steady_clock::now();
  recorder_->open_session(0,
                          {.body = {.session = make_uuid(clock_.utc()),
                                    .room = "room-1",
                                    .case_id = "C-1",
                                    .person = "P-1",
                                    .interrogators = {},
                                    .by = "test",
                                    .streams = {}}},
                          {});

  ASSERT_TRUE(until([&] { return view().signed_size > before + 5; }));
  EXPECT_LT(std::chrono::steady_clock::now() - asked, 2s);
}

TEST_F(NotaryTest, WritesTilesOfWholeBundlesAndMakesThemAgainWhenTheyAreGone) {
  start();
  log_entries(600);
  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  stop();
  const Bytes tile = bytes_of("a", "tile/0/001");
  ASSERT_EQ(tile.size(), 8192U);
  fs::remove_all(path("a", "tile/0"));
  fs::resize_file(path("b", "tile/0/000"), 100);

  start();
  log_entries(1);
  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  stop();

  EXPECT_EQ(broken().size(), 0U);
  EXPECT_EQ(bytes_of("a", "tile/0/001"), tile);
  EXPECT_EQ(bytes_of("b", "tile/0/000").size(), 8192U);
  EXPECT_EQ(objection("a"), "");
}

TEST_F(NotaryTest, ReadsTheLogWhenItsQueueWasFull) {
  feed_batches_ = 1;
  start();
  for (int i = 0; i < 30; ++i) {
    log_entries(3);
  }

  EXPECT_TRUE(until([&] { return all_is_signed(); }));
  stop();
  EXPECT_EQ(objection("a"), "");
}

TEST_F(NotaryTest, RecordsOnWithoutItsSignerAndCatchesUp) {
  desk_.is_away = true;
  start();
  log_entries(10);
  ASSERT_TRUE(until([&] { return has_alarm("unsigned"); }));
  EXPECT_EQ(view().signed_size, 0U);
  log_entries(10);

  desk_.is_away = false;

  EXPECT_TRUE(until([&] { return all_is_signed(); }));
  EXPECT_TRUE(until([&] { return !has_alarm("unsigned"); }));
}

TEST_F(NotaryTest, SignsNothingWithoutASignerAndSaysSo) {
  has_signer_ = false;
  start();
  log_entries(10);

  EXPECT_TRUE(until([&] { return view().standing == LogStanding::kNoSigner; }));
  EXPECT_EQ(view().signed_size, 0U);
  EXPECT_TRUE(alarms_.all().empty());
}

TEST_F(NotaryTest, WritesANoteOnAVolumeOnlyBehindItsOwnEntries) {
  start();
  log_entries(5);
  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  disk_b_.slow(test::FileOp::kSync, "tile/entries", 300ms);

  for (int i = 0; i < 20; ++i) {
    log_entries(1);
    EXPECT_EQ(objection("b"), "");
    EXPECT_EQ(objection("a"), "");
  }

  disk_b_.heal();
  EXPECT_TRUE(until([&] { return all_is_signed(); }));
}

TEST_F(NotaryTest, IsNotHeldUpByAStuckVolume) {
  stuck_after_ = 300ms;
  start();
  log_entries(5);
  disk_b_.stick(test::FileOp::kSync, "");

  log_entries(50);

  EXPECT_TRUE(until([&] { return all_is_signed(); }));
  EXPECT_EQ(objection("a"), "");
  disk_b_.heal();
}

TEST_F(NotaryTest, IsNotHeldUpByAVolumeThatTakesNoTilesAndNoNotes) {
  start();
  disk_b_.fail(test::FileOp::kCreate, "checkpoint");
  disk_b_.fail(test::FileOp::kCreate, "tile/0");
  log_entries(300);

  EXPECT_TRUE(until([&] { return all_is_signed(); }));
  EXPECT_TRUE(until([&] { return fs::exists(path("a", "tile/0/000")); }));
  EXPECT_FALSE(fs::exists(path("b", "tile/0/000")));
  EXPECT_TRUE(until([&] { return !volumes_[1]->fault().empty(); }));

  disk_b_.heal();
  log_entries(1);
  EXPECT_TRUE(until([&] { return fs::exists(path("b", "tile/0/000")); }));
  EXPECT_TRUE(until([&] { return volumes_[1]->fault().empty(); }));
}

TEST_F(NotaryTest, BringsTheTreeOfAVolumeThatComesBackUpToDate) {
  start();
  log_entries(10);
  disk_b_.vanish();
  ASSERT_TRUE(until([&] { return !volumes_[1]->reach(log()).has_value(); }));
  log_entries(600);
  ASSERT_TRUE(until([&] { return all_is_signed(); }));

  disk_b_.heal();

  EXPECT_TRUE(until([&] { return fs::exists(path("b", "tile/0/001")); }));
  log_entries(1);
  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  stop();
  EXPECT_EQ(objection("b"), "");
  EXPECT_EQ(bytes_of("b", "tile/0/001"), bytes_of("a", "tile/0/001"));
}

TEST_F(NotaryTest, GoesOnWhereItWasAfterARestart) {
  start();
  log_entries(300);
  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  stop();
  const std::uint64_t before = desk_.last(std::string(kOrigin)).size;

  start();
  log_entries(3);

  EXPECT_TRUE(until([&] { return all_is_signed(); }));
  EXPECT_GT(view().signed_size, before);
  EXPECT_TRUE(broken().empty());
}

TEST_F(NotaryTest, NeverSignsALogThatHoldsLessThanItsSignerSigned) {
  start();
  log_entries(5);
  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  stop();
  take_snapshot();
  start();
  log_entries(50);
  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  stop();
  const evidence::TreeHead last = desk_.last(std::string(kOrigin));
  restore_snapshot();

  start();
  log_entries(1);

  ASSERT_TRUE(until([&] { return !broken().empty(); }));
  EXPECT_TRUE(has_alarm("rolled-back"));
  EXPECT_EQ(view().standing, LogStanding::kClosed);
  log_entries(100);
  EXPECT_EQ(desk_.last(std::string(kOrigin)), last);
}

TEST_F(NotaryTest, NeverGoesOnFromEntriesThatItsOwnCheckpointDoesNotKnow) {
  start();
  log_entries(5);
  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  stop();
  const Bytes note = bytes_of("a", "checkpoint");
  for (const char* volume : {"a", "b"}) {
    // Somebody has made another log of the same name, and forgot the note.
    fs::remove_all(path(volume, ""));
  }
  start();
  log_entries(20);
  stop();
  broken_.clear();
  for (const char* volume : {"a", "b"}) {
    ASSERT_TRUE(storage::replace_file(storage::posix_files(), path(volume, "checkpoint"), note)
                    .has_value());
  }

  start();

  ASSERT_TRUE(until([&] { return !broken().empty(); }));
  EXPECT_THAT(broken().front().reason, testing::HasSubstr("not those of its own checkpoint"));
  EXPECT_EQ(broken().front().checkpoint, as_text(note));
}

TEST_F(NotaryTest, BeginsANewEpochThatNamesTheOneBefore) {
  start();
  log_entries(5);
  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  stop();

  epoch_ = 2;
  former_ = {.log = {.origin = std::string(kOrigin), .checkpoint = "a note"}, .reason = "a test"};
  start();
  log_entries(1);

  ASSERT_TRUE(until([&] { return all_is_signed(); }));
  stop();
  const std::vector<Bytes> all = entries("a");
  const auto genesis = evidence::decode_entry(all.at(0)).value();
  EXPECT_THAT(std::string(as_text(genesis.body)),
              testing::HasSubstr(R"("previous":{"origin":"rec.example/site7/room-1/1")"));
  const auto link = evidence::decode_entry(all.at(2)).value();
  EXPECT_EQ(link.header.type, evidence::EntryType::kLink);
  EXPECT_THAT(std::string(as_text(link.body)), testing::HasSubstr("a test"));
}

}  // namespace
}  // namespace candor::app
