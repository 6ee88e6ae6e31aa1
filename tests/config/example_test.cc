// SPDX-License-Identifier: Apache-2.0
// The shipped example: it loads, and it shows every key that the loader knows, so it cannot drift.
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/config/config_text.h"

namespace candor::config {
namespace {

std::string example_text() {
  std::ostringstream text;
  text << std::ifstream(CANDOR_EXAMPLE).rdbuf();
  return text.str();
}

TEST(ExampleTest, Loads) {
  const auto config = load_config(CANDOR_EXAMPLE);
  ASSERT_TRUE(config.has_value()) << config.error().message();
  EXPECT_EQ(config->rooms.size(), 2U);
  EXPECT_EQ(config->lawyer_rooms.size(), 1U);
}

TEST(ExampleTest, ShowsTheDefaultOfEveryLimit) {
  const LimitsConfig shown = load_config(CANDOR_EXAMPLE).value().limits;
  const LimitsConfig unset;

  EXPECT_EQ(shown.media_timeout, unset.media_timeout);
  EXPECT_EQ(shown.connect_timeout, unset.connect_timeout);
  EXPECT_EQ(shown.reconnect_waits, unset.reconnect_waits);
  EXPECT_EQ(shown.segment, unset.segment);
  EXPECT_EQ(shown.unit, unset.unit);
  EXPECT_EQ(shown.sync_interval, unset.sync_interval);
  EXPECT_EQ(shown.queue_mib, unset.queue_mib);
  EXPECT_EQ(shown.gop_cache_mib, unset.gop_cache_mib);
  EXPECT_EQ(shown.pre_roll_mib, unset.pre_roll_mib);
  EXPECT_EQ(shown.feed_ring_mib, unset.feed_ring_mib);
  EXPECT_EQ(shown.viewer_ring_mib, unset.viewer_ring_mib);
  EXPECT_EQ(shown.picture_transcodes, unset.picture_transcodes);
  EXPECT_EQ(shown.connections, unset.connections);
  EXPECT_EQ(shown.body_kib, unset.body_kib);
  EXPECT_EQ(shown.range_mbps, unset.range_mbps);
}

TEST(ExampleTest, ShowsTheDefaultOfEveryLimitOfSpace) {
  const LimitsConfig shown = load_config(CANDOR_EXAMPLE).value().limits;
  const LimitsConfig unset;

  EXPECT_EQ(shown.hours_left_warnings, unset.hours_left_warnings);
  EXPECT_EQ(shown.forecast, unset.forecast);
  EXPECT_EQ(shown.session_max, unset.session_max);
  EXPECT_EQ(shown.session_margin_percent, unset.session_margin_percent);
  EXPECT_EQ(shown.expected_video_kbps, unset.expected_video_kbps);
  EXPECT_EQ(shown.expected_audio_kbps, unset.expected_audio_kbps);
  EXPECT_EQ(shown.continuous_percent, unset.continuous_percent);
  EXPECT_EQ(shown.continuous_quota_mib, unset.continuous_quota_mib);
}

// The loader's source is read for the keys it asks for: reader.text("kind", ...).
std::set<std::string> keys_the_loader_asks_for() {
  std::ostringstream source;
  std::istringstream paths(CANDOR_LOADERS);
  for (std::string path; std::getline(paths, path, ':');) {
    source << std::ifstream(path).rdbuf();
  }
  const std::string text = source.str();
  std::set<std::string> keys;
  for (const std::string call : {".slug(\"", ".text(\"", ".absolute_path(\"", ".boolean(\"",
                                 ".number(\"", ".numbers(\"", ".label(\"", ".table(\"",
                                 ".tables(\"", "read_duration(reader, \"", "read_url(reader, \""}) {
    for (auto at = text.find(call); at != std::string::npos; at = text.find(call, at + 1)) {
      const auto begin = at + call.size();
      keys.insert(text.substr(begin, text.find('"', begin) - begin));
    }
  }
  return keys;
}

TEST(ExampleTest, HoldsEveryKeyTheLoaderAsksFor) {
  const std::string text = example_text();
  const std::set<std::string> keys = keys_the_loader_asks_for();

  ASSERT_GT(keys.size(), 30U) << "the way keys are found in the loader's source no longer fits";
  for (const std::string& key : keys) {
    const bool is_shown = text.find("\n" + key + " = ") != std::string::npos ||
                          text.find("\n# " + key + " = ") != std::string::npos ||
                          text.find("[" + key + "]") != std::string::npos ||
                          text.find("." + key + "]") != std::string::npos;
    EXPECT_TRUE(is_shown) << key << " is not in config/candor.example.toml";
  }
}

}  // namespace
}  // namespace candor::config
