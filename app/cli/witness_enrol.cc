// SPDX-License-Identifier: Apache-2.0
#include "app/cli/witness_enrol.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <optional>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/cli/text_output.h"
#include "evidence/checkpoint.h"
#include "evidence/note_key.h"
#include "monitor/host_endpoint.h"
#include "monitor/witness/watch.h"
#include "net/json_client.h"

namespace candor::app::cli {
namespace {

using records::WitnessedLog;
using records::WitnessRecords;

constexpr std::chrono::seconds kHostMax{5};

// What one host says of the log; empty when it does not have it.
Result<std::string> vkey_at(const net::Endpoint& endpoint, const std::string& origin) {
  net::ClientRequest request;
  request.target = "/v1/logs";
  CANDOR_TRY(const boost::json::object answer, net::ask_json(endpoint, request, kHostMax));
  for (const boost::json::object& log : objects_in(answer, "logs")) {
    if (field_text(log, "origin") == origin) {
      return field_text(log, "vkey");
    }
  }
  return std::string();
}

Result<std::string> vkey_of_hosts(const config::Config& config, const std::string& origin) {
  CANDOR_TRY(const auto credentials, monitor::load_credentials(config));
  std::string unheard;
  for (const config::HostConfig& host : config.monitor.hosts) {
    const auto vkey = vkey_at(monitor::endpoint_of(host, config.site, credentials), origin);
    if (vkey.has_value() && !vkey->empty()) {
      return *vkey;
    }
    if (!vkey.has_value()) {
      unheard += fmt::format("; {}: {}", host.name, vkey.error().message());
    }
  }
  return fail(ErrorKind::kNotFound,
              fmt::format("no host has the log {}; give its key with --vkey{}", origin, unheard));
}

Result<evidence::NoteKey> read_key(const std::string& vkey, const std::string& origin) {
  CANDOR_TRY(evidence::NoteKey key, evidence::parse_vkey(vkey));
  if (key.type != evidence::KeyType::kEd25519) {
    return fail(ErrorKind::kInvalidArgument, "this is a witness's key, not a log's");
  }
  if (key.name != origin) {
    return fail(ErrorKind::kInvalidArgument,
                fmt::format("this is the key of {}, not of {}", key.name, origin));
  }
  return key;
}

// The epochs of the same room that are enrolled.
Result<std::vector<WitnessedLog>> former_epochs(WitnessRecords& records,
                                                const std::string& origin) {
  const witness::OriginParts parts = witness::parts_of(origin);
  std::vector<WitnessedLog> former;
  CANDOR_TRY(const auto logs, records.logs.list());
  for (const WitnessedLog& log : logs) {
    const witness::OriginParts other = witness::parts_of(log.origin);
    if (parts.prefix.empty() || other.prefix != parts.prefix || other.epoch == parts.epoch) {
      continue;
    }
    if (other.epoch > parts.epoch) {
      return fail(ErrorKind::kFailedPrecondition,
                  fmt::format("{} is a later epoch of this room and known already", log.origin));
    }
    if (log.is_enrolled) {
      former.push_back(log);
    }
  }
  return former;
}

// What the log has shown so far, in a sentence.
Result<std::string> offered_text(WitnessRecords& records, const evidence::NoteKey& key) {
  CANDOR_TRY(const auto pending, records.offers.pending());
  const auto found = std::ranges::find(pending, key.name, &records::PendingLog::origin);
  if (found == pending.end()) {
    return "nothing yet";
  }
  const std::string first = to_rfc3339(found->first);
  if (found->note.empty()) {
    return fmt::format("a checkpoint too long to be kept, first at {}", first);
  }
  const std::array known = {key};
  const auto opened = evidence::open_checkpoint(found->note, known);
  if (!opened.has_value()) {
    return fail(Error(ErrorKind::kPermissionDenied,
                      fmt::format("what {} offered is not signed by this key: {}", key.name,
                                  opened.error().message())));
  }
  return fmt::format("size {}, signed by this key, first at {}", opened->checkpoint.size, first);
}

// In groups of eight, as people compare.
std::string fingerprint(const std::string& vkey) {
  const std::string hex = to_hex(evidence::sha256(as_bytes(vkey)));
  std::string grouped;
  for (std::size_t at = 0; at < hex.size(); at += 8) {
    grouped += (at == 0 ? "" : " ") + hex.substr(at, 8);
  }
  return grouped;
}

void show(const evidence::NoteKey& key, const std::string& offered,
          const std::vector<WitnessedLog>& former) {
  const std::string vkey = evidence::format_vkey(key);
  fmt::print("Log          {}\nKey          {}\nFingerprint  {}\nOffered      {}\n", key.name, vkey,
             fingerprint(vkey), offered);
  for (const WitnessedLog& log : former) {
    fmt::print("\nRetires {}, whose last cosigned checkpoint is:\n{}", log.origin,
               log.last.has_value() ? log.last->note : "(none)\n");
  }
}

Result<void> ask_person() {
  if (::isatty(STDIN_FILENO) == 0) {
    return fail(ErrorKind::kCancelled,
                "standard input is no terminal: compare the key, then say --yes");
  }
  fmt::print(stderr,
             "\nCompare the key with the one that the recorder itself shows. Is it the same? "
             "Type yes: ");
  std::string line;
  std::getline(std::cin, line);
  return line == "yes" ? Result<void>() : fail(ErrorKind::kCancelled, "nothing was enrolled");
}

}  // namespace

Result<void> enrol_log(const config::Config& config, WitnessRecords& records,
                       const EnrolOptions& options, const records::Actor& actor) {
  std::string vkey = options.vkey;
  if (vkey.empty()) {
    CANDOR_TRY(vkey, vkey_of_hosts(config, options.origin));
  }
  CANDOR_TRY(const evidence::NoteKey key, read_key(vkey, options.origin));
  CANDOR_TRY(const auto former, former_epochs(records, key.name));
  CANDOR_TRY(const std::string offered, offered_text(records, key));
  show(key, offered, former);
  if (!options.says_yes) {
    CANDOR_CHECK(ask_person());
  }
  CANDOR_TRY(records::Transaction transaction, records::Transaction::begin(records.database));
  for (const WitnessedLog& log : former) {
    CANDOR_CHECK(records.logs.retire(log.origin, actor));
  }
  CANDOR_CHECK(records.logs.enrol(key.name, evidence::format_vkey(key), actor));
  return transaction.commit();
}

}  // namespace candor::app::cli
