// SPDX-License-Identifier: Apache-2.0
// What the loader makes of [evidence].
#include "config/evidence_loader.h"

#include <string>

#include <gmock/gmock.h>

#include "tests/config/config_text.h"

namespace candor::config {
namespace {

using ::testing::HasSubstr;

class EvidenceLoaderTest : public ConfigText {
 protected:
  static std::string with_evidence(const std::string& text) {
    return with("[monitor]\n", "[evidence]\n" + text + "\n[monitor]\n");
  }
  static std::string with_url(const std::string& url) {
    return with_evidence(
        "signer = \"/run/s.sock\"\n[[evidence.witness]]\nvkey = \"w+00+AA\"\nurl = \"" + url +
        "\"");
  }
};

TEST_F(EvidenceLoaderTest, WithoutAWordNothingIsSigned) {
  const Config config = load(std::string(kValid)).value();
  EXPECT_TRUE(config.evidence.signer.empty());
  EXPECT_TRUE(config.evidence.witnesses.empty());
}

TEST_F(EvidenceLoaderTest, ReadsASignerAndItsWitnesses) {
  const Config config = load(with_url("http://192.0.2.7:8080/witness/")).value();
  EXPECT_EQ(config.evidence.signer, "/run/s.sock");
  ASSERT_EQ(config.evidence.witnesses.size(), 1U);
  const WitnessConfig& witness = config.evidence.witnesses.front();
  EXPECT_EQ(witness.vkey, "w+00+AA");
  EXPECT_EQ(witness.host, "192.0.2.7");
  EXPECT_EQ(witness.port, 8080);
  EXPECT_EQ(witness.path, "/witness");
  EXPECT_FALSE(witness.own_host);
}

TEST_F(EvidenceLoaderTest, RefusesUrlsThatAreNoWitness) {
  for (const char* url : {"https://a:1/w", "http://a/w", "192.0.2.7:8080", "http://a:0/w",
                          "http://a:1/w?x=1", "http://:1/w"}) {
    EXPECT_THAT(verdict(with_url(url)), HasSubstr("evidence.witness")) << url;
    EXPECT_THAT(verdict(with_url(url)), HasSubstr("must be http://HOST:PORT/PATH")) << url;
  }
}

TEST_F(EvidenceLoaderTest, RefusesAWitnessOfWhatNobodySigns) {
  EXPECT_THAT(verdict(with_evidence("[[evidence.witness]]\nvkey = \"w+00+AA\"\nurl = "
                                    "\"http://a:1\"")),
              HasSubstr("a witness cosigns what is signed"));
}

TEST_F(EvidenceLoaderTest, RefusesTwoWitnessesWithOneKey) {
  const std::string one = "[[evidence.witness]]\nvkey = \"w+00+AA\"\nurl = \"http://a:1\"\n";
  EXPECT_THAT(verdict(with_evidence("signer = \"/run/s.sock\"\n" + one + one)),
              HasSubstr("another witness has this key"));
}

}  // namespace
}  // namespace candor::config
