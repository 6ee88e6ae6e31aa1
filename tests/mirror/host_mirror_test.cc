// SPDX-License-Identifier: Apache-2.0
// The mirror of one host: what it holds, what it survives, and what it says of a log that changes.
#include "monitor/mirror/host_mirror.h"

#include <array>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "evidence/signer.h"
#include "monitor/mirror/mirrors.h"
#include "tests/mirror/log_host.h"
#include "tests/rules/forger.h"
#include "tests/rules/recorded_room.h"

namespace candor::mirror {
namespace {

using evidence::EntryType;
using test::ForgedEntry;
using test::LogHost;
using test::MovingClock;
using test::RecordedRoom;
using test::ServedLog;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class HostMirrorTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    RecordedRoom room;
    room.start();
    room.open_session();
    room.record(560);
    entries_ = new std::vector<Bytes>(room.entries());
    end_ = room.clock().utc();
    ASSERT_GT(entries_->size(), 2 * kEntriesPerBundle);
  }
  static void TearDownTestSuite() {
    delete entries_;
    entries_ = nullptr;
  }

  HostMirrorTest() {
    clock_.pass(end_ - clock_.utc());
    log_.entries = *entries_;
    log_.size = 300;
    restart();
  }

  void restart() {
    mirror_.reset();
    claims_.emplace();
    context_.emplace(MirrorContext{.options = {.folder = folder_ / "mirror"},
                                   .clock = clock_,
                                   .units = units_,
                                   .claims = *claims_,
                                   .witnessed = [this](const std::string&) { return witnessed_; }});
    mirror_ = std::make_unique<HostMirror>("host-1", host_.endpoint(), *context_);
  }

  // "rewritten undeclared-gap".
  std::string round() {
    host_.serve({log_});
    if (const auto done = mirror_->round(); !done.has_value()) {
      return done.error().message();
    }
    std::string kinds;
    details_.clear();
    for (const alarms::Alarm& alarm : mirror_->alarms()) {
      kinds += (kinds.empty() ? "" : " ") + alarm.kind;
      details_ += alarm.detail + "\n";
    }
    return kinds;
  }

  [[nodiscard]] std::string log_path() const {
    return folder_ / ("mirror/" + log_folder_name(log_.origin));
  }
  [[nodiscard]] std::vector<Bytes> mirrored() const {
    const EntryFiles files = EntryFiles::open(log_path()).value();
    std::vector<Bytes> entries;
    EXPECT_TRUE(files
                    .for_each(0,
                              [&](std::uint64_t, ByteView entry) -> Result<void> {
                                entries.emplace_back(entry.begin(), entry.end());
                                return {};
                              })
                    .has_value());
    return entries;
  }
  [[nodiscard]] std::vector<Bytes> first(std::size_t count) const {
    return {entries_->begin(), entries_->begin() + static_cast<std::ptrdiff_t>(count)};
  }

  static std::vector<Bytes>* entries_;
  static UtcTime end_;

  test::TempFolder folder_;
  MovingClock clock_;
  UnitBook units_{clock_};
  std::optional<WitnessedHead> witnessed_;
  std::optional<Claims> claims_;
  std::optional<MirrorContext> context_;
  LogHost host_{folder_ / "host.sock"};
  evidence::MemorySigner signer_ = evidence::MemorySigner::from_seed(evidence::Seed{1}).value();
  ServedLog log_;
  std::unique_ptr<HostMirror> mirror_;
  std::string details_;
};

std::vector<Bytes>* HostMirrorTest::entries_ = nullptr;
UtcTime HostMirrorTest::end_;

TEST_F(HostMirrorTest, HoldsWhatIsOfferedAndNothingBehindIt) {
  EXPECT_EQ(round(), "clock-free") << "of the machine that runs the test";
  EXPECT_EQ(mirrored(), first(300));
  log_.size = entries_->size();
  round();
  EXPECT_EQ(mirrored(), *entries_);
}

