// SPDX-License-Identifier: Apache-2.0
#include "app/cli/status_command.h"

#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/cli/control_client.h"
#include "app/cli/status_problems.h"
#include "app/cli/text_output.h"

namespace candor::app::cli {
namespace {

namespace json = boost::json;

void print_volumes(const json::object& status) {
  std::vector<std::vector<std::string>> rows = {
      {"VOLUME", "STATE", "FREE", "OF", "HOURS LEFT", "IF ALL RECORD", "DETAIL"}};
  for (const json::object& volume : objects_in(status, "volumes")) {
    rows.push_back({field_text(volume, "name"), field_text(volume, "state"),
                    size_text(volume, "bytes_free"), size_text(volume, "bytes_total"),
                    field_text(volume, "hours_left"), field_text(volume, "hours_left_busy"),
                    field_text(volume, "detail")});
  }
  fmt::print("\n{}", columns(rows));
  const json::value* space = status.if_contains("continuous");
  if (space != nullptr && space->is_object()) {
    fmt::print("rooms that record always: {} of {}, {} h left\n",
               size_text(space->get_object(), "bytes_used"),
               size_text(space->get_object(), "bytes_quota"),
               field_text(space->get_object(), "hours_left"));
  }
}

void print_copies(const json::object& status) {
  const json::value* value = status.if_contains("copies");
  if (value == nullptr || !value->is_object()) {
    return;
  }
  const json::object& copies = value->get_object();
  if (const std::string fault = field_text(copies, "fault"); fault != "-") {
    fmt::print("copies: {}\n", fault);
    return;
  }
  fmt::print("copies: {}; {} sessions and {} files have fewer than two whole ones\n",
             number_field(copies, "volumes") > 1 ? "two copies, one host" : "one volume",
             field_text(copies, "sessions_below_two"), field_text(copies, "segments_below_two"));
}

void print_rooms(const json::object& status) {
  std::vector<std::vector<std::string>> rows = {
      {"ROOM", "CLASS", "STATE", "SINCE", "COPIES", "SESSION"}};
  for (const json::object& room : objects_in(status, "rooms")) {
    const json::value* session = room.if_contains("session");
    const bool has_session = session != nullptr && session->is_object();
    rows.push_back({field_text(room, "room"), field_text(room, "class"), field_text(room, "state"),
                    time_text(room, "since"), field_text(room, "copies"),
                    has_session ? field_text(session->get_object(), "session") : "-"});
  }
  fmt::print("\n{}", columns(rows));
}

// Errors: kFailedPrecondition  something needs a person.
Result<void> show_status(const Invocation& invocation) {
  CANDOR_TRY(std::string socket, socket_of(invocation));
  ControlClient client(std::move(socket));
  CANDOR_TRY(const json::object status, client.get("/v1/status"));
  const std::vector<std::string> problems = problems_of(status);
  if (invocation.is_json) {
    fmt::print("{}\n", json::serialize(status));
  } else {
    fmt::print("{}  {}\n", field_text(status, "host"), time_text(status, "now"));
    print_volumes(status);
    print_copies(status);
    print_rooms(status);
    fmt::print("\n{}\n",
               problems.empty() ? "All is well." : fmt::format("{}", fmt::join(problems, "\n")));
  }
  if (problems.empty()) {
    return {};
  }
  return fail(ErrorKind::kFailedPrecondition,
              invocation.is_json ? fmt::format("needs a person: {}", fmt::join(problems, "; "))
                                 : std::string("this needs a person"));
}

}  // namespace

void add_status_command(CLI::App& app, Invocation& invocation) {
  auto* command =
      app.add_subcommand("status", "How this host is; exit code 1 when something needs a person");
  command->add_flag("--json", invocation.is_json, "print capture's answer as JSON");
  command->callback(
      [&invocation] { invocation.action = [&invocation] { return show_status(invocation); }; });
}

}  // namespace candor::app::cli
