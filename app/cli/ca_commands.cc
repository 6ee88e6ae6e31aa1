// SPDX-License-Identifier: Apache-2.0
#include "app/cli/ca_commands.h"

#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/cli/secret_input.h"
#include "app/cli/text_output.h"
#include "pki/authority.h"
#include "pki/files.h"

namespace candor::app::cli {
namespace {

using pki::Authority;

struct CaOptions {
  std::string folder = ".";
  std::string site;
  std::string role;
  std::string name;
  std::string request;
  std::string out;
  std::string serial;
  int days = static_cast<int>(pki::kCertificateLife.count() / 24);
  bool from_stdin = false;
};

Result<std::string> passphrase(const CaOptions& options, bool is_new = false) {
  return read_secret({.what = "passphrase", .option = "--passphrase-stdin", .is_new = is_new},
                     options.from_stdin);
}

// The end of a RFC 3339 time is of no use to a person.
std::string day_of(UtcTime time) { return to_rfc3339(time).substr(0, 10); }

Result<void> init(const CaOptions& options) {
  CANDOR_TRY(const std::string secret, passphrase(options, true));
  CANDOR_CHECK(Authority::init(options.folder, options.site, secret, SystemClock().utc()));
  CANDOR_TRY(const Authority ca, Authority::open(options.folder));
  CANDOR_TRY(const std::string fingerprint, ca.fingerprint());
  fmt::print("{}: the CA of site {}\nSHA-256 {}\n", options.folder, options.site, fingerprint);
  return {};
}

Result<void> invite(const CaOptions& options) {
  CANDOR_TRY(const pki::Role role, pki::parse_role(options.role));
  CANDOR_TRY(Authority ca, Authority::open(options.folder));
  CANDOR_TRY(const std::string code, ca.invite(role, options.name, SystemClock().utc()));
  fmt::print("{}\n", code);
  fmt::print(stderr,
             "valid once, for 24 hours; on {}: candor enrol --folder F --site {} --role {} "
             "--name {} --code CODE\n",
             options.name, ca.journal().site(), options.role, options.name);
  return {};
}

Result<void> sign(const CaOptions& options) {
  CANDOR_TRY(const std::string request, pki::read_file(options.request));
  CANDOR_TRY(Authority ca, Authority::open(options.folder));
  CANDOR_TRY(const std::string secret, passphrase(options));
  CANDOR_TRY(const pki::SignedCertificate made,
             ca.sign(request, secret, std::chrono::hours(24) * options.days, SystemClock().utc()));
  const std::string path = options.out.empty()
                               ? fmt::format("{}/{}-{}.pem", options.folder,
                                             made.issued.identity.name, day_of(made.issued.from))
                               : options.out;
  CANDOR_CHECK(pki::replace_file(path, made.pem, pki::kPublicMode));
  fmt::print("{}: {}, serial {}, until {}\nhand over with it: {}/ca.pem and {}\n", path,
             to_uri(made.issued.identity), made.issued.serial, day_of(made.issued.to),
             options.folder, ca.crl_path());
  return {};
}

Result<void> revoke(const CaOptions& options) {
  CANDOR_TRY(Authority ca, Authority::open(options.folder));
  CANDOR_TRY(const std::string secret, passphrase(options));
  const UtcTime now = SystemClock().utc();
  CANDOR_TRY(const auto revoked, options.serial.empty()
                                     ? ca.revoke_name(options.name, secret, now)
                                     : ca.revoke_serial(options.serial, secret, now));
  for (const pki::Issued& one : revoked) {
    fmt::print("revoked {} of {}\n", one.serial, to_uri(one.identity));
  }
  fmt::print("{}: bring it to every host and monitor: candor enrol --folder F --crl FILE\n",
             ca.crl_path());
  return {};
}

Result<void> write_list(const CaOptions& options) {
  CANDOR_TRY(Authority ca, Authority::open(options.folder));
  CANDOR_TRY(const std::string secret, passphrase(options));
  CANDOR_CHECK(ca.write_list(secret, SystemClock().utc()));
  fmt::print("{}\n", ca.crl_path());
  return {};
}

Result<void> list(const CaOptions& options) {
  CANDOR_TRY(const Authority ca, Authority::open(options.folder));
  const UtcTime now = SystemClock().utc();
  std::vector<std::vector<std::string>> rows = {{"ROLE", "NAME", "SERIAL", "UNTIL", "STATE"}};
  for (const pki::Issued& one : ca.journal().issued()) {
    const std::string state = one.revoked.has_value() ? "revoked " + day_of(*one.revoked)
                              : one.to <= now         ? "expired"
                                                      : "valid";
    rows.push_back({std::string(to_string(one.identity.role)), one.identity.name, one.serial,
                    day_of(one.to), state});
  }
  for (const auto& [id, one] : ca.journal().invitations()) {
    if (!one.is_used && one.expires > now) {
      rows.push_back({std::string(to_string(one.identity.role)), one.identity.name, id + "-...",
                      day_of(one.expires), "invited"});
    }
  }
  CANDOR_TRY(const std::string fingerprint, ca.fingerprint());
  fmt::print("site {}, SHA-256 {}\n{}", ca.journal().site(), fingerprint, columns(rows));
  return {};
}

// A command that runs `act` with the options.
class CaCommand {
 public:
  using Act = Result<void> (*)(const CaOptions&);

