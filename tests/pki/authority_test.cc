// SPDX-License-Identifier: Apache-2.0
#include "pki/authority.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "pki/certificate.h"
#include "pki/files.h"
#include "tests/pki/site_pki.h"

namespace candor::pki {
namespace {

using test::kPassphrase;
using test::text_of;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

mode_t mode_of(const std::string& path) {
  struct stat status{};
  ::stat(path.c_str(), &status);
  return status.st_mode & 0777U;
}

class AuthorityTest : public ::testing::Test {
 protected:
  std::string verdict(const std::string& request, UtcTime at = test::SitePki::now(),
                      std::string_view passphrase = kPassphrase) {
    const auto made = site_.authority().sign(request, passphrase, kCertificateLife, at);
    return made.has_value() ? "signed for " + to_uri(made->issued.identity)
                            : made.error().message();
  }
  [[nodiscard]] Identity host(const std::string& name = "host-1") const {
    return site_.identity(Role::kCapture, name);
  }
  std::string request_of_host() {
    return site_.request(host(), site_.invite(Role::kCapture, "host-1"));
  }

  test::SitePki site_;
};

TEST_F(AuthorityTest, KeepsItsKeySealedAndToItself) {
  EXPECT_EQ(mode_of(site_.ca_folder()), 0700U);
  EXPECT_EQ(mode_of(site_.ca_folder() + "/ca.key"), 0600U);
  EXPECT_EQ(mode_of(site_.ca_folder() + "/journal"), 0600U);
  EXPECT_THAT(text_of(site_.ca_folder() + "/ca.key"), HasSubstr("BEGIN ENCRYPTED PRIVATE KEY"));
}

TEST_F(AuthorityTest, LastsTenYearsAndMayOnlySign) {
  const auto ca = load_certificate(site_.ca_folder() + "/ca.pem").value();
  const Validity validity = validity_of(*ca);

  EXPECT_NEAR(static_cast<double>((validity.to - validity.from) / 1h), 24.0 * 3652, 1.0);
  EXPECT_EQ(site_of(*ca).value(), "demo");
}

TEST_F(AuthorityTest, RefusesAShortPassphraseAndASecondCaInOneFolder) {
  const test::TempFolder folder;
  const UtcTime now = test::SitePki::now();

  EXPECT_THAT(Authority::init(folder / "new", "demo", "short", now).error().message(),
              HasSubstr("12 characters or more"));
  EXPECT_THAT(Authority::init(site_.ca_folder(), "demo", kPassphrase, now).error().message(),
              HasSubstr("holds a CA already"));
}

TEST_F(AuthorityTest, SignsARequestThatProvesItsCode) {
  EXPECT_EQ(verdict(request_of_host()), "signed for candor://demo/capture/host-1");
}

TEST_F(AuthorityTest, ACertificateIsBoundToItsRoleAndLastsNinetyDays) {
  const std::string request = request_of_host();
  const auto made =
      site_.authority().sign(request, kPassphrase, kCertificateLife, test::SitePki::now()).value();
  const test::TempFolder folder;
  std::ofstream(folder / "c.pem") << made.pem;
  const auto certificate = load_certificate(folder / "c.pem").value();

  EXPECT_EQ(identity_of(*certificate).value(), host());
  EXPECT_EQ(serial_of(*certificate), made.issued.serial);
  EXPECT_EQ(X509_check_ca(certificate.get()), 0);
  EXPECT_NEAR(static_cast<double>((made.issued.to - made.issued.from) / 1h), 24.0 * 90, 1.0);
}

TEST_F(AuthorityTest, TheCodeItselfIsWrittenNowhere) {
  const EnrolmentCode code = site_.invite(Role::kCapture, "host-1");

  EXPECT_THAT(text_of(site_.ca_folder() + "/journal"), Not(HasSubstr(code.secret)));
}

TEST_F(AuthorityTest, ACodeServesOnce) {
  const std::string request = request_of_host();
  verdict(request);

  EXPECT_THAT(verdict(request), HasSubstr("has been used; make a new one: candor ca invite"));
}

TEST_F(AuthorityTest, ACodeExpiresAfterADay) {
  const UtcTime yesterday = test::SitePki::now() + -25h;
  const std::string request =
      site_.request(host(), site_.invite(Role::kCapture, "host-1", yesterday));

  EXPECT_THAT(verdict(request), HasSubstr("expired at"));
  EXPECT_THAT(verdict(request, yesterday + 23h), HasSubstr("signed for"));
}

TEST_F(AuthorityTest, ACodeForOneRoleOrNameGivesNoOther) {
  const EnrolmentCode code = site_.invite(Role::kCapture, "host-1");

  EXPECT_THAT(verdict(site_.request(site_.identity(Role::kMonitor, "host-1"), code)),
              HasSubstr("the request is for candor://demo/monitor/host-1, the code for "
                        "candor://demo/capture/host-1"));
  EXPECT_THAT(verdict(site_.request(host("host-2"), code)), HasSubstr("capture/host-2"));
}

TEST_F(AuthorityTest, RefusesARequestWithoutProof) {
  const std::string request = request_of_host();
  const std::string bare = request.substr(request.find("-----BEGIN"));

  EXPECT_THAT(verdict(bare), HasSubstr("holds no proof of an enrolment code"));
}

TEST_F(AuthorityTest, RefusesAProofForAnotherRequest) {
  const EnrolmentCode code = site_.invite(Role::kCapture, "host-1");
  const std::string first = site_.request(host(), code);
  const std::string second = site_.request(host(), code);  // Another key.
  const std::string mixed =
      first.substr(0, first.find("-----BEGIN")) + second.substr(second.find("-----BEGIN"));

  EXPECT_THAT(verdict(mixed), HasSubstr("does not prove its code"));
}

TEST_F(AuthorityTest, RefusesACodeOfAnotherCa) {
  test::SitePki other;

  EXPECT_THAT(verdict(site_.request(host(), other.invite(Role::kCapture, "host-1"))),
              HasSubstr("is none of this CA's"));
}

TEST_F(AuthorityTest, AWrongPassphraseUsesNothingUp) {
  const std::string request = request_of_host();

  EXPECT_THAT(verdict(request, test::SitePki::now(), "not the passphrase"),
              HasSubstr("the passphrase is wrong"));
  EXPECT_THAT(verdict(request), HasSubstr("signed for"));
}

TEST_F(AuthorityTest, AHostileRequestIsRefused) {
  const std::string request = request_of_host();
  for (std::size_t at = request.find("REQUEST") + 20; at < request.size() - 60; at += 7) {
    std::string damaged = request;
    damaged[at] = damaged[at] == 'A' ? 'B' : 'A';
    EXPECT_THAT(verdict(damaged), Not(HasSubstr("signed for"))) << at;
  }
}

TEST_F(AuthorityTest, RevokesByNameAndBySerial) {
  site_.enrol(Role::kCapture, "host-1");
  site_.enrol(Role::kMonitor, "monitor-1");
  Authority ca = site_.authority();
  const std::string serial = ca.journal().issued().at(1).serial;
  const UtcTime now = test::SitePki::now();

  ASSERT_TRUE(ca.revoke_name("host-1", kPassphrase, now).has_value());
  ASSERT_TRUE(ca.revoke_serial(serial, kPassphrase, now).has_value());

  const auto crl = load_crl(ca.crl_path()).value();
  EXPECT_EQ(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(crl.get())), 2);
  EXPECT_TRUE(ca.journal().issued().at(1).revoked.has_value());
  EXPECT_THAT(ca.revoke_name("host-1", kPassphrase, now).error().message(),
              HasSubstr("has no certificate that is valid"));
  EXPECT_THAT(ca.revoke_serial("00", kPassphrase, now).error().message(),
              HasSubstr("no certificate has the serial 00"));
}

TEST_F(AuthorityTest, TheJournalTellsAllAfterwards) {
  site_.enrol(Role::kCapture, "host-1");
  const EnrolmentCode open = site_.invite(Role::kMonitor, "monitor-1");

  const Authority ca = site_.authority();

  ASSERT_EQ(ca.journal().issued().size(), 1U);
  EXPECT_EQ(ca.journal().issued().at(0).identity, host());
  EXPECT_FALSE(ca.journal().invitations().at(open.id).is_used);
  EXPECT_EQ(ca.journal().lists(), 2U);
}

TEST_F(AuthorityTest, ADamagedJournalIsSaidWithItsLine) {
  ASSERT_TRUE(append_file(site_.ca_folder() + "/journal", "signed nonsense\n").has_value());

  EXPECT_THAT(Authority::open(site_.ca_folder()).error().message(),
              HasSubstr("journal:3: is no line of a CA's journal"));
}

TEST_F(AuthorityTest, OneCommandAtATime) {
  const Authority first = site_.authority();

  EXPECT_THAT(Authority::open(site_.ca_folder()).error().message(),
              HasSubstr("in use by another command"));
}

TEST_F(AuthorityTest, SaysThatThereIsNoCa) {
  EXPECT_THAT(Authority::open("/nowhere").error().message(), HasSubstr("there is no CA here"));
}

}  // namespace
}  // namespace candor::pki
