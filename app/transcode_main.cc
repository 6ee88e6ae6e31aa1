// SPDX-License-Identifier: Apache-2.0
// candor-transcode: one stream of a feed from standard input to standard output, in another codec.
// Started by candor-monitor, one for each stream that browsers cannot play; everything else is in
// transcode/.
#include <cstdio>
#include <string>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include "app/version.h"
#include "transcode/feed_transcoder.h"
#include "transcode/message_pipe.h"
#include "transcode/sandbox.h"

namespace candor::app {
namespace {

Result<void> run_until_end(transcode::FeedTranscoderOptions options) {
  transcode::FeedTranscoder transcoder(options);
  while (true) {
    CANDOR_TRY(const auto message, transcode::read_message(STDIN_FILENO));
    if (!message.has_value()) {
      return {};
    }
    CANDOR_TRY(const std::vector<Bytes> made, transcoder.take(*message));
    for (const Bytes& one : made) {
      CANDOR_CHECK(transcode::write_message(STDOUT_FILENO, one, {}));
    }
  }
}

int run(int argc, char** argv) {
  CLI::App app{"Changes the codec of one stream of a feed, from standard input to standard output"};
  std::string target;
  transcode::FeedTranscoderOptions options;
  app.add_option("--to", target, "aac or h264")->required()->check(CLI::IsMember({"aac", "h264"}));
  app.add_option("--height", options.height_max, "of the picture, at most")
      ->check(CLI::Range(90, 2160))
      ->capture_default_str();
  app.set_version_flag("--version", std::string(kVersion));
  CLI11_PARSE(app, argc, argv);
  options.target = target == "aac" ? transcode::Target::kAac : transcode::Target::kH264;
  auto done = transcode::enter_sandbox();
  if (done.has_value()) {
    done = run_until_end(options);
  }
  if (!done.has_value()) {
    std::fprintf(stderr, "candor-transcode: %s\n", done.error().message().c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace candor::app

int main(int argc, char** argv) { return candor::app::run(argc, argv); }