  CaCommand(CLI::App& group, Invocation& invocation, std::shared_ptr<CaOptions> options)
      : group_(group), invocation_(invocation), options_(std::move(options)) {}

  CLI::App& add(const std::string& name, const std::string& what, Act act, bool needs_key) {
    auto* command = group_.add_subcommand(name, what);
    command->add_option("--folder", options_->folder, "the CA's folder; this one unless told");
    if (needs_key) {
      command->add_flag("--passphrase-stdin", options_->from_stdin,
                        "read the passphrase from the first line of standard input");
    }
    command->callback([options = options_, act, &invocation = invocation_] {
      invocation.action = [options, act] { return act(*options); };
    });
    return *command;
  }

 private:
  CLI::App& group_;
  Invocation& invocation_;
  std::shared_ptr<CaOptions> options_;
};

}  // namespace

void add_ca_commands(CLI::App& app, Invocation& invocation) {
  auto* group = app.add_subcommand("ca", "The site's own CA, on a machine that is kept offline");
  group->require_subcommand(1);
  auto options = std::make_shared<CaOptions>();
  CaCommand commands(*group, invocation, options);
  commands.add("init", "Make the CA of a site", init, true)
      .add_option("--site", options->site, "the site's short name, as [site] name")
      ->required();
  auto& invited =
      commands.add("invite", "Print a one-time code for a host or monitor", invite, false);
  invited.add_option("--role", options->role, "capture or monitor")->required();
  invited.add_option("--name", options->name, "its short name")->required();
  auto& signs =
      commands.add("sign", "Make the certificate for a request of `candor enrol`", sign, true);
  signs.add_option("request", options->request, "the file request.pem")->required();
  signs.add_option("--out", options->out,
                   "where the certificate goes; NAME-DATE.pem in the folder");
  signs.add_option("--days", options->days, "how long it is valid")
      ->check(CLI::Range(1, static_cast<int>(pki::kCertificateLifeMax.count() / 24)))
      ->capture_default_str();
  auto& revokes = commands.add("revoke", "Revoke certificates and write the list", revoke, true);
  auto* choice = revokes.add_option_group("which");
  choice->add_option("--serial", options->serial, "one certificate, as `candor ca list` shows it");
  choice->add_option("--name", options->name, "all of a host or monitor");
  choice->require_option(1);
  commands.add("crl", "Write the revocation list anew, valid for 120 days", write_list, true);
  commands.add("list", "List certificates and invitations", list, false);
}

}  // namespace candor::app::cli