TEST_F(HostMirrorTest, GoesOnAfterARestartAndReadsNothingTwice) {
  round();
  const std::uint64_t sent = host_.bytes_sent();
  restart();
  log_.size = 301;
  EXPECT_THAT(round(), testing::Not(HasSubstr("undeclared")));
  EXPECT_EQ(mirrored(), first(301));
  // The bundle's end: the last entry known, those behind it that were not offered yet.
  EXPECT_LT(host_.bytes_sent() - sent, 80U << 10U);
  log_.size = entries_->size();
  round();
  log_.sign(signer_, entries_->size());
  EXPECT_THAT(round(), testing::Not(HasSubstr("rewritten")));
}

TEST_F(HostMirrorTest, CutsWhatAPowerCutLeftTorn) {
  round();
  mirror_.reset();
  const std::string part = log_path() + "/tile/entries/001.part";
  std::filesystem::resize_file(part, std::filesystem::file_size(part) - 7);
  std::filesystem::remove(log_path() + "/tile/0/000");
  restart();
  log_.sign(signer_, 300);
  EXPECT_THAT(round(), testing::Not(HasSubstr("rewritten")));
  EXPECT_EQ(mirrored(), first(300));
}

TEST_F(HostMirrorTest, FollowsNoMoreThanItsShareInOneRound) {
  context_->options.bytes_a_round = 1;
  log_.size = entries_->size();
  round();
  EXPECT_EQ(mirrored().size(), kEntriesPerBundle);
  round();
  EXPECT_EQ(mirrored().size(), 2 * kEntriesPerBundle);
}

TEST_F(HostMirrorTest, SaysThatEntriesWereTakenBack) {
  round();
  log_.size = 290;
  EXPECT_THAT(round(), HasSubstr("rewritten"));
  EXPECT_THAT(details_, HasSubstr("300 entries were mirrored, 290 are offered"));
  EXPECT_EQ(mirrored(), first(300)) << "what was mirrored stays";
}

TEST_F(HostMirrorTest, SaysThatTheLastEntryIsAnotherOne) {
  round();
  log_.entries[299][100] ^= 1;
  log_.size = 310;
  EXPECT_THAT(round(), HasSubstr("rewritten"));
  EXPECT_THAT(details_, HasSubstr("entry 299 is offered otherwise than it was mirrored"));
}

TEST_F(HostMirrorTest, SaysThatAnOlderEntryIsAnotherOneOnceTheRecorderSignsIt) {
  round();
  log_.entries[10][100] ^= 1;  // The salt.
  log_.sign(signer_, 280);
  EXPECT_THAT(round(), HasSubstr("rewritten"));
  EXPECT_THAT(details_, HasSubstr("the first 280 entries that were mirrored are not those that the "
                                  "recorder signed"));
}

TEST_F(HostMirrorTest, SaysThatTheWitnessCosignedAnotherHistory) {
  std::vector<Bytes> other = *entries_;
  other[10][100] ^= 1;
  log_.sign(signer_, 300);
  witnessed_ = WitnessedHead{.vkey = log_.vkey, .size = 200, .root = test::root_of(other, 200)};
  EXPECT_THAT(round(), HasSubstr("rewritten"));
  EXPECT_THAT(details_, HasSubstr("the witness cosigned"));
}

TEST_F(HostMirrorTest, IsContentWithWhatRecorderAndWitnessSigned) {
  log_.sign(signer_, 280);
  witnessed_ = WitnessedHead{.vkey = log_.vkey, .size = 270, .root = test::root_of(*entries_, 270)};
  EXPECT_EQ(round(), "clock-free");
}

TEST_F(HostMirrorTest, KnowsTheLogsKey) {
  log_.sign(signer_, 280);
  round();
  evidence::MemorySigner thief = evidence::MemorySigner::from_seed(evidence::Seed{9}).value();
  log_.sign(thief, 300);
  EXPECT_THAT(round(), HasSubstr("unknown-key"));
}

