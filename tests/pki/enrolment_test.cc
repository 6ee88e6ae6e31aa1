// SPDX-License-Identifier: Apache-2.0
#include "pki/enrolment.h"

#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "pki/files.h"
#include "tests/pki/site_pki.h"

namespace candor::pki {
namespace {

using test::kPassphrase;
using test::text_of;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

class EnrolmentTest : public ::testing::Test {
 protected:
  // Signs what lies in the folder of this name; the certificate's path.
  std::string sign(test::SitePki& site, const std::string& name,
                   std::chrono::hours life = kCertificateLife) {
    const auto made = site.authority().sign(text_of(site.host_folder(name) + "/request.pem"),
                                            kPassphrase, life, now_);
    EXPECT_TRUE(made.has_value()) << made.error().message();
    const std::string path = folder_ / (name + ".pem");
    std::ofstream(path) << made->pem;
    return path;
  }
  void ask(test::SitePki& site, const std::string& name) {
    const std::string text =
        site.request(site.identity(Role::kCapture, name), site.invite(Role::kCapture, name));
    EXPECT_THAT(text, HasSubstr("Candor-Proof"));
  }
  std::string verdict(const std::string& folder, const std::string& certificate,
                      const test::SitePki& ca, UtcTime at) {
    const auto done =
        install(folder, certificate, ca.ca_folder() + "/ca.pem", ca.ca_folder() + "/crl.pem", at);
    return done.has_value() ? "installed" : done.error().message();
  }
  std::string verdict(const std::string& certificate) {
    return verdict(site_.host_folder("host-1"), certificate, site_, now_);
  }

  test::SitePki site_;
  test::TempFolder folder_;
  const UtcTime now_ = test::SitePki::now();
};

TEST_F(EnrolmentTest, TheKeyNeverLeavesTheHostAndIsItsOwnersOnly) {
  ask(site_, "host-1");
  struct stat status{};
  ASSERT_EQ(::stat((site_.host_folder("host-1") + "/request.key").c_str(), &status), 0);

  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_THAT(text_of(site_.host_folder("host-1") + "/request.pem"),
              ::testing::Not(HasSubstr("PRIVATE KEY")));
}

TEST_F(EnrolmentTest, InstallsWhatTheCaSigned) {
  ask(site_, "host-1");

  EXPECT_EQ(verdict(sign(site_, "host-1")), "installed");

  const CredentialPaths paths = credential_paths(site_.host_folder("host-1"));
  EXPECT_TRUE(exists(paths.key) && exists(paths.certificate) && exists(paths.ca) &&
              exists(paths.crl));
  EXPECT_FALSE(exists(site_.host_folder("host-1") + "/request.key"));
}

TEST_F(EnrolmentTest, RefusesTheCertificateOfAnotherHost) {
  ask(site_, "host-1");
  ask(site_, "host-2");

  EXPECT_THAT(verdict(sign(site_, "host-2")),
              HasSubstr("the certificate is for candor://demo/capture/host-2, the request was for "
                        "candor://demo/capture/host-1"));
}

TEST_F(EnrolmentTest, RefusesACertificateForAnotherKey) {
  ask(site_, "host-1");
  const std::string certificate = sign(site_, "host-1");
  ask(site_, "host-1");  // A new key.

  EXPECT_THAT(verdict(certificate), HasSubstr("is not for the key in"));
}

TEST_F(EnrolmentTest, RefusesACertificateOfAnotherCa) {
  test::SitePki other;
  ask(site_, "host-1");
  ask(other, "host-1");

  EXPECT_THAT(verdict(sign(other, "host-1")), HasSubstr("was not signed by this CA"));
}

TEST_F(EnrolmentTest, RefusesAnExpiredCertificate) {
  ask(site_, "host-1");
  const std::string certificate = sign(site_, "host-1", 1h);

  EXPECT_THAT(verdict(site_.host_folder("host-1"), certificate, site_, now_ + 2h),
              HasSubstr("expired at"));
}

TEST_F(EnrolmentTest, ARenewalKeepsTheOldKeyUntilItIsInstalled) {
  const std::string folder = site_.enrol(Role::kCapture, "host-1");
  const std::string before = text_of(folder + "/key.pem");
  ask(site_, "host-1");
  EXPECT_EQ(text_of(folder + "/key.pem"), before);

  EXPECT_EQ(verdict(sign(site_, "host-1")), "installed");

  EXPECT_NE(text_of(folder + "/key.pem"), before);
}

TEST_F(EnrolmentTest, AnotherCaDoesNotSlipIn) {
  const std::string folder = site_.enrol(Role::kCapture, "host-1");
  test::SitePki other;
  pki::begin_enrolment(folder, other.identity(Role::kCapture, "host-1"),
                       other.invite(Role::kCapture, "host-1"))
      .value();
  const auto made =
      other.authority().sign(text_of(folder + "/request.pem"), kPassphrase, kCertificateLife, now_);
  std::ofstream(folder_ / "other.pem") << made->pem;

  EXPECT_THAT(verdict(folder, folder_ / "other.pem", other, now_), HasSubstr("is another CA"));
}

TEST_F(EnrolmentTest, ARevocationListOnlyGoesForward) {
  const std::string old = folder_ / "old.pem";
  std::ofstream(old) << text_of(site_.ca_folder() + "/crl.pem");
  const std::string folder = site_.enrol(Role::kCapture, "host-1");
  ASSERT_TRUE(site_.authority().write_list(kPassphrase, now_).has_value());

  EXPECT_TRUE(install_list(folder, site_.ca_folder() + "/crl.pem").has_value());
  EXPECT_THAT(install_list(folder, old).error().message(), HasSubstr("is older than the list"));
}

TEST_F(EnrolmentTest, RefusesTheListOfAnotherCa) {
  const test::SitePki other;
  const std::string folder = site_.enrol(Role::kCapture, "host-1");

  EXPECT_THAT(install_list(folder, other.ca_folder() + "/crl.pem").error().message(),
              HasSubstr("was not signed by the CA"));
}

}  // namespace
}  // namespace candor::pki
