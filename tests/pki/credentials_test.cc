// SPDX-License-Identifier: Apache-2.0
#include "pki/credentials.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "pki/certificate.h"
#include "tests/pki/site_pki.h"

namespace candor::pki {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class CredentialsTest : public ::testing::Test {
 protected:
  std::string verdict(const Identity& own) {
    const auto loaded = Credentials::load(credential_paths(folder_), own);
    return loaded.has_value() ? "loaded" : loaded.error().message();
  }
  [[nodiscard]] Identity host() const { return site_.identity(Role::kCapture, "host-1"); }
  // What a host says about a peer's certificate that it looks at again.
  std::string objection(const std::string& peer_folder, const ExpectedPeer& expected) {
    const auto loaded = Credentials::load(credential_paths(folder_), host()).value();
    const auto peer = load_certificate(credential_paths(peer_folder).certificate).value();
    return loaded->objection_to(*peer, expected);
  }

  test::SitePki site_;
  const std::string folder_ = site_.enrol(Role::kCapture, "host-1");
  const ExpectedPeer any_monitor_{.site = "demo", .role = Role::kMonitor, .name = {}};
};

TEST_F(CredentialsTest, LoadsWhatWasInstalled) { EXPECT_EQ(verdict(host()), "loaded"); }

TEST_F(CredentialsTest, AProgramShowsNobodyElsesCertificate) {
  EXPECT_THAT(verdict(site_.identity(Role::kMonitor, "host-1")),
              HasSubstr("is for candor://demo/capture/host-1, this program is "
                        "candor://demo/monitor/host-1; enrol it: candor enrol"));
}

TEST_F(CredentialsTest, RefusesAKeyThatOthersCanRead) {
  ::chmod((folder_ + "/key.pem").c_str(), 0640);

  EXPECT_THAT(verdict(host()), HasSubstr("can be read by others; run: chmod 600"));
}

TEST_F(CredentialsTest, NamesTheFileThatIsMissing) {
  std::filesystem::remove(folder_ + "/crl.pem");

  EXPECT_THAT(verdict(host()), HasSubstr("crl.pem"));
}

TEST_F(CredentialsTest, RefusesAKeyOfAnotherCertificate) {
  const std::string other = site_.enrol(Role::kCapture, "host-2");
  std::filesystem::copy_file(other + "/key.pem", folder_ + "/key.pem",
                             std::filesystem::copy_options::overwrite_existing);

  EXPECT_THAT(verdict(host()), HasSubstr("is not the key of"));
}

TEST_F(CredentialsTest, ReadsFilesAgainOnlyWhenTheyHaveChanged) {
  const auto loaded = Credentials::load(credential_paths(folder_), host()).value();
  const auto before = loaded->context();
  EXPECT_EQ(loaded->reload().value(), false);

  ASSERT_TRUE(site_.authority().write_list(test::kPassphrase, test::SitePki::now()).has_value());
  ASSERT_TRUE(install_list(folder_, site_.ca_folder() + "/crl.pem").has_value());

  EXPECT_EQ(loaded->reload().value(), true);
  EXPECT_NE(loaded->context(), before);
}

TEST_F(CredentialsTest, AFaultyFileLeavesTheOldInUseAndIsTriedAgain) {
  const auto loaded = Credentials::load(credential_paths(folder_), host()).value();
  const auto before = loaded->context();
  const std::string good = test::text_of(folder_ + "/certificate.pem");
  std::ofstream(folder_ + "/certificate.pem") << "half a fi";

  EXPECT_FALSE(loaded->reload().has_value());
  EXPECT_EQ(loaded->context(), before);
  std::ofstream(folder_ + "/certificate.pem") << good;

  EXPECT_TRUE(loaded->reload().has_value());
}

TEST_F(CredentialsTest, AMonitorOfThisSiteIsLetIn) {
  EXPECT_EQ(objection(site_.enrol(Role::kMonitor, "monitor-1"), any_monitor_), "");
}

TEST_F(CredentialsTest, AnotherRoleIsNot) {
  EXPECT_EQ(objection(site_.enrol(Role::kCapture, "host-2"), any_monitor_),
            "it has the role capture; only monitor is let in here");
}

TEST_F(CredentialsTest, AnotherNameIsNotWhereOneIsExpected) {
  const ExpectedPeer expected{.site = "demo", .role = Role::kCapture, .name = "host-3"};

  EXPECT_EQ(objection(site_.enrol(Role::kCapture, "host-2"), expected),
            "it is 'host-2', not 'host-3'");
}

TEST_F(CredentialsTest, AnExpiredOneIsNot) {
  const UtcTime last_week = test::SitePki::now() + -7 * 24h;

  EXPECT_EQ(objection(site_.enrol(Role::kMonitor, "monitor-1", last_week), any_monitor_),
            "its certificate has expired; enrol it again");
}

TEST_F(CredentialsTest, ARevokedOneIsNot) {
  const std::string monitor = site_.enrol(Role::kMonitor, "monitor-1");
  site_.revoke("monitor-1", folder_);

  EXPECT_EQ(objection(monitor, any_monitor_), "its certificate is revoked");
}

TEST_F(CredentialsTest, OneOfAnotherCaOfTheSameNameIsNot) {
  test::SitePki other;

  EXPECT_EQ(objection(other.enrol(Role::kMonitor, "monitor-1"), any_monitor_),
            "its certificate is of another CA");
}

}  // namespace
}  // namespace candor::pki
