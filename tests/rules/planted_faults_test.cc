// SPDX-License-Identifier: Apache-2.0
// Each rule against what it is there for: a log of the real recorder, changed by an insider who can
// number and chain it anew.
#include <gmock/gmock.h>

#include "tests/rules/forger.h"
#include "tests/rules/recorded_room.h"

namespace candor::rules {
namespace {

using evidence::EntryType;
using test::ForgedEntry;
using test::RecordedRoom;
using testing::HasSubstr;
using namespace std::chrono_literals;

class PlantedFaultsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    RecordedRoom room;
    room.start();
    room.open_session();
    room.record(100);
    room.close_session();
    room.wait(40);
    room.stop();
    entries_ = new std::vector<ForgedEntry>(test::opened(room.entries()));
  }
  static void TearDownTestSuite() {
    delete entries_;
    entries_ = nullptr;
  }

  [[nodiscard]] static std::vector<ForgedEntry> log() { return *entries_; }
  [[nodiscard]] static std::string verdict(const std::vector<Bytes>& entries) {
    return test::verdict_of(test::judge(entries, test::kOrigin));
  }
  [[nodiscard]] static std::string told(const std::vector<Bytes>& entries) {
    return test::text_of(test::judge(entries, test::kOrigin));
  }

  // What the recorder would have counted.
  static void count_anew(std::vector<ForgedEntry>& entries) {
    ForgedEntry& close = entries[test::find(entries, EntryType::kSessionClose)];
    evidence::SessionCloseBody body = evidence::decode_session_close(close.body).value();
    const auto units = std::ranges::count_if(
        entries, [](const ForgedEntry& entry) { return entry.is(EntryType::kMedia); });
    body.streams.at(0).fragments = static_cast<std::uint64_t>(units);
    body.streams.at(0).last_seq = static_cast<std::uint64_t>(units) - 1;
    close.body = evidence::encode(body);
  }

  // A unit vanishes and the recorder puts the later ones in its place.
  static void close_up(std::vector<ForgedEntry>& entries, std::size_t first, int units,
                       bool captures_too) {
    std::uint64_t ticks = 0;
    for (int i = 0; i < units; ++i) {
      const std::size_t at = test::find(entries, EntryType::kMedia, first);
      ticks += entries[at].media().duration;
      entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(at));
    }
    for (std::size_t i = test::find(entries, EntryType::kMedia, first); i < entries.size(); ++i) {
      if (entries[i].is(EntryType::kMedia)) {
        evidence::MediaBody media = entries[i].media();
        media.decode_time -= ticks;
        media.capture.ns -= captures_too ? ticks_to_ns(static_cast<std::int64_t>(ticks), 90000) : 0;
        entries[i].set_media(media);
      }
    }
    close_gaps_up(entries, static_cast<std::int64_t>(ticks));
    count_anew(entries);
  }
  static void close_gaps_up(std::vector<ForgedEntry>& entries, std::int64_t ticks) {
    for (ForgedEntry& entry : entries) {
      if (entry.is(EntryType::kGapOpen)) {
        evidence::GapBody gap = evidence::decode_gap(entry.body).value();
        gap.from_tfdt -= ticks;
        entry.body = evidence::encode(gap);
      }
    }
  }

  static void insert(std::vector<ForgedEntry>& entries, std::size_t at, ForgedEntry entry) {
    entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(at), std::move(entry));
  }
  static void erase(std::vector<ForgedEntry>& entries, std::size_t at) {
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(at));
  }

  static std::vector<ForgedEntry>* entries_;
};

std::vector<ForgedEntry>* PlantedFaultsTest::entries_ = nullptr;

TEST_F(PlantedFaultsTest, AnUnchangedLogIsWholeAlsoWhenItIsLinkedAnew) {
  EXPECT_EQ(told(test::closed(log())), "");
  EXPECT_EQ(told(test::relinked(log())), "");
}

TEST_F(PlantedFaultsTest, AnEntryThatIsMissingShowsInPlaceChainAndTimeline) {
  auto entries = log();
  erase(entries, test::find(entries, EntryType::kMedia, 20));
  EXPECT_THAT(verdict(test::closed(entries)),
              HasSubstr("place/broken chain/broken timeline/broken"));
}

TEST_F(PlantedFaultsTest, NumberedAnewTheTimelineStillShowsIt) {
  auto entries = log();
  erase(entries, test::find(entries, EntryType::kMedia, 20));
  count_anew(entries);
  const auto forged = test::relinked(entries);
  EXPECT_EQ(verdict(forged), "timeline/broken");
  EXPECT_THAT(told(forged), HasSubstr("(1.000 s) behind the end of what is told before it"));
}

TEST_F(PlantedFaultsTest, TwoEntriesThatChangedPlacesShow) {
  auto entries = log();
  const std::size_t at = test::find(entries, EntryType::kMedia, 20);
  std::swap(entries[at], entries[test::find(entries, EntryType::kMedia, 21)]);
  EXPECT_THAT(verdict(test::closed(entries)), HasSubstr("place/broken chain/broken"));
  EXPECT_THAT(verdict(test::relinked(entries)), HasSubstr("timeline/broken"));
}

