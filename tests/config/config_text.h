// SPDX-License-Identifier: Apache-2.0
// A whole, valid configuration as text, into which a test plants one mistake; and the loader's
// verdict on it as one line.
#pragma once

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "config/loader.h"
#include "tests/support/temp_folder.h"

namespace candor::config {

inline constexpr std::string_view kValid = R"(log_level = "info"
[site]
name = "site7"
authority = "rec.example"
[capture]
host = "host-1"
state = "/var/lib/candor/capture"
socket = "/run/candor/capture.sock"
[[volume]]
name = "a"
path = "/srv/candor/a"
[limits]
segment_s = 60
[[room]]
id = "inquiry-1"
class = "inquiry"
name = { en = "Inquiry room", zh = "询问室" }
pre_roll_s = 30
[[room.source]]
id = "panorama"
kind = "rtsp"
url = "rtsp://192.0.2.10/stream1"
label = { en = "Panorama", zh = "全景" }
[[room]]
id = "cell-1"
class = "detention"
name = { en = "Cell", zh = "留置室" }
[[room.source]]
id = "corner"
kind = "rtsp"
url = "rtsp://192.0.2.11:8554/stream1"
label = { en = "Corner", zh = "角落" }
[[room]]
id = "meeting-1"
class = "lawyer"
name = { en = "Meeting room", zh = "会见室" }
[monitor]
name = "monitor-1"
listen = "127.0.0.1:8080"
state = "/var/lib/candor/monitor"
console = "/usr/share/candor/console"
[[monitor.host]]
name = "host-1"
socket = "/run/candor/capture.sock"
)";

class ConfigText : public ::testing::Test {
 protected:
  /// Replaces the first occurrence of `before`; a text that is not there is a mistake of the test.
  static std::string with(std::string_view before, std::string_view after,
                          std::string text = std::string(kValid)) {
    const auto at = text.find(before);
    EXPECT_NE(at, std::string::npos) << before;
    if (at != std::string::npos) {
      text.replace(at, before.size(), after);
    }
    return text;
  }

  Result<Config> load(const std::string& text) {
    std::ofstream(path()) << text;
    return load_config(path());
  }

  /// "ok", or the complaint with the folder taken off: "candor.toml:3: key 'site.name': ...".
  std::string verdict(const std::string& text) {
    const Result<Config> config = load(text);
    if (config.has_value()) {
      return "ok";
    }
    const std::string& message = config.error().message();
    EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 0) << "one line: " << message;
    EXPECT_EQ(config.error().kind(), ErrorKind::kInvalidArgument);
    return message.rfind(folder(), 0) == 0 ? message.substr(folder().size() + 1) : message;
  }

  [[nodiscard]] std::string folder() const { return folder_.path(); }
  [[nodiscard]] std::string path() const { return folder() + "/candor.toml"; }

 private:
  test::TempFolder folder_;
};

}  // namespace candor::config
