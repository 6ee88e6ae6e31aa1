// SPDX-License-Identifier: Apache-2.0
#include "app/cli/mirror_commands.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <pwd.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "config/loader.h"
#include "core/text.h"
#include "monitor/mirror/files.h"
#include "monitor/mirror/findings_file.h"
#include "monitor/mirror/mirrored_log.h"

namespace candor::app::cli {
namespace {

constexpr std::uint64_t kOriginBytesMax = 4096;
constexpr std::size_t kReasonBytesMax = 1024;

Result<std::string> mirror_folder(const Invocation& invocation) {
  CANDOR_TRY(const config::Config config, config::load_config(invocation.config_path));
  if (config.monitor.name.empty()) {
    return fail(ErrorKind::kInvalidArgument,
                invocation.config_path + ": the section [monitor] is needed");
  }
  return config.monitor.state + "/mirror";
}

Result<std::string> log_folder(const Invocation& invocation, const std::string& origin) {
  CANDOR_TRY(const std::string mirror, mirror_folder(invocation));
  std::string folder = mirror + "/" + mirror::log_folder_name(origin);
  if (!mirror::exists(folder + "/origin")) {
    return fail(ErrorKind::kNotFound, fmt::format("no log {} is mirrored here", origin));
  }
  return folder;
}

// Only reads: the monitor may be writing.
Result<void> list_logs(const Invocation& invocation) {
  CANDOR_TRY(const std::string mirror, mirror_folder(invocation));
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator(mirror, code)) {
    const auto origin = mirror::read_file(entry.path().string() + "/origin", kOriginBytesMax);
    if (!origin.has_value() || origin->empty()) {
      continue;
    }
    CANDOR_TRY(const auto findings, mirror::FindingsFile::read(entry.path().string()));
    fmt::print("{}  {} open\n", as_text(*origin).substr(0, origin->size() - 1), findings.size());
  }
  return {};
}

Result<void> show_found(const Invocation& invocation, const std::string& origin) {
  CANDOR_TRY(const std::string folder, log_folder(invocation, origin));
  CANDOR_TRY(const auto findings, mirror::FindingsFile::read(folder));
  for (const mirror::KeptFinding& finding : findings) {
    fmt::print("{} entry {} {} {} {}\n", to_rfc3339(finding.seen), finding.index,
               finding.kind.empty() ? "-" : finding.kind, finding.rule.empty() ? "-" : finding.rule,
               plain_text(finding.sentence, kReasonBytesMax));
  }
  return {};
}

Result<void> settle(const Invocation& invocation, const std::string& origin,
                    const std::string& reason) {
  CANDOR_TRY(const std::string folder, log_folder(invocation, origin));
  const char* before_sudo = std::getenv("SUDO_USER");
  const passwd* account = ::getpwuid(::getuid());
  const std::string who = before_sudo != nullptr ? before_sudo
                          : account != nullptr   ? account->pw_name
                                                 : std::to_string(::getuid());
  return mirror::FindingsFile::settle(folder, plain_text(who + ": " + reason, kReasonBytesMax),
                                      SystemClock().utc());
}

struct LogOptions {
  std::string origin;
  std::string reason;
};

}  // namespace

void add_mirror_commands(CLI::App& app, Invocation& invocation) {
  auto* group = app.add_subcommand("mirror", "The logs that the monitor on this machine holds");
  group->require_subcommand(1);
  group->add_subcommand("list", "List the logs, with what is open of each")
      ->callback(
          [&invocation] { invocation.action = [&invocation] { return list_logs(invocation); }; });
  auto options = std::make_shared<LogOptions>();
  auto* found = group->add_subcommand("found", "Print what was found in a log and is not settled");
  found->callback([options, &invocation] {
    invocation.action = [options, &invocation] { return show_found(invocation, options->origin); };
  });
  auto* settled = group->add_subcommand(
      "settle", "End the alarms of a log that was looked into; what was found is kept");
  settled->add_option("--reason", options->reason, "what was found")->required();
  settled->callback([options, &invocation] {
    invocation.action = [options, &invocation] {
      return settle(invocation, options->origin, options->reason);
    };
  });
  for (auto* command : {found, settled}) {
    command->add_option("origin", options->origin, "the log's origin line")->required();
  }
}

}  // namespace candor::app::cli
