// SPDX-License-Identifier: Apache-2.0
// What the loader makes of the program that knows the clock and of the time stamp authorities.
#include <string>

#include <gmock/gmock.h>

#include "config/evidence_loader.h"
#include "tests/config/config_text.h"

namespace candor::config {
namespace {

using testing::HasSubstr;

constexpr std::string_view kEvidence = "[evidence]\nsigner = \"/run/candor-signer/signer.sock\"\n";
constexpr std::string_view kAuthority =
    "[[evidence.timestamp_authority]]\nname = \"tsa-1\"\nurl = \"http://192.0.2.8/tsa\"\n"
    "ca = \"/etc/candor/tsa-1.pem\"\n";

class TimeLoaderTest : public ConfigText {
 protected:
  static std::string evidence_with(std::string_view more) {
    return std::string(kValid) + std::string(kEvidence) + std::string(more);
  }
  static std::string authority_with(std::string_view before, std::string_view after) {
    return with(before, after, evidence_with(kAuthority));
  }
};

TEST_F(TimeLoaderTest, WithoutTheSectionDebiansChronycIsAskedAndNobodyStamps) {
  const EvidenceConfig evidence = load(std::string(kValid)).value().evidence;
  EXPECT_EQ(evidence.chronyc, "/usr/bin/chronyc");
  EXPECT_TRUE(evidence.timestamp_authorities.empty());
}

TEST_F(TimeLoaderTest, AnotherChronycIsAnAbsolutePath) {
  EXPECT_EQ(load(evidence_with("chronyc = \"/opt/chronyc\"\n")).value().evidence.chronyc,
            "/opt/chronyc");
  EXPECT_THAT(verdict(evidence_with("chronyc = \"chronyc\"\n")),
              HasSubstr("key 'evidence.chronyc': must be an absolute path"));
}

TEST_F(TimeLoaderTest, AnAuthorityHasANameAPlaceAndCertificates) {
  const Config config = load(evidence_with(kAuthority)).value();

  ASSERT_EQ(config.evidence.timestamp_authorities.size(), 1U);
  const TimestampAuthorityConfig& authority = config.evidence.timestamp_authorities.front();
  EXPECT_EQ(authority.name, "tsa-1");
  EXPECT_EQ(authority.host, "192.0.2.8");
  EXPECT_EQ(authority.port, 80);
  EXPECT_EQ(authority.target, "/tsa");
  EXPECT_EQ(authority.ca, "/etc/candor/tsa-1.pem");
  EXPECT_EQ(authority.policy, "");
}

TEST_F(TimeLoaderTest, ItsPortAndItsPathMayBeOthers) {
  const auto load_url = [this](std::string_view url) {
    return load(authority_with("http://192.0.2.8/tsa", url))
        .value()
        .evidence.timestamp_authorities.front();
  };
  EXPECT_EQ(load_url("http://tsa.example").host, "tsa.example");
  EXPECT_EQ(load_url("http://tsa.example").target, "/");
  EXPECT_EQ(load_url("http://tsa.example:3161/a/b").port, 3161);
  EXPECT_EQ(load_url("http://[2001:db8::7]/").host, "2001:db8::7");
}

TEST_F(TimeLoaderTest, AUrlThatIsNotPlainHttpIsRefused) {
  for (const char* url : {"https://tsa.example/", "tsa.example", "http://",
                          "http://tsa.example/a b", "http://tsa.example:0/", "http:///tsa"}) {
    EXPECT_THAT(
        verdict(authority_with("http://192.0.2.8/tsa", url)),
        HasSubstr("key 'evidence.timestamp_authority.url': must be http://HOST[:PORT][/PATH]"))
        << url;
  }
}

TEST_F(TimeLoaderTest, APolicyIsAnObjectIdentifier) {
  const std::string text = evidence_with(std::string(kAuthority) + "policy = \"1.2.3.4\"\n");
  EXPECT_EQ(load(text).value().evidence.timestamp_authorities.front().policy, "1.2.3.4");
  for (const char* policy : {"1", "1..2", ".1.2", "1.2.", "policy"}) {
    EXPECT_THAT(verdict(with("1.2.3.4", policy, text)), HasSubstr("must be an object identifier"));
  }
}

TEST_F(TimeLoaderTest, TwoAuthoritiesOfDifferentNamesAtMost) {
  const std::string one(kAuthority);
  const std::string two = with("tsa-1", "tsa-2", one);
  const std::string three = with("tsa-1", "tsa-3", one);
  EXPECT_EQ(verdict(evidence_with(one + two)), "ok");
  EXPECT_THAT(verdict(evidence_with(one + one)), HasSubstr("another authority has this name"));
  EXPECT_THAT(verdict(evidence_with(one + two + three)), HasSubstr("two time stamp authorities"));
}

TEST_F(TimeLoaderTest, WithoutASignerNothingCanBeStamped) {
  EXPECT_THAT(verdict(std::string(kValid) + std::string(kAuthority)),
              HasSubstr("key 'evidence.signer': is missing: what is stamped is what is signed"));
}

TEST_F(TimeLoaderTest, NoPartOfAnAuthorityMayBeLeftOut) {
  EXPECT_THAT(verdict(authority_with("name = \"tsa-1\"\n", "")), HasSubstr("is missing"));
  EXPECT_THAT(verdict(authority_with("url = \"http://192.0.2.8/tsa\"\n", "")),
              HasSubstr("is missing"));
  EXPECT_THAT(verdict(authority_with("ca = \"/etc/candor/tsa-1.pem\"\n", "")),
              HasSubstr("is missing"));
}

}  // namespace
}  // namespace candor::config
