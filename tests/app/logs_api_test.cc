// SPDX-License-Identifier: Apache-2.0
// What is given of a log to who mirrors it, and the register of epochs.
#include "app/capture/notary/logs_api.h"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "app/capture/notary/epochs.h"
#include "evidence/entry.h"
#include "storage/write/append_file.h"
#include "tests/support/temp_folder.h"

namespace candor::app {
namespace {

namespace fs = std::filesystem;

TEST(LogPathTest, TakesTheOneWritingOfEachPath) {
  EXPECT_TRUE(parse_log_path("checkpoint").has_value());
  EXPECT_EQ(parse_log_path("tile/0/000").value().kind, LogPath::Kind::kTile);
  EXPECT_EQ(parse_log_path("tile/1/x001/002.p/7").value().place.width, 7U);
  const LogPath entries = parse_log_path("tile/entries/x001/234").value();
  EXPECT_EQ(entries.kind, LogPath::Kind::kEntries);
  EXPECT_EQ(entries.place.index, 1234U);
}

TEST(LogPathTest, RefusesEveryOther) {
  for (const char* path :
       {"", "origin", "checkpoint/", "/checkpoint", "tile/entries/", "tile/entries/0",
        "tile/entries/000.part", "tile/entries/../../origin", "tile/entries/%2e%2e", "tile/0/0000",
        "tile/00/000", "tile/8/000", "tile/-1/000", "tile/0/000.p/0", "tile/0/000.p/256",
        "tile/0/000/", "tile//000", "cosigned/000", "tile/0/x000/001"}) {
    EXPECT_FALSE(parse_log_path(path).has_value()) << path;
  }
}

class LogBytesTest : public testing::Test {
 protected:
  LogBytesTest() {
    fs::create_directories(folder_ / "a/log/room-1/1/tile/entries");
    for (int i = 0; i < 10; ++i) {
      const Bytes entry(20, static_cast<std::uint8_t>(i + 1));
      evidence::append_framed(bundle_, entry);
    }
    EXPECT_TRUE(storage::replace_file(storage::posix_files(),
                                      folder_ / "a/log/room-1/1/tile/entries/000.part", bundle_)
                    .has_value());
    log_.log = {.room = "room-1", .epoch = 1};
  }
  [[nodiscard]] Result<Bytes> bytes(std::string_view path) const {
    return log_bytes(log_, parse_log_path(path).value(), {folder_ / "gone", folder_ / "a"});
  }

  test::TempFolder folder_;
  Bytes bundle_;
  LogView log_;
};

TEST_F(LogBytesTest, GivesOnlyEntriesThatAreDurable) {
  log_.size = 7;
  const Bytes given = bytes("tile/entries/000").value();
  EXPECT_EQ(given, Bytes(bundle_.begin(), bundle_.begin() + std::ptrdiff_t{7} * 22));
  EXPECT_EQ(bytes("tile/entries/000.p/3").value().size(), 3U * 22);
  EXPECT_FALSE(bytes("tile/entries/000.p/8").has_value());
  EXPECT_FALSE(bytes("tile/entries/001").has_value());
}

TEST_F(LogBytesTest, AnswersARangeOfThem) {
  log_.size = 10;
  net::HttpRequest request;
  request.headers["range"] = "bytes=22-43";
  const auto response =
      log_response(log_, parse_log_path("tile/entries/000").value(), {folder_ / "a"}, request);
  EXPECT_EQ(response.status, 206U);
  EXPECT_EQ(response.body, std::string(as_text(ByteView(bundle_).subspan(22, 22))));
}

TEST(EpochsTest, BeginTheNextOneDurablyAndOnce) {
  const test::TempFolder folder;
  const BrokenLog broken{.log = {.room = "room-1", .epoch = 1},
                         .origin = "rec.example/site7/room-1/1",
                         .checkpoint = "a note\n",
                         .reason = "a test"};
  EXPECT_EQ(read_epochs(folder.path(), {}).value()["room-1"].number, 1U);

  ASSERT_TRUE(begin_next_epoch(folder.path(), broken).has_value());
  ASSERT_TRUE(begin_next_epoch(folder.path(), broken).has_value());

  const Epoch epoch = read_epochs(folder.path(), {}).value()["room-1"];
  EXPECT_EQ(epoch.number, 2U);
  EXPECT_EQ(epoch.previous_origin, broken.origin);
  EXPECT_EQ(epoch.previous_checkpoint, broken.checkpoint);
  EXPECT_EQ(epoch.reason, broken.reason);
}

TEST(EpochsTest, BelieveAVolumeThatHoldsANewerOne) {
  const test::TempFolder folder;
  fs::create_directories(folder / "a/log/room-1/3");
  fs::create_directories(folder / "a/log/room-1/x9");
  EXPECT_EQ(read_epochs(folder.path(), {folder / "gone", folder / "a"}).value()["room-1"].number,
            3U);
}

TEST(EpochsTest, RefuseARegisterThatIsNone) {
  const test::TempFolder folder;
  for (const char* text : {"", "[]", R"({"room-1":{"epoch":0}})", R"({"room-1":7})"}) {
    ASSERT_TRUE(
        storage::replace_file(storage::posix_files(), folder / "epochs.json", as_bytes(text))
            .has_value());
    EXPECT_FALSE(read_epochs(folder.path(), {}).has_value()) << text;
  }
}

}  // namespace
}  // namespace candor::app
