// SPDX-License-Identifier: Apache-2.0
// candor: the command line. Exit codes: 0 done, 1 failed (one line on stderr), 2 used wrongly.
#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/ca_commands.h"
#include "app/cli/enrol_commands.h"
#include "app/cli/host_commands.h"
#include "app/cli/invocation.h"
#include "app/cli/mirror_commands.h"
#include "app/cli/session_commands.h"
#include "app/cli/status_command.h"
#include "app/cli/user_commands.h"
#include "app/cli/witness_commands.h"
#include "app/version.h"

namespace candor::app::cli {
namespace {

constexpr int kFailed = 1;
constexpr int kUsedWrongly = 2;

void add_common_options(CLI::App& app, Invocation& invocation) {
  app.add_option("--config", invocation.config_path, "the configuration file")
      ->capture_default_str();
  app.add_option("--socket", invocation.socket,
                 "candor-capture's socket; without it, the configuration's");
}

int run(int argc, char** argv) {
  CLI::App app{
      "Candor on this host: status, sessions, rooms, index, configuration, accounts, witness, "
      "certificates"};
  Invocation invocation;
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", fmt::format("candor {}", kVersion));
  add_common_options(app, invocation);
  add_status_command(app, invocation);
  add_session_commands(app, invocation);
  add_room_commands(app, invocation);
  add_index_commands(app, invocation);
  add_config_commands(app, invocation);
  add_user_commands(app, invocation);
  add_mirror_commands(app, invocation);
  add_witness_commands(app, invocation);
  add_ca_commands(app, invocation);
  add_enrol_command(app, invocation);
  app.add_subcommand("version", "Print the version")->callback([&invocation] {
    invocation.action = []() -> Result<void> {
      fmt::print("candor {}\n", kVersion);
      return {};
    };
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsedWrongly;
  }
  const Result<void> done = invocation.action();
  if (!done.has_value()) {
    std::fprintf(stderr, "candor: %s\n", done.error().message().c_str());
    return kFailed;
  }
  return 0;
}

}  // namespace
}  // namespace candor::app::cli

int main(int argc, char** argv) {
  try {
    return candor::app::cli::run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "candor: %s\n", problem.what());
    return 1;
  }
}
