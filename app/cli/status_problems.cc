// SPDX-License-Identifier: Apache-2.0
#include "app/cli/status_problems.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/cli/text_output.h"

namespace candor::app::cli {
namespace {

namespace json = boost::json;

void add_volume(const json::object& volume, std::vector<std::string>& problems) {
  const std::string name = field_text(volume, "name");
  if (const std::string state = field_text(volume, "state"); state != "ok") {
    problems.push_back(
        fmt::format("volume {} is {}: {}", name, state, field_text(volume, "detail")));
  }
  if (const std::string warning = field_text(volume, "warning"); warning != "-") {
    problems.push_back(fmt::format("volume {} has {} h left, below {}", name,
                                   field_text(volume, "hours_left"), warning));
  }
  if (number_field(volume, "short_bytes") > 0) {
    problems.push_back(fmt::format("volume {} has {} less than running sessions may need", name,
                                   size_text(volume, "short_bytes")));
  }
  if (number_field(volume, "failed_files") > 0) {
    problems.push_back(fmt::format("volume {} refused or lost {} files since the start", name,
                                   field_text(volume, "failed_files")));
  }
}

void add_continuous(const json::object& space, std::vector<std::string>& problems) {
  if (field_text(space, "state") == "full") {
    problems.emplace_back("the rooms that record always have used up their quota");
  } else if (const std::string warning = field_text(space, "warning"); warning != "-") {
    problems.push_back(fmt::format("the quota of rooms that record always lasts for {} h, below {}",
                                   field_text(space, "hours_left"), warning));
  }
}

void add_copies(const json::object& copies, std::vector<std::string>& problems) {
  if (number_field(copies, "segments_lost") > 0) {
    problems.push_back(
        fmt::format("{} files are whole on no volume", field_text(copies, "segments_lost")));
  }
  if (number_field(copies, "volumes") > 1 && number_field(copies, "sessions_below_two") > 0) {
    problems.push_back(fmt::format("{} sessions have fewer than two whole copies",
                                   field_text(copies, "sessions_below_two")));
  }
}

void add_room(const json::object& room, std::vector<std::string>& problems) {
  const std::string state = field_text(room, "state");
  if (state == "fault") {
    problems.push_back(
        fmt::format("room {} should record, and nothing is proven", field_text(room, "room")));
  } else if (state == "interrupted") {
    problems.push_back(fmt::format("room {} records without a stream", field_text(room, "room")));
  }
}

}  // namespace

std::vector<std::string> problems_of(const json::object& status) {
  std::vector<std::string> problems;
  if (const std::string index = field_text(status, "index"); index != "ok") {
    problems.push_back("the index: " + index);
  }
  for (const json::object& volume : objects_in(status, "volumes")) {
    add_volume(volume, problems);
  }
  const json::value* space = status.if_contains("continuous");
  if (space != nullptr && space->is_object()) {
    add_continuous(space->get_object(), problems);
  }
  if (const json::value* copies = status.if_contains("copies");
      copies != nullptr && copies->is_object()) {
    add_copies(copies->get_object(), problems);
  }
  for (const json::object& room : objects_in(status, "rooms")) {
    add_room(room, problems);
  }
  return problems;
}

}  // namespace candor::app::cli
