// SPDX-License-Identifier: Apache-2.0
#include "storage/write/index_writer.h"

#include <fstream>

#include <gmock/gmock.h>

#include "storage/write/index_database.h"
#include "tests/storage_write/index_fixture.h"

namespace candor::storage {
namespace {

using testing::HasSubstr;

class IndexWriterTest : public IndexFixture {};

TEST_F(IndexWriterTest, AppliesTheSameEntriesOnlyOnce) {
  record_a_day();
  const std::string before = dump(index_path());

  ASSERT_FALSE(last_updates_.empty());
  ASSERT_TRUE(index_->apply(last_updates_).has_value());

  EXPECT_EQ(dump(index_path()), before);
}

TEST_F(IndexWriterTest, RefusesEntriesAfterAHoleAndKeepsItsRows) {
  record_a_day();
  const std::string before = dump(index_path());
  record("IPPP");
  commit();
  std::vector<IndexUpdate> updates = room_->take_updates();
  ASSERT_GE(updates.size(), 2U);
  updates.erase(updates.begin());

  const auto applied = index_->apply(updates);

  ASSERT_FALSE(applied.has_value());
  EXPECT_EQ(applied.error().kind(), ErrorKind::kDataLoss);
  EXPECT_THAT(applied.error().message(), HasSubstr("candor index rebuild"));
  EXPECT_EQ(dump(index_path()), before);
}

TEST_F(IndexWriterTest, CatchesUpWithTheLogAfterLostUpdates) {
  record_a_day();
  record("IPPPPPPPPPPPPPPPPPPPPPPPP IPPP");
  commit();
  (void)room_->take_updates();  // Lost on the way.

  ASSERT_TRUE(catch_up_index({folder_ / "a"}, *index_).has_value());
  record("PPPP IPPPPP");
  round();

  const std::string live = dump(index_path());
  ASSERT_TRUE(rebuild_index({folder_ / "a"}, folder_ / "fresh.db").has_value());
  EXPECT_EQ(dump(folder_ / "fresh.db"), live);
}

TEST_F(IndexWriterTest, RefusesAnIndexThatIsAheadOfItsLog) {
  record_a_day();
  index_.reset();
  crash();
  std::filesystem::remove_all(folder_ / "a/log");
  start();

  IndexWriter index = IndexWriter::open(index_path()).value();
  const auto caught_up = catch_up_index({folder_ / "a"}, index);

  ASSERT_FALSE(caught_up.has_value());
  EXPECT_EQ(caught_up.error().kind(), ErrorKind::kDataLoss);
}

TEST_F(IndexWriterTest, RefusesAnIndexOfANewerVersionUntouched) {
  {
    Database database = open_index_database(index_path()).value();
    ASSERT_TRUE(database.execute("PRAGMA user_version = 99").has_value());
  }

  const auto opened = IndexWriter::open(index_path());

  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().kind(), ErrorKind::kUnsupported);
  EXPECT_THAT(opened.error().message(), HasSubstr("newer version"));
}

TEST_F(IndexWriterTest, RefusesAFileThatIsNoIndex) {
  std::ofstream(index_path()) << std::string(8192, 'x');

  const auto opened = IndexWriter::open(index_path());

  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().kind(), ErrorKind::kDataLoss);
}

}  // namespace
}  // namespace candor::storage
