// SPDX-License-Identifier: Apache-2.0
// What the loader makes of the monitor's witness and of the program for alarms.
#include "config/witness_loader.h"

#include <string>

#include <gmock/gmock.h>

#include "tests/config/config_text.h"

namespace candor::config {
namespace {

using ::testing::HasSubstr;

class WitnessLoaderTest : public ConfigText {
 protected:
  static std::string with_name(const std::string& name) {
    return std::string(kValid) + "[monitor.witness]\nname = \"" + name + "\"\n";
  }
  static std::string with_hook(const std::string& hook) {
    return with("[[monitor.host]]", "alarm_hook = " + hook + "\n[[monitor.host]]");
  }
};

TEST_F(WitnessLoaderTest, WithoutAWordThereIsNeither) {
  const Config config = load(std::string(kValid)).value();

  EXPECT_FALSE(config.monitor.witness.has_value());
  EXPECT_EQ(config.monitor.alarm_hook, "");
}

TEST_F(WitnessLoaderTest, TheWitnessHasItsName) {
  const Config config = load(with_name("supervision.example/w1")).value();

  ASSERT_TRUE(config.monitor.witness.has_value());
  EXPECT_EQ(config.monitor.witness->name, "supervision.example/w1");
}

TEST_F(WitnessLoaderTest, TheNameIsADomainAndAPath) {
  for (const char* bad : {"w1", "supervision.example", "supervision.example/", "a b/w1", "a//w1",
                          "Supervision.example/w1", "a/w+1", "/w1"}) {
    EXPECT_THAT(verdict(with_name(bad)),
                HasSubstr("key 'monitor.witness.name': must be a domain and a path"))
        << bad;
  }
}

TEST_F(WitnessLoaderTest, TheWitnessNeedsAName) {
  EXPECT_THAT(verdict(std::string(kValid) + "[monitor.witness]\n"),
              HasSubstr("key 'monitor.witness.name': is missing"));
}

TEST_F(WitnessLoaderTest, AKeyThatNobodyKnowsIsRefused) {
  EXPECT_THAT(verdict(with_name("supervision.example/w1") + "key = \"/x\"\n"),
              HasSubstr("key 'monitor.witness.key'"));
}

TEST_F(WitnessLoaderTest, TheHookIsAnAbsolutePathWithItsPlace) {
  const Config config = load(with_hook("\"/usr/local/bin/alarm\"")).value();

  EXPECT_EQ(config.monitor.alarm_hook, "/usr/local/bin/alarm");
  EXPECT_THAT(config.monitor.alarm_hook_at, HasSubstr("key 'monitor.alarm_hook'"));
  EXPECT_THAT(verdict(with_hook("\"alarm --loud\"")),
              HasSubstr("key 'monitor.alarm_hook': must be an absolute path"));
}

}  // namespace
}  // namespace candor::config
