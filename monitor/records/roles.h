// SPDX-License-Identifier: Apache-2.0
// The roles of accounts and what each may do. Immutable, any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/result.h"

namespace candor::records {

enum class Role : std::uint8_t {
  kSupervisor,     // Watches live.
  kInvestigator,   // Runs sessions and fetches recordings.
  kCustodian,      // Hands out recordings.
  kTechnician,     // Looks after the rooms.
  kAdministrator,  // Looks after the accounts; sees no picture and hears no sound.
};

enum class Action : std::uint8_t {
  kSeeRooms,        // States of rooms and sources, no media.
  kLive,            // Picture and sound as they happen.
  kRetrieve,        // Recordings and the catalogue of sessions.
  kRunSessions,     // Begin and end them.
  kManageAccounts,  // Add, lock, new passwords.
};

/// The role as it is written in the API and the database: "supervisor".
[[nodiscard]] std::string_view to_string(Role role);

/// Errors: kInvalidArgument, naming the roles there are.
[[nodiscard]] Result<Role> parse_role(std::string_view text);

[[nodiscard]] bool may(Role role, Action action);

}  // namespace candor::records
