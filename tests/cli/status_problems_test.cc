// SPDX-License-Identifier: Apache-2.0
#include "app/cli/status_problems.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>

namespace candor::app::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void put_over(boost::json::object& object, std::string_view changed) {
  const boost::json::value fields = boost::json::parse(changed);
  for (const auto& field : fields.get_object()) {
    object[field.key()] = field.value();
  }
}

// A host with one volume, as capture tells it; `changed` is put over the volume, `more` over all.
std::vector<std::string> problems_with(std::string_view changed, std::string_view more = "{}") {
  boost::json::object volume;
  put_over(volume, R"({"name":"a","state":"ok","detail":"","bytes_free":1,"hours_left":100.5,
                       "warning":null,"short_bytes":0,"failed_files":0})");
  put_over(volume, changed);
  boost::json::object status{{"index", "ok"}};
  status["volumes"] = boost::json::array(1, volume);
  put_over(status, more);
  return problems_of(status);
}

TEST(StatusProblemsTest, AHostThatIsWellNeedsNobody) {
  EXPECT_THAT(problems_with("{}", R"({"continuous":{"state":"ok","warning":null},
                                      "rooms":[{"room":"r","state":"recording"}]})"),
              IsEmpty());
}

TEST(StatusProblemsTest, AVolumeThatIsAwayIsNamedWithItsReason) {
  EXPECT_THAT(problems_with(R"({"state":"away","detail":"it does not answer"})"),
              ElementsAre("volume a is away: it does not answer"));
}

TEST(StatusProblemsTest, SpaceThatRunsOutIsToldWithItsFigures) {
  EXPECT_THAT(problems_with(R"({"hours_left":20.5,"warning":24,"short_bytes":3221225472})"),
              ElementsAre("volume a has 20.5 h left, below 24",
                          "volume a has 3.0 GiB less than running sessions may need"));
  EXPECT_THAT(problems_with("{}", R"({"continuous":{"state":"full","warning":8}})"),
              ElementsAre("the rooms that record always have used up their quota"));
}

TEST(StatusProblemsTest, CopiesThatAreMissingAreCountedWhereThereShouldBeTwo) {
  const auto with_copies = [](int volumes, int lost) {
    return problems_with("{}", R"({"copies":{"volumes":)" + std::to_string(volumes) +
                                   R"(,"sessions_below_two":3,"segments_lost":)" +
                                   std::to_string(lost) + "}}");
  };
  EXPECT_THAT(with_copies(1, 0), IsEmpty());
  EXPECT_THAT(with_copies(2, 0), ElementsAre("3 sessions have fewer than two whole copies"));
  EXPECT_THAT(with_copies(1, 2), ElementsAre("2 files are whole on no volume"));
}

TEST(StatusProblemsTest, RoomsThatDoNotRecordWhatTheyShouldAreNamed) {
  EXPECT_THAT(problems_with("{}", R"({"rooms":[{"room":"r","state":"fault"},
                                              {"room":"s","state":"interrupted"}]})"),
              ElementsAre("room r should record, and nothing is proven",
                          "room s records without a stream"));
}

TEST(StatusProblemsTest, AnIndexThatFailsIsToldAsItTellsIt) {
  EXPECT_THAT(problems_with("{}", R"({"index":"disk full"})"), ElementsAre("the index: disk full"));
}

}  // namespace
}  // namespace candor::app::cli