TEST_F(HostMirrorTest, AnAlarmOutlivesTheProgramAndEndsWhenAPersonSettlesIt) {
  std::vector<ForgedEntry> forged = test::opened(*entries_);
  forged.erase(forged.begin() +
               static_cast<std::ptrdiff_t>(test::find(forged, EntryType::kMedia, 40)));
  log_.entries = test::relinked(forged);
  EXPECT_THAT(round(), HasSubstr("undeclared-gap"));
  EXPECT_THAT(details_, HasSubstr("behind the end of what is told before it"));
  restart();
  EXPECT_THAT(round(), HasSubstr("undeclared-gap"));
  ASSERT_TRUE(FindingsFile::settle(log_path(), "root", clock_.utc()).has_value());
  EXPECT_THAT(round(), testing::Not(HasSubstr("undeclared-gap")));
  restart();
  EXPECT_THAT(round(), testing::Not(HasSubstr("undeclared-gap")));
}

TEST_F(HostMirrorTest, FindsAgainWhatItHadNotWrittenDownBeforeItDied) {
  std::vector<ForgedEntry> forged = test::opened(*entries_);
  forged.erase(forged.begin() +
               static_cast<std::ptrdiff_t>(test::find(forged, EntryType::kMedia, 250)));
  log_.entries = test::relinked(forged);
  round();
  mirror_.reset();
  std::filesystem::remove(log_path() + "/findings");
  restart();
  EXPECT_THAT(round(), HasSubstr("undeclared-gap"));
}

TEST_F(HostMirrorTest, TellsAClockThatIsAheadByAFreshEntryOnly) {
  clock_.set_wall_clock(-400s);
  EXPECT_THAT(round(), testing::Not(HasSubstr("clock-offset")));
  log_.size = 301;
  EXPECT_THAT(round(), HasSubstr("clock-offset"));
}

TEST_F(HostMirrorTest, TellsASessionThatIsOpenForTooLong) {
  round();
  clock_.pass(25h);
  EXPECT_THAT(round(), HasSubstr("session-long"));
  restart();
  EXPECT_THAT(round(), HasSubstr("session-long"));
}

TEST_F(HostMirrorTest, TakesNoLogUnderAnotherRoomsName) {
  log_.room = "room-2";
  round();
  EXPECT_FALSE(std::filesystem::exists(log_path()));
}

TEST_F(HostMirrorTest, TwoHostsThatOfferOneLogAreToldAndOneIsFollowed) {
  round();
  LogHost second(folder_ / "second.sock");
  second.serve({log_});
  HostMirror other("host-2", second.endpoint(), *context_);
  ASSERT_TRUE(other.round().has_value());
  ASSERT_EQ(other.alarms().size(), 1U);
  EXPECT_EQ(other.alarms().front().kind, "rewritten");
}

TEST_F(HostMirrorTest, AHostThatStallsHoldsUpNoOther) {
  LogHost slow(folder_ / "slow.sock");
  slow.stall(3s);
  host_.serve({log_});
  Mirrors mirrors({.folder = folder_ / "two", .interval = 10ms}, clock_, {});
  mirrors.add("slow", slow.endpoint());
  mirrors.add("host-1", host_.endpoint());
  mirrors.start();
  const std::string part =
      folder_ / ("two/" + log_folder_name(log_.origin) + "/tile/entries/001.part");
  const auto begun = std::chrono::steady_clock::now();
  while (!std::filesystem::exists(part) && std::chrono::steady_clock::now() - begun < 2s) {
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_TRUE(std::filesystem::exists(part));
  mirrors.stop();
}

TEST(ClockLagTest, AClockThatIsAheadIsToldAtOnceOneThatIsBehindWhenItStays) {
  constexpr UtcTime kNow{1'790'000'000'000'000'000};
  ClockLag ahead(2s);
  ahead.add(kNow + 3s, kNow);
  EXPECT_EQ(ahead.offset(), 3s);
  ClockLag behind(2s);
  for (int i = 0; i < 29; ++i) {
    behind.add(kNow + -5s, kNow);
    EXPECT_FALSE(behind.offset().has_value());
  }
  behind.add(kNow + -5s, kNow);
  EXPECT_EQ(behind.offset(), -5s);
  behind.add(kNow + -1s, kNow);
  EXPECT_FALSE(behind.offset().has_value());
}

}  // namespace
}  // namespace candor::mirror
