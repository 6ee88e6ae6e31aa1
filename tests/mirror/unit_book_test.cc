// SPDX-License-Identifier: Apache-2.0
// What was watched against what was logged.
#include "monitor/mirror/unit_book.h"

#include <gmock/gmock.h>

#include "tests/rules/recorded_room.h"

namespace candor::mirror {
namespace {

using test::MovingClock;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

class UnitBookTest : public testing::Test {
 protected:
  [[nodiscard]] WatchedUnit watched(std::int64_t time, std::uint8_t content = 1) const {
    return {.room = "room-1",
            .stream = stream_,
            .decode_time = time,
            .bytes = 100,
            .digest = evidence::Digest{content}};
  }
  [[nodiscard]] evidence::MediaBody logged(std::int64_t time, std::uint64_t bytes = 100) const {
    evidence::MediaBody media;
    media.stream = stream_;
    media.decode_time = static_cast<std::uint64_t>(time);
    media.duration = 90000;
    media.fragment_bytes = bytes;
    media.fragment_digest = evidence::Digest{1};
    return media;
  }
  std::string found() {
    const auto found = book_.take("room-1");
    return found.empty() ? "" : found.front().kind;
  }

  MovingClock clock_;
  UnitBook book_{clock_};
  const Uuid stream_ = make_uuid(UtcTime{1});
};

TEST_F(UnitBookTest, TheSameBytesAreEqualWhicheverComesFirst) {
  book_.note_watched(watched(0));
  book_.note_logged(logged(0));
  book_.note_logged(logged(90000));
  book_.note_watched(watched(90000));
  EXPECT_EQ(book_.counts().equal, 2U);
  EXPECT_EQ(found(), "");
}

TEST_F(UnitBookTest, OtherBytesAreToldOnce) {
  book_.note_logged(logged(0));
  book_.note_watched(watched(0, 2));
  EXPECT_THAT(book_.take("room-2"), IsEmpty());
  EXPECT_EQ(found(), "digest-mismatch");
  EXPECT_EQ(found(), "");
}

TEST_F(UnitBookTest, AUnitThatAGapCutShortIsNotCompared) {
  book_.note_gap(stream_, 45000, 180000);
  book_.note_logged(logged(0, 50));
  book_.note_watched(watched(0));
  EXPECT_EQ(found(), "");
}

TEST_F(UnitBookTest, AUnitWithoutAnEntryIsToldAfterFifteenSecondsIfTheLogIsRead) {
  book_.note_logged(logged(-90000));
  book_.note_watched(watched(0));
  book_.note_read("room-1");
  EXPECT_EQ(found(), "");
  clock_.pass(16s);
  EXPECT_EQ(found(), "") << "nobody has read the log since";
  book_.note_read("room-2");
  EXPECT_EQ(found(), "");
  book_.note_read("room-1");
  EXPECT_EQ(found(), "undeclared-gap");
}

TEST_F(UnitBookTest, AGapExplainsAUnitWithoutAnEntry) {
  book_.note_watched(watched(0));
  book_.note_gap(stream_, 0, 90000);
  clock_.pass(16s);
  book_.note_read("room-1");
  EXPECT_EQ(found(), "");
}

}  // namespace
}  // namespace candor::mirror
