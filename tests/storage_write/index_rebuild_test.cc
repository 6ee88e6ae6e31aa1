// SPDX-License-Identifier: Apache-2.0
#include "storage/write/index_rebuild.h"

#include <gmock/gmock.h>

#include "tests/storage_write/index_fixture.h"

namespace candor::storage {
namespace {

using testing::HasSubstr;

class IndexRebuildTest : public IndexFixture {
 protected:
  [[nodiscard]] RebuildReport rebuild() {
    auto report = rebuild_index({folder_ / "a"}, folder_ / "fresh.db");
    EXPECT_TRUE(report.has_value()) << (report.has_value() ? "" : report.error().message());
    return report.value_or(RebuildReport{});
  }
  [[nodiscard]] std::string first_segment() const {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "a/media")) {
      if (entry.path().filename().string().starts_with("0000000001-")) {
        return entry.path().string();
      }
    }
    return "";
  }
};

TEST_F(IndexRebuildTest, GivesTheRowsOfTheLiveIndex) {
  record_a_day();
  const std::string live = dump(index_path());
  EXPECT_THAT(live, HasSubstr("packet-loss"));
  EXPECT_THAT(live, HasSubstr("recorder-crash"));
  EXPECT_THAT(live, HasSubstr("read and signed"));

  const RebuildReport report = rebuild();

  EXPECT_EQ(dump(folder_ / "fresh.db"), live);
  EXPECT_TRUE(report.problems.empty());
  EXPECT_GT(report.units, 4U);
}

TEST_F(IndexRebuildTest, GivesTheRowsOfTheLiveIndexAfterTheDiskHasFailed) {
  start();
  start_index();
  record("IPPP IPPP");
  round();
  record("IPPP IPPP");
  disk_.fail(test::FileOp::kSync, "/media/");
  round();
  disk_.heal();
  record("PPPP IPPP IPPP");
  round();
  const std::string live = dump(index_path());
  EXPECT_THAT(live, HasSubstr("disk-error"));

  const RebuildReport report = rebuild();

  EXPECT_EQ(dump(folder_ / "fresh.db"), live);
  EXPECT_TRUE(report.problems.empty());
}

TEST_F(IndexRebuildTest, ReplacesTheOldIndex) {
  record_a_day();
  const std::string live = dump(index_path());
  index_.reset();

  ASSERT_TRUE(rebuild_index({folder_ / "a"}, index_path()).has_value());

  EXPECT_EQ(dump(index_path()), live);
}

TEST_F(IndexRebuildTest, ReportsAMissingMediaFileAndGoesOn) {
  record_a_day();
  std::filesystem::remove(first_segment());

  const RebuildReport report = rebuild();

  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_THAT(report.problems[0].path, HasSubstr("0000000001-"));
  EXPECT_GT(report.problems[0].units_missing, 0U);
  EXPECT_GT(report.units, 0U);
}

TEST_F(IndexRebuildTest, ReportsAShortMediaFileAndKeepsItsOtherUnits) {
  record_a_day();
  const RebuildReport whole = rebuild();
  const std::string path = first_segment();
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);

  const RebuildReport report = rebuild();

  ASSERT_EQ(report.problems.size(), 1U);
  EXPECT_EQ(report.units + report.problems[0].units_missing, whole.units);
  EXPECT_GT(report.units, 0U);
}

TEST_F(IndexRebuildTest, KeepsTheOldIndexWhenALogIsDamaged) {
  record_a_day();
  const std::string live = dump(index_path());
  const std::string bundle = volume_.log_folder("room-1", 1) + "/tile/entries/000.part";
  Bytes bytes = read_file(posix_files(), bundle, 1 << 20).value();
  bytes[200] ^= 0xFF;  // In the magic of an entry, or its framing.
  std::fill(bytes.begin() + 2, bytes.begin() + 6, std::uint8_t{0});
  ASSERT_TRUE(replace_file(posix_files(), bundle, bytes).has_value());

  const auto rebuilt = rebuild_index({folder_ / "a"}, index_path());

  ASSERT_FALSE(rebuilt.has_value());
  EXPECT_EQ(dump(index_path()), live);
}

}  // namespace
}  // namespace candor::storage
