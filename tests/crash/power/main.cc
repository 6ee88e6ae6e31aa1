// SPDX-License-Identifier: Apache-2.0
// candor-power: records on a disk whose operations are noted, and recovers what power cuts leave
// of it. Crash states are made, and judged, by tests/crash/power.py.
#include <cstdio>
#include <iostream>
#include <string>

#include <CLI/CLI.hpp>

#include "core/log.h"
#include "tests/crash/power/scenario.h"

namespace candor::crash {
namespace {

// A folder a line in, a line of JSON out, until the end of the input.
int recover_each(const SiteOptions& options) {
  for (std::string root; std::getline(std::cin, root);) {
    auto recovered = recover(root, options);
    const boost::json::object answer =
        recovered.has_value() ? std::move(*recovered)
                              : boost::json::object{{"error", recovered.error().message()}};
    std::cout << boost::json::serialize(answer) << std::endl;
  }
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app("Records on a disk whose operations are noted; recovers what power cuts leave");
  SiteOptions options;
  std::string root;
  std::string folder;
  std::string level = "error";
  app.add_option("--panorama", options.panorama, "clip of the first room")->required();
  app.add_option("--close-up", options.close_up, "clip of the session room")->required();
  app.add_option("--sound", options.sound, "clip of both microphones")->required();
  app.add_option("--volumes", options.volumes, "that hold the same recording")
      ->check(CLI::Range(1, 9))
      ->capture_default_str();
  app.add_option("--level", level, "least level of the log on stderr")->capture_default_str();
  CLI::App* recording = app.add_subcommand("record", "writes FOLDER/journal.jsonl, journal.data");
  recording->add_option("root", root, "empty folder to record in")->required();
  recording->add_option("folder", folder, "where the journal goes")->required();
  app.add_subcommand("recover", "reads folders from the input, prints a line for each");
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
  log::start("candor-power", level);
  if (!recording->parsed()) {
    return recover_each(options);
  }
  if (auto recorded = record(root, folder, options); !recorded.has_value()) {
    std::cerr << "candor-power: " << recorded.error().message() << '\n';
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace candor::crash

int main(int argc, char** argv) { return candor::crash::run(argc, argv); }