TEST_F(PlantedFaultsTest, FourSecondsThatAreClosedUpShowAgainstTheBootClock) {
  auto entries = log();
  close_up(entries, 45, 4, true);
  const auto forged = test::relinked(entries);
  EXPECT_EQ(verdict(forged), "coverage/broken");
  EXPECT_THAT(told(forged), HasSubstr("of media are missing against the boot clock"));
}

TEST_F(PlantedFaultsTest, AndAgainstTheClockOfTheSource) {
  auto entries = log();
  close_up(entries, 45, 4, false);
  EXPECT_THAT(verdict(test::relinked(entries)), HasSubstr("capture/suspect"));
}

TEST_F(PlantedFaultsTest, TimeLapseShows) {
  auto entries = log();
  for (ForgedEntry& entry : entries) {
    const std::int64_t passed = entry.header.boot.ns - entries.front().header.boot.ns;
    entry.header.boot.ns += passed / 10;
    entry.header.real.ns += passed / 10;
  }
  EXPECT_THAT(verdict(test::relinked(entries)), HasSubstr("coverage/broken"));
}

TEST_F(PlantedFaultsTest, AClockThatSteppedWithoutAClockEntryShows) {
  auto entries = log();
  for (std::size_t i = entries.size() / 2; i < entries.size(); ++i) {
    entries[i].header.real = entries[i].header.real + 1h;
  }
  const auto forged = test::relinked(entries);
  EXPECT_THAT(told(forged),
              HasSubstr("the wall clock stepped by 3600.000 s, and no CLOCK entry says so"));
}

TEST_F(PlantedFaultsTest, AnotherBootWithoutARecorderEntryShows) {
  auto entries = log();
  for (std::size_t i = entries.size() / 2; i < entries.size(); ++i) {
    entries[i].header.boot_id.bytes[0] ^= 1;
  }
  EXPECT_EQ(verdict(test::relinked(entries)), "clock/broken");
}

TEST_F(PlantedFaultsTest, ABootClockThatGoesBackShows) {
  auto entries = log();
  const std::size_t at = entries.size() / 2;
  entries[at].header.boot = entries[at].header.boot + 5s;
  entries[at].header.real = entries[at].header.real + 5s;
  EXPECT_THAT(told(test::relinked(entries)), HasSubstr("the boot clock went back by"));
}

TEST_F(PlantedFaultsTest, SilenceShows) {
  auto entries = log();
  const std::size_t close = test::find(entries, EntryType::kSessionClose);
  std::erase_if(entries, [&, close_index = entries[close].header.index](const ForgedEntry& entry) {
    return entry.is(EntryType::kHeartbeat) && entry.header.index > close_index;
  });
  // Nor may a GAP entry of the pause explain it: it stands before.
  const auto stop =
      std::ranges::find_if(entries.rbegin(), entries.rend(),
                           [](const ForgedEntry& entry) { return entry.is(EntryType::kRecorder); });
  stop->header.type = EntryType::kNote;
  ForgedEntry note = *stop;
  note.header.boot = note.header.boot + -39s;
  note.header.real = note.header.real + -39s;
  insert(entries, entries.size() - 1, note);
  EXPECT_THAT(told(test::relinked(entries)), HasSubstr("the log was silent for 39.000 s"));
}

TEST_F(PlantedFaultsTest, ATailOfASessionThatIsMissingShowsInItsCounts) {
  auto entries = log();
  for (int i = 0; i < 5; ++i) {
    erase(entries, test::find(entries, EntryType::kMedia, 95));
  }
  for (ForgedEntry& entry : entries) {  // The pause is said to begin earlier.
    if (entry.is(EntryType::kGapOpen)) {
      evidence::GapBody gap = evidence::decode_gap(entry.body).value();
      gap.from_tfdt -= 5 * 90000;
      entry.body = evidence::encode(gap);
    }
  }
  const auto forged = test::relinked(entries);
  EXPECT_EQ(verdict(forged), "sessions/broken");
  EXPECT_THAT(told(forged), HasSubstr("SESSION-CLOSE counts 100 units (0 to 99) and 0 gaps, the "
                                      "log holds 95 units (0 to 94) and 0 gaps"));
}

TEST_F(PlantedFaultsTest, ASessionThatWasNeverClosedIsToldAtTheEnd) {
  auto entries = log();
  entries.resize(test::find(entries, EntryType::kSessionClose));
  RuleEngine engine(test::kOrigin);
  for (const Bytes& entry : test::closed(entries)) {
    EXPECT_THAT(engine.take(entry), testing::IsEmpty());
  }
  EXPECT_THAT(test::text_of(engine.end()), HasSubstr("the session is not finished"));
}

