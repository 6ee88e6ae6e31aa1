// SPDX-License-Identifier: Apache-2.0
#include "app/cli/user_commands.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/secret_input.h"
#include "app/cli/text_output.h"
#include "config/loader.h"
#include "monitor/records/records.h"

namespace candor::app::cli {
namespace {

using records::Records;

Result<std::unique_ptr<Records>> open_records(const Invocation& invocation) {
  CANDOR_TRY(const config::Config config, config::load_config(invocation.config_path));
  if (config.monitor.state.empty()) {
    return fail(ErrorKind::kInvalidArgument,
                invocation.config_path + ": the section [monitor] is needed");
  }
  return Records::open_in(config.monitor.state);
}

Result<std::string> read_password(bool from_stdin) {
  return read_secret({.what = "password", .option = "--password-stdin", .is_new = true},
                     from_stdin);
}

struct UserOptions {
  std::string name;
  std::string role;
  bool from_stdin = false;
};

Result<void> add_user(const Invocation& invocation, const UserOptions& options) {
  CANDOR_TRY(const records::Role role, records::parse_role(options.role));
  CANDOR_TRY(const auto records, open_records(invocation));
  CANDOR_TRY(const std::string password, read_password(options.from_stdin));
  return records->accounts.add(options.name, role, password, SystemClock().utc());
}

Result<void> set_password(const Invocation& invocation, const UserOptions& options) {
  CANDOR_TRY(const auto records, open_records(invocation));
  CANDOR_TRY(const std::string password, read_password(options.from_stdin));
  return records->accounts.set_password(options.name, password);
}

Result<void> list_users(const Invocation& invocation) {
  CANDOR_TRY(const auto records, open_records(invocation));
  CANDOR_TRY(const auto accounts, records->accounts.list());
  std::vector<std::vector<std::string>> rows = {{"ACCOUNT", "ROLE", "STATE"}};
  for (const records::Account& account : accounts) {
    rows.push_back({account.name, std::string(records::to_string(account.role)),
                    account.is_locked ? "locked" : "active"});
  }
  fmt::print("{}", columns(rows));
  return {};
}

void add_lock(CLI::App& group, Invocation& invocation, bool locks) {
  auto* command =
      group.add_subcommand(locks ? "lock" : "unlock",
                           locks ? "End its logins and let none begin" : "Let it log in again");
  auto name = std::make_shared<std::string>();
  command->add_option("name", *name, "the account")->required();
  command->callback([name, locks, &invocation] {
    invocation.action = [name, locks, &invocation]() -> Result<void> {
      CANDOR_TRY(const auto records, open_records(invocation));
      return records->accounts.lock(*name, locks);
    };
  });
}

}  // namespace

void add_user_commands(CLI::App& app, Invocation& invocation) {
  auto* group = app.add_subcommand("user", "Accounts of the monitor on this machine");
  group->require_subcommand(1);
  auto options = std::make_shared<UserOptions>();
  auto* add = group->add_subcommand("add", "Make an account");
  add->add_option("name", options->name, "the account")->required();
  add->add_option("--role", options->role,
                  "supervisor, investigator, custodian, technician or administrator")
      ->required();
  add->callback([options, &invocation] {
    invocation.action = [options, &invocation] { return add_user(invocation, *options); };
  });
  auto* password = group->add_subcommand("password", "Give an account a new password");
  password->add_option("name", options->name, "the account")->required();
  password->callback([options, &invocation] {
    invocation.action = [options, &invocation] { return set_password(invocation, *options); };
  });
  for (auto* command : {add, password}) {
    command->add_flag("--password-stdin", options->from_stdin,
                      "read the password from the first line of standard input");
  }
  group->add_subcommand("list", "List the accounts")->callback([&invocation] {
    invocation.action = [&invocation] { return list_users(invocation); };
  });
  add_lock(*group, invocation, true);
  add_lock(*group, invocation, false);
}

}  // namespace candor::app::cli
