// SPDX-License-Identifier: Apache-2.0
#include "app/cli/enrol_commands.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "pki/enrolment.h"

namespace candor::app::cli {
namespace {

struct EnrolOptions {
  std::string folder = ".";
  std::string site;
  std::string role;
  std::string name;
  std::string code;
  std::string certificate;
  std::string ca;
  std::string crl;
};

Result<void> request(const EnrolOptions& options) {
  if (options.site.empty() || options.role.empty() || options.name.empty()) {
    return fail(ErrorKind::kInvalidArgument,
                "--code needs --site, --role and --name, as the code was made for");
  }
  CANDOR_TRY(const pki::Role role, pki::parse_role(options.role));
  CANDOR_TRY(const pki::EnrolmentCode code, pki::parse_code(options.code));
  CANDOR_TRY(const std::string path,
             pki::begin_enrolment(
                 options.folder, {.site = options.site, .role = role, .name = options.name}, code));
  fmt::print("{}\nbring it to the CA: candor ca sign request.pem\n", path);
  return {};
}

Result<void> install(const EnrolOptions& options) {
  if (options.ca.empty()) {
    return fail(ErrorKind::kInvalidArgument, "--install needs --ca, the CA's certificate");
  }
  CANDOR_TRY(const pki::Installation done,
             pki::install(options.folder, options.certificate, options.ca, options.crl,
                          SystemClock().utc()));
  fmt::print("{}: {} until {}\nCA's SHA-256, compare it with `candor ca list`: {}\n",
             options.folder, to_uri(done.identity), to_rfc3339(done.expires).substr(0, 10),
             done.ca_fingerprint);
  if (!done.has_list) {
    fmt::print("no revocation list yet: candor enrol --folder {} --crl FILE\n", options.folder);
  }
  return {};
}

Result<void> enrol(const EnrolOptions& options) {
  if (!options.code.empty() && !options.certificate.empty()) {
    return fail(ErrorKind::kInvalidArgument, "--code comes first, --install afterwards");
  }
  if (!options.code.empty()) {
    return request(options);
  }
  if (!options.certificate.empty()) {
    return install(options);
  }
  if (!options.crl.empty()) {
    return pki::install_list(options.folder, options.crl);
  }
  return fail(ErrorKind::kInvalidArgument, "one of --code, --install and --crl is needed");
}

}  // namespace

void add_enrol_command(CLI::App& app, Invocation& invocation) {
  auto* command = app.add_subcommand(
      "enrol", "Get a certificate for this host or monitor: --code first, --install afterwards");
  auto options = std::make_shared<EnrolOptions>();
  command->add_option("--folder", options->folder, "where key and certificates lie")->required();
  command->add_option("--site", options->site, "the site's short name");
  command->add_option("--role", options->role, "capture or monitor");
  command->add_option("--name", options->name, "the short name of this host or monitor");
  command->add_option("--code", options->code, "what `candor ca invite` printed");
  command->add_option("--install", options->certificate, "the certificate that the CA made");
  command->add_option("--ca", options->ca, "the CA's certificate, ca.pem");
  command->add_option("--crl", options->crl, "the CA's revocation list, crl.pem; also alone");
  command->callback(
      [options, &invocation] { invocation.action = [options] { return enrol(*options); }; });
}

}  // namespace candor::app::cli
