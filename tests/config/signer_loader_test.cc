// SPDX-License-Identifier: Apache-2.0
// What the loader makes of candor-signer's section.
#include "config/signer_loader.h"

#include <string>

#include <gmock/gmock.h>

#include "tests/config/config_text.h"

namespace candor::config {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kSite = "[site]\nname = \"site7\"\nauthority = \"rec.example\"\n";
constexpr std::string_view kSigner =
    "[signer]\nsocket = \"/run/candor-signer/signer.sock\"\nstate = \"/var/lib/candor-signer\"\n";
constexpr std::string_view kToken =
    "key = \"pkcs11\"\n[signer.pkcs11]\nmodule = \"/usr/lib/module.so\"\ntoken = \"candor\"\n"
    "pin_file = \"/etc/candor-signer/pin\"\n";

class SignerLoaderTest : public ConfigText {
 protected:
  static std::string signer_with(std::string_view more) {
    return std::string(kSite) + std::string(kSigner) + std::string(more);
  }
};

TEST_F(SignerLoaderTest, AFileWithoutTheSectionHasNoSigner) {
  EXPECT_FALSE(load(std::string(kValid)).value().signer.has_value());
}

TEST_F(SignerLoaderTest, TheSignersOwnFileNeedsTheSiteAndNothingElse) {
  const Config config = load(signer_with("")).value();

  ASSERT_TRUE(config.signer.has_value());
  EXPECT_EQ(config.signer->socket, "/run/candor-signer/signer.sock");
  EXPECT_EQ(config.signer->state, "/var/lib/candor-signer");
  EXPECT_TRUE(config.signer->makes_keys);
  EXPECT_FALSE(config.signer->pkcs11.has_value());
}

TEST_F(SignerLoaderTest, KeysMayBeOnAToken) {
  const Config config = load(signer_with(kToken)).value();

  ASSERT_TRUE(config.signer->pkcs11.has_value());
  EXPECT_EQ(config.signer->pkcs11->module, "/usr/lib/module.so");
  EXPECT_EQ(config.signer->pkcs11->token, "candor");
  EXPECT_EQ(config.signer->pkcs11->pin_file, "/etc/candor-signer/pin");
}

TEST_F(SignerLoaderTest, KeysMayBeThoseThatAreThereOnly) {
  EXPECT_FALSE(load(signer_with("make_keys = false\n")).value().signer->makes_keys);
}

TEST_F(SignerLoaderTest, AnotherPlaceForKeysIsRefused) {
  EXPECT_THAT(verdict(signer_with("key = \"cloud\"\n")),
              HasSubstr("key 'signer.key': must be \"file\" or \"pkcs11\""));
}

TEST_F(SignerLoaderTest, ATokenIsNeverUsedByHalf) {
  EXPECT_THAT(verdict(signer_with("key = \"pkcs11\"\n")),
              HasSubstr("the section [signer.pkcs11] go together"));
  EXPECT_THAT(verdict(with("key = \"pkcs11\"\n", "", signer_with(kToken))),
              HasSubstr("the section [signer.pkcs11] go together"));
  EXPECT_THAT(verdict(with("token = \"candor\"\n", "", signer_with(kToken))),
              HasSubstr("key 'signer.pkcs11.token': is missing"));
}

TEST_F(SignerLoaderTest, WhereItStandsIsAbsolute) {
  EXPECT_THAT(verdict(with("/run/candor-signer/", "", signer_with(""))),
              HasSubstr("key 'signer.socket': must be an absolute path"));
}

}  // namespace
}  // namespace candor::config
