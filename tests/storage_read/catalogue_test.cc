// SPDX-License-Identifier: Apache-2.0
#include "storage/read/catalogue.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/storage_write/index_fixture.h"

namespace candor::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class CatalogueTest : public IndexFixture {
 protected:
  [[nodiscard]] Catalogue catalogue() const { return Catalogue::open(index_path()).value(); }

  // Seconds since the first recorded frame.
  static double seconds(UtcTime time) {
    return static_cast<double>((time.ns - kStart) / 1000) / 1e6;
  }

  // "0-1.52 2.32-3" and "camera-stalled 1.52-2.32".
  static std::string coverage_text(const TrackRecord& track) {
    std::string text;
    for (const TimeRange& range : track.coverage) {
      text +=
          fmt::format("{}{}-{}", text.empty() ? "" : " ", seconds(range.from), seconds(range.to));
    }
    return text;
  }
  static std::string gaps_text(const TrackRecord& track) {
    std::string text;
    for (const GapRecord& gap : track.gaps) {
      text += fmt::format("{}{} {}-", text.empty() ? "" : ", ", gap.cause, seconds(gap.from));
      text += gap.to.has_value() ? fmt::format("{}", seconds(*gap.to)) : "";
    }
    return text;
  }
  static UtcTime at(double second) { return {kStart + static_cast<std::int64_t>(second * 1e9)}; }

  // Frames of 40 ms: a second, a hole of 0.8 s, half a second.
  void record_a_session_with_a_hole() {
    start();
    start_index();
    open_session();
    record("IPPPPPPPPPPPPPPPPPPPPPPPP IPPPPPPPPPPPP");
    record("....................");
    record("IPPPPPPPPPPPP");
    recorded_ = session_;
    close_session();
    round();
  }

  Uuid recorded_;
};

TEST_F(CatalogueTest, GivesCoverageAndGapsOfASession) {
  record_a_session_with_a_hole();

  const std::vector<TrackRecord> tracks = catalogue().session_tracks(recorded_).value();

  ASSERT_EQ(tracks.size(), 1U);
  EXPECT_EQ(tracks[0].name, "cam-video");
  EXPECT_EQ(tracks[0].codecs, "avc1.64000d");
  EXPECT_EQ(coverage_text(tracks[0]), "0-1.52 2.32-2.84");
  EXPECT_EQ(gaps_text(tracks[0]), "camera-stalled 1.52-2.32");
  EXPECT_EQ(seconds(tracks[0].recorded_to.value()), 2.84);
}

TEST_F(CatalogueTest, CutsCoverageOfARoomToTheRangeAsked) {
  record_a_session_with_a_hole();

  const auto tracks = catalogue().room_tracks("room-1", {.from = at(0.5), .to = at(2.5)}).value();

  ASSERT_EQ(tracks.size(), 1U);
  EXPECT_EQ(coverage_text(tracks[0]), "0.5-1.52 2.32-2.5");
  EXPECT_THAT(catalogue().room_tracks("room-1", {.from = at(100), .to = at(200)}).value(),
              IsEmpty());
}

TEST_F(CatalogueTest, FindsTheSegmentsThatOverlapARange) {
  start();
  start_index();
  record("IPPPPPPPPPPPPPPPPPPPPPPPP");
  room_->open_gap(0, {.cause = "camera-offline", .detail = "", .at = at(1)});
  record("......................... IPPPPPPPPPPPPPPPPPPPPPPPP");
  round();
  room_->stop(at(3));
  round();
  const Uuid stream = room_->stream_id(0);
  Catalogue found = catalogue();
  const auto numbers = [&](double from, double to) {
    std::vector<std::uint64_t> list;
    const auto range = found.segments(stream, std::nullopt, {.from = at(from), .to = at(to)});
    for (const SegmentRecord& segment : range.value()) {
      list.push_back(segment.segment);
    }
    return list;
  };

  EXPECT_THAT(numbers(0, 10), ElementsAre(1, 2));
  EXPECT_THAT(numbers(0.5, 0.6), ElementsAre(1));
  EXPECT_THAT(numbers(1.2, 1.8), IsEmpty());
  EXPECT_THAT(numbers(1.2, 2.1), ElementsAre(2));
  EXPECT_THAT(numbers(-5, 0), IsEmpty());
  EXPECT_THAT(numbers(3, 9), IsEmpty());
}

