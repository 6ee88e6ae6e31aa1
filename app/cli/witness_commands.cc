// SPDX-License-Identifier: Apache-2.0
#include "app/cli/witness_commands.h"

#include <cstdlib>
#include <memory>
#include <pwd.h>
#include <string>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/text_output.h"
#include "app/cli/witness_enrol.h"
#include "config/loader.h"
#include "core/text.h"
#include "monitor/records/witness_records.h"

namespace candor::app::cli {
namespace {

using records::WitnessRecords;

constexpr std::size_t kActorBytesMax = 64;

// The configuration and the memory it names.
struct Opened {
  config::Config config;
  std::unique_ptr<WitnessRecords> records;
};

Result<Opened> open_witness(const Invocation& invocation) {
  CANDOR_TRY(config::Config config, config::load_config(invocation.config_path));
  if (!config.monitor.witness.has_value()) {
    return fail(ErrorKind::kInvalidArgument,
                invocation.config_path + ": the section [monitor.witness] is needed");
  }
  CANDOR_TRY(auto records, WitnessRecords::open_in(config.monitor.state));
  return Opened{.config = std::move(config), .records = std::move(records)};
}

// Who is at the keyboard, as this machine knows.
records::Actor actor() {
  const char* before_sudo = std::getenv("SUDO_USER");
  const passwd* account = ::getpwuid(::getuid());
  const std::string name = before_sudo != nullptr ? before_sudo
                           : account != nullptr   ? account->pw_name
                                                  : std::to_string(::getuid());
  return {.name = plain_text(name, kActorBytesMax), .at = SystemClock().utc()};
}

Result<void> show_witness(const Invocation& invocation) {
  CANDOR_TRY(const Opened opened, open_witness(invocation));
  CANDOR_TRY(const auto vkey, opened.records->vkey());
  if (!vkey.has_value()) {
    return fail(ErrorKind::kFailedPrecondition,
                "the witness has no key yet: candor-monitor makes it at its first start");
  }
  fmt::print("{}\n", *vkey);
  return {};
}

std::string second_text(std::uint64_t time_s) {
  const UtcTime time{static_cast<std::int64_t>(time_s) * 1'000'000'000};
  return to_rfc3339(time).substr(0, 19) + "Z";
}

Result<void> list_logs(const Invocation& invocation) {
  CANDOR_TRY(const Opened opened, open_witness(invocation));
  std::vector<std::vector<std::string>> rows = {{"LOG", "STATE", "SIZE", "COSIGNED", "BY"}};
  CANDOR_TRY(const auto logs, opened.records->logs.list());
  for (const records::WitnessedLog& log : logs) {
    rows.push_back({log.origin, log.is_enrolled ? "enrolled" : "retired",
                    log.last.has_value() ? std::to_string(log.last->size) : "-",
                    log.last.has_value() ? second_text(log.last->time_s) : "-", log.enrolled_by});
  }
  CANDOR_TRY(const auto pending, opened.records->offers.pending());
  for (const records::PendingLog& log : pending) {
    rows.push_back(
        {log.origin, "pending since " + to_rfc3339(log.first).substr(0, 19) + "Z", "-", "-", "-"});
  }
  fmt::print("{}", columns(rows));
  CANDOR_TRY(const auto refusals, opened.records->offers.open_refusals());
  for (const records::Refused& refused : refusals) {
    fmt::print("ALARM {}: {}: size {} was signed after {} had been cosigned, {} times\n",
               refused.origin, records::to_string(refused.kind), refused.size,
               refused.cosigned_size, refused.count);
  }
  return {};
}

Result<void> retire_log(const Invocation& invocation, const std::string& origin) {
  CANDOR_TRY(const Opened opened, open_witness(invocation));
  CANDOR_TRY(auto transaction, records::Transaction::begin(opened.records->database));
  CANDOR_CHECK(opened.records->logs.retire(origin, actor()));
  CANDOR_TRY(const auto log, opened.records->logs.find(origin));
  CANDOR_CHECK(transaction.commit());
  fmt::print("{}", log.has_value() && log->last.has_value() ? log->last->note : "");
  return {};
}

Result<void> settle_log(const Invocation& invocation, const std::string& origin,
                        const std::string& reason) {
  CANDOR_TRY(const Opened opened, open_witness(invocation));
  CANDOR_TRY(auto transaction, records::Transaction::begin(opened.records->database));
  CANDOR_TRY(const std::int64_t count, opened.records->offers.settle(origin));
  if (count == 0) {
    return fail(ErrorKind::kNotFound, fmt::format("nothing is open of log {}", origin));
  }
  CANDOR_CHECK(opened.records->logs.note_act(actor(), "settle", origin, reason));
  return transaction.commit();
}

// As add-checkpoint had it, to standard output: for whoever examines it.
Result<void> show_refused(const Invocation& invocation, const std::string& origin) {
  CANDOR_TRY(const Opened opened, open_witness(invocation));
  CANDOR_TRY(const auto refusals, opened.records->offers.refusals(origin));
  for (const records::Refused& refused : refusals) {
    fmt::print("{} first {} last {} count {}\n{}\n", records::to_string(refused.kind),
               to_rfc3339(refused.first), to_rfc3339(refused.last), refused.count,
               as_text(refused.request));
  }
  return {};
}

struct LogOptions {
  std::string origin;
  std::string reason;
};

void add_enrol(CLI::App& group, Invocation& invocation) {
  auto options = std::make_shared<EnrolOptions>();
  auto* enrol = group.add_subcommand("enrol", "Let a log in: from now on it is cosigned");
  enrol->add_option("origin", options->origin, "the log's origin line")->required();
  enrol->add_option("--vkey", options->vkey, "the log's key; without it, the hosts are asked");
  enrol->add_flag("--yes", options->says_yes, "the key was compared: do not ask");
  enrol->callback([options, &invocation] {
    invocation.action = [options, &invocation]() -> Result<void> {
      CANDOR_TRY(const Opened opened, open_witness(invocation));
      return enrol_log(opened.config, *opened.records, *options, actor());
    };
  });
}

void add_log_commands(CLI::App& group, Invocation& invocation) {
  auto options = std::make_shared<LogOptions>();
  auto* retire = group.add_subcommand(
      "retire", "Cosign a log no more; prints the last checkpoint, which is kept");
  retire->callback([options, &invocation] {
    invocation.action = [options, &invocation] { return retire_log(invocation, options->origin); };
  });
  auto* refused = group.add_subcommand("refused", "Print what contradicted a log, as it was sent");
  refused->callback([options, &invocation] {
    invocation.action = [options, &invocation] {
      return show_refused(invocation, options->origin);
    };
  });
  auto* settle = group.add_subcommand(
      "settle", "End the alarms of a log that was looked into; the evidence is kept");
  settle->add_option("--reason", options->reason, "what was found")->required();
  settle->callback([options, &invocation] {
    invocation.action = [options, &invocation] {
      return settle_log(invocation, options->origin, options->reason);
    };
  });
  for (auto* command : {retire, refused, settle}) {
    command->add_option("origin", options->origin, "the log's origin line")->required();
  }
}

}  // namespace

void add_witness_commands(CLI::App& app, Invocation& invocation) {
  auto* group = app.add_subcommand("witness", "The monitor's witness on this machine");
  group->require_subcommand(1);
  group->add_subcommand("show", "Print the witness's public key")->callback([&invocation] {
    invocation.action = [&invocation] { return show_witness(invocation); };
  });
  group->add_subcommand("list", "List the logs that it cosigns or was offered")
      ->callback(
          [&invocation] { invocation.action = [&invocation] { return list_logs(invocation); }; });
  add_enrol(*group, invocation);
  add_log_commands(*group, invocation);
}

}  // namespace candor::app::cli
