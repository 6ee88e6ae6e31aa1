// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/viewings.h"

#include <gmock/gmock.h>

#include "tests/records/records_fixture.h"

namespace candor::records {
namespace {

using testing::HasSubstr;

class ViewingsTest : public RecordsTest {
 protected:
  ViewingsTest() {
    add("anna");
    login_ = log_in("anna").login;
  }

  Result<std::int64_t> view(const ViewingTarget& target, const std::string& note = "") {
    const ViewingRequest request{.target = target, .reason = ViewingReason::kReview, .note = note};
    return records_->viewings.add(login_, request, now_);
  }
  bool is_granted(const Login& login, const ViewingTarget& target) {
    return records_->viewings.granted(login, target).value_or(false);
  }

  const ViewingTarget room_{.kind = ViewingKind::kRoom, .name = "room-3"};
  Login login_;
};

TEST_F(ViewingsTest, GrantsTheTargetThatWasAskedForAndNoOther) {
  EXPECT_FALSE(is_granted(login_, room_));

  ASSERT_TRUE(view(room_).has_value());

  EXPECT_TRUE(is_granted(login_, room_));
  EXPECT_FALSE(is_granted(login_, {.kind = ViewingKind::kSession, .name = "room-3"}));
  EXPECT_FALSE(is_granted(login_, {.kind = ViewingKind::kRoom, .name = "room-4"}));
}

TEST_F(ViewingsTest, TheNextLoginStatesItsReasonAgain) {
  ASSERT_TRUE(view(room_).has_value());

  EXPECT_FALSE(is_granted(log_in("anna").login, room_));
}

TEST_F(ViewingsTest, KeepsWhoLookedAtWhatWhenAndWhy) {
  ASSERT_TRUE(view(room_, "case 12/26").has_value());

  const auto kept = records_->viewings.latest(10);

  ASSERT_EQ(kept->size(), 1U);
  const Viewing& viewing = kept->at(0);
  EXPECT_EQ(viewing.account, "anna");
  EXPECT_EQ(viewing.login, login_.id);
  EXPECT_EQ(viewing.target.name, "room-3");
  EXPECT_EQ(to_string(viewing.reason), "review");
  EXPECT_EQ(viewing.note, "case 12/26");
  EXPECT_EQ(viewing.at, now_);
}

TEST_F(ViewingsTest, NobodyChangesOrDeletesOne) {
  ASSERT_TRUE(view(room_).has_value());

  EXPECT_THAT(verdict(records_->database.execute("DELETE FROM viewing")),
              HasSubstr("never deleted"));
  EXPECT_THAT(verdict(records_->database.execute("UPDATE viewing SET note = ''")),
              HasSubstr("never changed"));
  EXPECT_EQ(records_->viewings.latest(10)->size(), 1U);
}

TEST_F(ViewingsTest, OutlivesItsLogin) {
  const NewLogin other = log_in("anna");
  ASSERT_TRUE(view(room_).has_value());

  ASSERT_TRUE(records_->logins.end(other.token).has_value());
  pass(std::chrono::hours(24));
  log_in("anna");

  EXPECT_EQ(records_->viewings.latest(10)->size(), 1U);
}

TEST_F(ViewingsTest, RefusesWhatIsTooLong) {
  EXPECT_THAT(verdict(view(room_, std::string(501, 'x'))), HasSubstr("501 bytes, at most 500"));
  EXPECT_THAT(verdict(view({.kind = ViewingKind::kRoom, .name = ""})), HasSubstr("1 to 64 bytes"));
  EXPECT_THAT(verdict(parse_viewing_reason("curiosity")),
              HasSubstr("no reason 'curiosity'; there are supervision"));
  EXPECT_EQ(parse_viewing_reason("technical").value(), ViewingReason::kTechnical);
}

}  // namespace
}  // namespace candor::records
