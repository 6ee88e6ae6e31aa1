// SPDX-License-Identifier: Apache-2.0
#include "app/cli/host_commands.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/loader.h"
#include "storage/write/index_rebuild.h"
#include "storage/write/state_lock.h"

namespace candor::app::cli {
namespace {

Result<void> rebuild(const Invocation& invocation) {
  CANDOR_TRY(const config::Config config, config::load_config(invocation.config_path));
  if (config.capture.state.empty() || config.volumes.empty()) {
    return fail(ErrorKind::kInvalidArgument,
                invocation.config_path + ": the sections [capture] and [[volume]] are needed");
  }
  std::vector<std::string> roots;
  std::ranges::transform(config.volumes, std::back_inserter(roots), &config::VolumeConfig::path);
  CANDOR_TRY(const storage::StateLock lock, storage::StateLock::take(config.capture.state));
  CANDOR_TRY(const storage::RebuildReport report,
             storage::rebuild_index(roots, config.capture.state + "/index.db"));
  for (const storage::MediaProblem& problem : report.problems) {
    fmt::print("{}: {} ({} units are not in the index)\n", problem.path, problem.what,
               problem.units_missing);
  }
  fmt::print("{} logs, {} entries, {} segments, {} units, {} damaged or missing files\n",
             report.logs, report.entries, report.segments, report.units, report.problems.size());
  return {};
}

Result<void> check(const std::string& path) {
  CANDOR_TRY(const config::Config config, config::load_config(path));
  std::size_t sources = 0;
  for (const config::RoomConfig& room : config.rooms) {
    sources += room.sources.size();
  }
  fmt::print("{}: in order; {} rooms that record, {} sources, {} lawyer rooms\n", path,
             config.rooms.size(), sources, config.lawyer_rooms.size());
  return {};
}

}  // namespace

void add_index_commands(CLI::App& app, Invocation& invocation) {
  auto* group = app.add_subcommand("index", "Look after the index of this host");
  group->require_subcommand(1);
  auto* command = group->add_subcommand(
      "rebuild", "Make the index anew from logs and media files; candor-capture must be stopped");
  command->callback(
      [&invocation] { invocation.action = [&invocation] { return rebuild(invocation); }; });
}

void add_config_commands(CLI::App& app, Invocation& invocation) {
  auto* group = app.add_subcommand("config", "Look after the configuration");
  group->require_subcommand(1);
  auto* command = group->add_subcommand("check", "Check a configuration file");
  auto path = std::make_shared<std::string>();
  command->add_option("file", *path, "the file")->required();
  command->callback([path, &invocation] { invocation.action = [path] { return check(*path); }; });
}

}  // namespace candor::app::cli
