// SPDX-License-Identifier: Apache-2.0
#include "app/cli/session_commands.h"

#include <cstdio>
#include <memory>
#include <pwd.h>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/cli/control_client.h"
#include "app/cli/text_output.h"

namespace candor::app::cli {
namespace {

namespace json = boost::json;

// Who gives the command, as the log will name them: the login name, else the number.
std::string local_user() {
  const passwd* entry = ::getpwuid(::getuid());
  return entry != nullptr ? entry->pw_name : "uid-" + std::to_string(::getuid());
}

void print_json(const json::object& answer) { fmt::print("{}\n", json::serialize(answer)); }

void print_session(const json::object& session) {
  fmt::print("{}", columns({{"session", field_text(session, "session")},
                            {"room", field_text(session, "room")},
                            {"case", field_text(session, "case")},
                            {"person", field_text(session, "person")},
                            {"interrogators", field_text(session, "interrogators")},
                            {"by", field_text(session, "by")},
                            {"started", time_text(session, "started")},
                            {"ended", time_text(session, "ended")},
                            {"state", field_text(session, "state")},
                            {"gaps", field_text(session, "gaps")}}));
}

void print_tracks(const json::object& session) {
  for (const json::object& track : objects_in(session, "streams")) {
    fmt::print("\n{}  {}\n", field_text(track, "name"), field_text(track, "codecs"));
    std::vector<std::vector<std::string>> rows;
    for (const json::object& range : objects_in(track, "coverage")) {
      rows.push_back({"  recorded", field_text(range, "from"), field_text(range, "to"), ""});
    }
    for (const json::object& gap : objects_in(track, "gaps")) {
      rows.push_back({"  gap", field_text(gap, "from"), field_text(gap, "to"),
                      field_text(gap, "cause") + " " + field_text(gap, "detail")});
    }
    fmt::print("{}", columns(rows));
  }
}

struct StartOptions {
  std::string room;
  std::string case_id;
  std::string person;
  std::vector<std::string> interrogators;
  std::string by = local_user();
};

Result<void> start_session(const Invocation& invocation, const StartOptions& options) {
  CANDOR_TRY(std::string socket, socket_of(invocation));
  ControlClient client(std::move(socket));
  CANDOR_TRY(
      const json::object session,
      client.post("/v1/sessions", {{"room", options.room},
                                   {"case", options.case_id},
                                   {"person", options.person},
                                   {"interrogators", json::value_from(options.interrogators)},
                                   {"by", options.by}}));
  invocation.is_json ? print_json(session) : print_session(session);
  if (const std::string alarm = field_text(session, "alarm"); alarm != "-") {
    fmt::print(stderr, "candor: the session runs, but {}\n", alarm);
  }
  return {};
}

void add_start(CLI::App& group, Invocation& invocation) {
  auto* command = group.add_subcommand("start", "Start a session in a room");
  auto options = std::make_shared<StartOptions>();
  command->add_option("--room", options->room, "the room's name")->required();
  command->add_option("--case", options->case_id, "the case's number")->required();
  command->add_option("--person", options->person, "the person's pseudonymous id")->required();
  command
      ->add_option("--interrogator", options->interrogators,
                   "an interrogator's pseudonymous id; give it once for each")
      ->required()
      ->allow_extra_args(false);
  command->add_option("--by", options->by, "who starts it")->capture_default_str();
  command->add_flag("--json", invocation.is_json, "print the answer as JSON");
  command->callback([options, &invocation] {
    invocation.action = [options, &invocation] { return start_session(invocation, *options); };
  });
}

struct EndOptions {
  std::string session;
  std::string by = local_user();
  std::string reason;
};

Result<void> end_session(const Invocation& invocation, const EndOptions& options) {
  CANDOR_TRY(std::string socket, socket_of(invocation));
  ControlClient client(std::move(socket));
  CANDOR_TRY(const json::object session,
             client.post("/v1/sessions/" + options.session + "/end",
                         {{"by", options.by}, {"reason", options.reason}}));
  invocation.is_json ? print_json(session) : print_session(session);
  return {};
}

void add_end(CLI::App& group, Invocation& invocation) {
  auto* command = group.add_subcommand("end", "End a session");
  auto options = std::make_shared<EndOptions>();
  command->add_option("session", options->session, "the session's id")->required();
  command->add_option("--reason", options->reason, "why it ends");
  command->add_option("--by", options->by, "who ends it")->capture_default_str();
  command->add_flag("--json", invocation.is_json, "print the answer as JSON");
  command->callback([options, &invocation] {
    invocation.action = [options, &invocation] { return end_session(invocation, *options); };
  });
}

// Names and values of the query, as the link has them.
using ListOptions = std::vector<std::pair<std::string, std::string>>;

Result<void> list_sessions(const Invocation& invocation, const ListOptions& options) {
  CANDOR_TRY(std::string socket, socket_of(invocation));
  ControlClient client(std::move(socket));
  CANDOR_TRY(const json::object answer, client.get("/v1/sessions", options));
  if (invocation.is_json) {
    print_json(answer);
    return {};
  }
  std::vector<std::vector<std::string>> rows = {
      {"SESSION", "ROOM", "CASE", "PERSON", "STARTED", "ENDED", "GAPS"}};
  for (const json::object& session : objects_in(answer, "sessions")) {
    rows.push_back({field_text(session, "session"), field_text(session, "room"),
                    field_text(session, "case"), field_text(session, "person"),
                    time_text(session, "started"), time_text(session, "ended"),
                    field_text(session, "gaps")});
  }
  fmt::print("{}", columns(rows));
  if (const std::string next = field_text(answer, "next"); next != "-") {
    fmt::print("more: --before {}\n", next);
  }
  return {};
}

void add_list(CLI::App& group, Invocation& invocation) {
  auto* command = group.add_subcommand("list", "List sessions, newest first");
  auto options = std::make_shared<ListOptions>(ListOptions{{"room", ""},
                                                           {"case", ""},
                                                           {"person", ""},
                                                           {"interrogator", ""},
                                                           {"from", ""},
                                                           {"to", ""},
                                                           {"limit", ""},
                                                           {"before", ""},
                                                           {"open", ""}});
  for (auto& [name, value] : *options) {
    if (name != "open") {
      command->add_option("--" + name, value);
    }
  }
  command->get_option("--from")->description("a time with its zone: 2026-11-24T08:00:00Z");
  command->get_option("--to")->description("as --from");
  command->get_option("--limit")->description("1 to 200, 50 unless told");
  command->get_option("--before")->description("the next page, as the page before names it");
  std::string& open = options->back().second;
  command->add_flag_callback("--open", [&open] { open = "true"; }, "only those that are open");
  command->add_flag_callback("--closed", [&open] { open = "false"; }, "only those that ended");
  command->add_flag("--json", invocation.is_json, "print the answer as JSON");
  command->callback([options, &invocation] {
    invocation.action = [options, &invocation] { return list_sessions(invocation, *options); };
  });
}

Result<void> show_session(const Invocation& invocation, const std::string& id) {
  CANDOR_TRY(std::string socket, socket_of(invocation));
  ControlClient client(std::move(socket));
  CANDOR_TRY(const json::object session, client.get("/v1/sessions/" + id));
  if (invocation.is_json) {
    print_json(session);
    return {};
  }
  print_session(session);
  print_tracks(session);
  return {};
}

void add_show(CLI::App& group, Invocation& invocation) {
  auto* command = group.add_subcommand("show", "Show a session with its tracks and gaps");
  auto id = std::make_shared<std::string>();
  command->add_option("session", *id, "the session's id")->required();
  command->add_flag("--json", invocation.is_json, "print the answer as JSON");
  command->callback([id, &invocation] {
    invocation.action = [id, &invocation] { return show_session(invocation, *id); };
  });
}

std::string streams_text(const json::object& room) {
  const std::vector<json::object> streams = objects_in(room, "streams");
  std::size_t well = 0;
  for (const json::object& stream : streams) {
    well += field_text(stream, "state") == "ok" ? 1 : 0;
  }
  return fmt::format("{} of {}", well, streams.size());
}

Result<void> list_rooms(const Invocation& invocation) {
  CANDOR_TRY(std::string socket, socket_of(invocation));
  ControlClient client(std::move(socket));
  CANDOR_TRY(const json::object answer, client.get("/v1/status"));
  if (invocation.is_json) {
    print_json(answer);
    return {};
  }
  std::vector<std::vector<std::string>> rows = {
      {"ROOM", "CLASS", "STATE", "SINCE", "STREAMS", "SESSION"}};
  for (const json::object& room : objects_in(answer, "rooms")) {
    const json::value* session = room.if_contains("session");
    const bool has_session = session != nullptr && session->is_object();
    rows.push_back({field_text(room, "room"), field_text(room, "class"), field_text(room, "state"),
                    time_text(room, "since"), streams_text(room),
                    has_session ? field_text(session->get_object(), "session") : "-"});
  }
  fmt::print("{}", columns(rows));
  return {};
}

}  // namespace

void add_session_commands(CLI::App& app, Invocation& invocation) {
  auto* group = app.add_subcommand("session", "Start, end and find sessions of this host");
  group->require_subcommand(1);
  add_start(*group, invocation);
  add_end(*group, invocation);
  add_list(*group, invocation);
  add_show(*group, invocation);
}

void add_room_commands(CLI::App& app, Invocation& invocation) {
  auto* group = app.add_subcommand("room", "Look at the rooms of this host");
  group->require_subcommand(1);
  auto* list = group->add_subcommand("list", "List the rooms and what they do now");
  list->add_flag("--json", invocation.is_json, "print the answer as JSON");
  list->callback(
      [&invocation] { invocation.action = [&invocation] { return list_rooms(invocation); }; });
}

}  // namespace candor::app::cli