TEST_F(CatalogueTest, FiltersSessions) {
  record_a_session_with_a_hole();
  open_session();
  round();
  const auto count = [&](const SessionFilter& filter) {
    return catalogue().sessions(filter).value().sessions.size();
  };

  EXPECT_EQ(count({}), 2U);
  EXPECT_EQ(count({.room = "room-1", .case_id = "C-1", .person = "P-1"}), 2U);
  EXPECT_EQ(count({.room = "room-2"}), 0U);
  EXPECT_EQ(count({.case_id = "C"}), 0U);
  EXPECT_EQ(count({.interrogator = "O-2"}), 2U);
  EXPECT_EQ(count({.interrogator = "O-3"}), 0U);
  EXPECT_EQ(count({.open = true}), 1U);
  EXPECT_EQ(count({.open = false}), 1U);
  const UtcTime ended = catalogue().session(recorded_).value().ended.value();
  EXPECT_EQ(count({.from = ended}), 1U);
  EXPECT_EQ(count({.to = ended}), 1U);
  EXPECT_EQ(count({.from = UtcTime{ended.ns - 1}, .to = UtcTime{INT64_MAX}}), 2U);
}

TEST_F(CatalogueTest, SearchesCaseIdsAndWhoTookPart) {
  record_a_session_with_a_hole();
  const auto count = [&](const std::string& text, std::vector<std::string> people = {}) {
    const SessionFilter filter{.search = SessionSearch{text, std::move(people)}};
    return catalogue().sessions(filter).value().sessions.size();
  };

  EXPECT_EQ(count("c-"), 1U);
  EXPECT_EQ(count("p-1"), 1U);
  EXPECT_EQ(count("o-2"), 1U);
  EXPECT_EQ(count("nobody"), 0U);
  EXPECT_EQ(count("nobody", {"P-9", "P-1"}), 1U);
  EXPECT_EQ(count("nobody", {"O-2"}), 1U);
  EXPECT_EQ(count("nobody", {"O-3"}), 0U);
}

TEST_F(CatalogueTest, GivesSessionsNewestFirstPageByPage) {
  start();
  start_index();
  std::vector<Uuid> opened;
  for (int i = 0; i < 5; ++i) {
    open_session();
    opened.insert(opened.begin(), session_);
    close_session();
    round();
  }
  Catalogue found = catalogue();
  std::vector<Uuid> seen;
  SessionFilter filter{.limit = 2};
  do {
    const SessionPage page = found.sessions(filter).value();
    for (const SessionRecord& session : page.sessions) {
      seen.push_back(session.session);
    }
    filter.before = page.next;
  } while (filter.before.has_value());

  EXPECT_EQ(seen, opened);
}

TEST_F(CatalogueTest, TellsWhoOpenedAndClosedASession) {
  record_a_session_with_a_hole();

  const SessionRecord session = catalogue().session(recorded_).value();

  EXPECT_THAT(session.interrogators, ElementsAre("O-1", "O-2"));
  EXPECT_EQ(session.reason, "read and signed");
  EXPECT_EQ(session.gaps, 1U);
  EXPECT_TRUE(session.ended.has_value());
}

TEST_F(CatalogueTest, RefusesWhatItCannotAnswer) {
  record_a_session_with_a_hole();
  Catalogue found = catalogue();

  EXPECT_EQ(found.session(Uuid{}).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(found.session_tracks(Uuid{}).error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(found.sessions({.limit = 0}).error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(found.sessions({.before = Uuid{}}).error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(Catalogue::open(folder_ / "none.db").error().kind(), ErrorKind::kNotFound);
}

}  // namespace
}  // namespace candor::storage
