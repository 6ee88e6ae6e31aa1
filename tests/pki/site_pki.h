// SPDX-License-Identifier: Apache-2.0
// A site's CA in a folder of its own, and programs that were enrolled with it.
#pragma once

#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "pki/authority.h"
#include "pki/credentials.h"
#include "pki/enrolment.h"
#include "tests/support/temp_folder.h"

namespace candor::test {

inline constexpr std::string_view kPassphrase = "a passphrase of a test";

inline std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Thread: one. What fails fails the test.
class SitePki {
 public:
  explicit SitePki(std::string site = "demo") : site_(std::move(site)) {
    EXPECT_TRUE(pki::Authority::init(ca_folder(), site_, kPassphrase, now()).has_value());
  }

  [[nodiscard]] static UtcTime now() { return SystemClock().utc(); }
  [[nodiscard]] std::string ca_folder() const { return folder_ / "ca"; }
  [[nodiscard]] std::string host_folder(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] pki::Authority authority() const {
    return pki::Authority::open(ca_folder()).value();
  }
  [[nodiscard]] pki::Identity identity(pki::Role role, const std::string& name) const {
    return {.site = site_, .role = role, .name = name};
  }

  /// A code for what was asked, at a time.
  [[nodiscard]] pki::EnrolmentCode invite(pki::Role role, const std::string& name,
                                          UtcTime at = now()) const {
    return pki::parse_code(authority().invite(role, name, at).value()).value();
  }
  /// The text of a request with this code.
  [[nodiscard]] std::string request(const pki::Identity& wanted, const pki::EnrolmentCode& code) {
    const auto path = pki::begin_enrolment(host_folder(wanted.name), wanted, code);
    return path.has_value() ? text_of(*path) : path.error().message();
  }

  /// A folder as `candor enrol --install` leaves it. `at` in the past makes it expire.
  std::string enrol(pki::Role role, const std::string& name, UtcTime at = now()) {
    const std::string text = request(identity(role, name), invite(role, name, at));
    const auto made = authority().sign(text, kPassphrase, std::chrono::hours(24), at);
    EXPECT_TRUE(made.has_value()) << made.error().message();
    const std::string certificate = folder_ / (name + ".pem");
    std::ofstream(certificate) << made->pem;
    const auto installed = pki::install(host_folder(name), certificate, ca_folder() + "/ca.pem",
                                        ca_folder() + "/crl.pem", at);
    EXPECT_TRUE(installed.has_value()) << installed.error().message();
    return host_folder(name);
  }
  std::shared_ptr<pki::Credentials> credentials(pki::Role role, const std::string& name,
                                                UtcTime at = now()) {
    auto loaded =
        pki::Credentials::load(pki::credential_paths(enrol(role, name, at)), identity(role, name));
    EXPECT_TRUE(loaded.has_value()) << loaded.error().message();
    return loaded.value();
  }
  /// Revokes, and brings the new list into one folder.
  void revoke(const std::string& name, const std::string& folder) {
    EXPECT_TRUE(authority().revoke_name(name, kPassphrase, now()).has_value());
    const auto installed = pki::install_list(folder, ca_folder() + "/crl.pem");
    EXPECT_TRUE(installed.has_value()) << installed.error().message();
  }

 private:
  std::string site_;
  TempFolder folder_;
};

}  // namespace candor::test
