// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/roles.h"

#include <string>

#include <gmock/gmock.h>

namespace candor::records {
namespace {

std::string rights(const char* name) {
  const Role role = parse_role(name).value();
  std::string all;
  const auto add = [&](Action action, const char* word) { all += may(role, action) ? word : ""; };
  add(Action::kSeeRooms, "rooms ");
  add(Action::kLive, "live ");
  add(Action::kRetrieve, "retrieve ");
  add(Action::kRunSessions, "run ");
  add(Action::kManageAccounts, "accounts ");
  return all;
}

TEST(RolesTest, EachMayDoItsOwnWorkOnly) {
  EXPECT_EQ(rights("supervisor"), "rooms live retrieve run ");
  EXPECT_EQ(rights("investigator"), "rooms retrieve run ");
  EXPECT_EQ(rights("custodian"), "rooms retrieve ");
  EXPECT_EQ(rights("technician"), "rooms run ");
  EXPECT_EQ(rights("administrator"), "rooms accounts ");
}

TEST(RolesTest, AnotherRoleIsRefusedWithTheListOfThose) {
  const auto role = parse_role("boss");

  ASSERT_FALSE(role.has_value());
  EXPECT_THAT(role.error().message(), testing::HasSubstr("no role 'boss'; there are supervisor"));
}

}  // namespace
}  // namespace candor::records
