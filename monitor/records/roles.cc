// SPDX-License-Identifier: Apache-2.0
#include "monitor/records/roles.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace candor::records {
namespace {

struct Row {
  Role role;
  std::string_view name;
  bool live;
  bool retrieve;
  bool run_sessions;
  bool manage_accounts;
};

// All roles see the rooms. In the order of the enumeration.
constexpr std::array kRows{
    // role, name, live, retrieve, run_sessions, manage_accounts
    Row{Role::kSupervisor, "supervisor", true, true, true, false},
    Row{Role::kInvestigator, "investigator", false, true, true, false},
    Row{Role::kCustodian, "custodian", false, true, false, false},
    Row{Role::kTechnician, "technician", false, false, true, false},
    Row{Role::kAdministrator, "administrator", false, false, false, true},
};

const Row& row_of(Role role) { return kRows.at(static_cast<std::size_t>(role)); }

}  // namespace

std::string_view to_string(Role role) { return row_of(role).name; }

Result<Role> parse_role(std::string_view text) {
  const auto* const row = std::ranges::find(kRows, text, &Row::name);
  if (row != kRows.end()) {
    return row->role;
  }
  return fail(
      ErrorKind::kInvalidArgument,
      fmt::format("no role '{}'; there are supervisor, investigator, custodian, technician, "
                  "administrator",
                  text));
}

bool may(Role role, Action action) {
  const Row& row = row_of(role);
  switch (action) {
    case Action::kSeeRooms:
      return true;
    case Action::kLive:
      return row.live;
    case Action::kRetrieve:
      return row.retrieve;
    case Action::kRunSessions:
      return row.run_sessions;
    case Action::kManageAccounts:
      return row.manage_accounts;
  }
  return false;
}

}  // namespace candor::records