TEST_F(PlantedFaultsTest, AReplayedPictureShows) {
  auto entries = log();
  const evidence::MediaBody old = entries[test::find(entries, EntryType::kMedia, 10)].media();
  for (std::size_t i = 0; i < 3; ++i) {
    ForgedEntry& entry = entries[test::find(entries, EntryType::kMedia, 60 + i)];
    evidence::MediaBody media = entry.media();
    media.essence_digest =
        entries[test::find(entries, EntryType::kMedia, 10 + i)].media().essence_digest;
    entry.set_media(media);
  }
  const auto forged = test::relinked(entries);
  EXPECT_EQ(verdict(forged), "replay/suspect");
  EXPECT_EQ(test::judge(forged, test::kOrigin).size(), 1U) << "a piece is told once";
}

TEST_F(PlantedFaultsTest, AnEntryOfAnotherRoomShows) {
  RecordedRoom other("room-2");
  other.start();
  other.record(30);
  auto entries = log();
  auto foreign = test::opened(other.entries());
  const std::size_t at = test::find(entries, EntryType::kMedia, 20);
  ForgedEntry planted = foreign[test::find(foreign, EntryType::kMedia, 5)];
  planted.header.boot = entries[at].header.boot;
  planted.header.real = entries[at].header.real;
  insert(entries, at, planted);
  EXPECT_THAT(told(test::relinked(entries)), HasSubstr("the entry belongs to another log"));
}

TEST_F(PlantedFaultsTest, AMediaLeafThatIsCalledWithheldIsGivenAwayByItsChain) {
  const std::vector<Bytes> entries = test::closed(log());
  const std::size_t hidden = test::find(log(), EntryType::kMedia, 20);
  RuleEngine engine(test::kOrigin);
  std::vector<Finding> all;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto found = i == hidden ? engine.take_withheld(evidence::leaf_hash(entries[i]))
                                   : engine.take(entries[i]);
    all.insert(all.end(), found.begin(), found.end());
  }
  EXPECT_THAT(test::text_of(all), HasSubstr("1 of chain 1 entry was withheld before number 21"));
  EXPECT_THAT(test::verdict_of(all), HasSubstr("chain/broken"));
}

TEST_F(PlantedFaultsTest, AChainThatMayBeWithheldIsOnlyCounted) {
  auto log_entries = log();
  ForgedEntry access = log_entries[test::find(log_entries, EntryType::kHeartbeat)];
  access.header.type = EntryType::kAudit;
  access.header.chain = 9;
  const std::size_t at = test::find(log_entries, EntryType::kMedia, 20);
  access.header.boot = log_entries[at].header.boot;
  access.header.real = log_entries[at].header.real;
  insert(log_entries, at, access);
  insert(log_entries, at + 1, access);
  const auto entries = test::relinked(log_entries);
  RuleEngine engine(test::kOrigin, {.may_withhold = {9}});
  std::vector<Finding> all;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto found =
        i == at ? engine.take_withheld(evidence::leaf_hash(entries[i])) : engine.take(entries[i]);
    all.insert(all.end(), found.begin(), found.end());
  }
  EXPECT_THAT(test::verdict_of(all), HasSubstr("chain/note"));
  EXPECT_THAT(test::verdict_of(all), testing::Not(HasSubstr("broken")));
}

TEST_F(PlantedFaultsTest, AGapWithOtherValuesThanThoseOfTheUnitsShows) {
  auto entries = log();
  const std::size_t at = test::find(entries, EntryType::kMedia, 20);
  erase(entries, at);
  count_anew(entries);
  evidence::GapBody gap;
  gap.stream = entries[at].media().stream;
  gap.cause = "camera-stalled";
  gap.timescale = 90000;
  gap.from_tfdt = static_cast<std::int64_t>(entries[at].media().decode_time) - 45000;
  ForgedEntry open = entries[at];
  open.header.type = EntryType::kGapOpen;
  open.header.chain = 0;
  open.body = evidence::encode(gap);
  ForgedEntry close = open;
  close.header.type = EntryType::kGapClose;
  gap.to_tfdt = gap.from_tfdt + 45000;
  close.body = evidence::encode(gap);
  insert(entries, at, close);
  insert(entries, at, open);
  EXPECT_THAT(told(test::relinked(entries)), HasSubstr("(1.000 s) behind the end of"));
}

TEST_F(PlantedFaultsTest, BytesThatAreNoEntryShow) {
  std::vector<Bytes> entries = test::closed(log());
  entries[30].resize(60);
  EXPECT_THAT(told(entries), HasSubstr("the entry cannot be read"));
}

TEST_F(PlantedFaultsTest, AnExcerptIsJudgedFromWhereItBegins) {
  const std::vector<Bytes> entries = test::closed(log());
  constexpr std::size_t kFirst = 60;
  RuleEngine engine(test::kOrigin, {.beginning = {.index = kFirst}});
  std::vector<Finding> all;
  for (std::size_t i = kFirst; i < entries.size(); ++i) {
    const auto found = engine.take(entries[i]);
    all.insert(all.end(), found.begin(), found.end());
  }
  EXPECT_EQ(test::text_of(all), "");
}

}  // namespace
}  // namespace candor::rules
