// SPDX-License-Identifier: Apache-2.0
// Notes and tokens beside a log: whole or not at all, and never over another note.
#include "storage/write/tree/stamp_files.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "storage/write/append_file.h"
#include "tests/support/failing_files.h"
#include "tests/support/temp_folder.h"

namespace candor::storage {
namespace {

class StampFilesTest : public testing::Test {
 protected:
  StampFilesTest() { std::filesystem::create_directories(volume_.log_folder("room-1", 1)); }

  [[nodiscard]] Result<void> write(const std::string& authority, const std::string& note) const {
    return write_stamp(volume_, {.room = "room-1", .epoch = 1},
                       {.size = 11, .authority = authority, .note = note, .token = {1, 2, 3}});
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    const auto bytes =
        read_file(posix_files(), volume_.log_folder("room-1", 1) + "/timestamps/" + name, 1 << 20);
    return bytes.has_value() ? std::string(as_text(*bytes)) : "missing";
  }

  test::TempFolder folder_;
  test::FailingFiles disk_;
  Volume volume_ = Volume::open(folder_ / "a", "a", SystemClock().utc(), disk_).value();
};

TEST_F(StampFilesTest, TwoAuthoritiesShareANote) {
  ASSERT_TRUE(write("tsa-1", "note\n").has_value());
  ASSERT_TRUE(write("tsa-2", "note\n").has_value());
  ASSERT_TRUE(write("tsa-2", "note\n").has_value()) << "a repetition changes nothing";

  EXPECT_EQ(read("11.note"), "note\n");
  EXPECT_EQ(read("11-tsa-1.tsr"), "\x01\x02\x03");
  EXPECT_EQ(read("11-tsa-2.tsr"), "\x01\x02\x03");
}

TEST_F(StampFilesTest, ANoteThatWasStampedIsNeverAnother) {
  ASSERT_TRUE(write("tsa-1", "note\n").has_value());

  const auto refused = write("tsa-2", "other\n");

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(read("11.note"), "note\n");
  EXPECT_EQ(read("11-tsa-2.tsr"), "missing");
}

TEST_F(StampFilesTest, NothingIsMadeWhereTheLogIsNot) {
  const auto refused = write_stamp(volume_, {.room = "gone-1", .epoch = 1},
                                   {.size = 11, .authority = "tsa-1", .note = "n", .token = {1}});

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind(), ErrorKind::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(volume_.log_folder("gone-1", 1)));
}

}  // namespace
}  // namespace candor::storage
