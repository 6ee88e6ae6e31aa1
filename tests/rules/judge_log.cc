// SPDX-License-Identifier: Apache-2.0
// The rules over a log on disk, for tests of whole programs: `judge_log <folder of the log>` prints
// a line for each finding and then the number of entries; it ends with 1 when there was one.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "evidence/rules/engine.h"
#include "evidence/tiles.h"

namespace candor {
namespace {

Bytes read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int judge(const std::string& folder) {
  std::ifstream file(folder + "/origin");
  std::string origin;
  std::getline(file, origin);
  rules::RuleEngine engine(origin);
  std::size_t found = 0;
  for (std::uint64_t number = 0;; ++number) {
    std::string path = folder + "/tile/entries/" + evidence::tile_number(number);
    if (!std::filesystem::exists(path)) {
      path += ".part";
    }
    const Bytes bundle = read_all(path);
    if (bundle.empty()) {
      break;
    }
    for (const ByteView entry : evidence::read_bundle(bundle).entries) {
      for (const rules::Finding& finding : engine.take(entry)) {
        ++found;
        std::printf("%llu %s %s: %s\n", static_cast<unsigned long long>(finding.index),
                    std::string(to_string(finding.rule)).c_str(),
                    std::string(to_string(finding.severity)).c_str(), finding.sentence.c_str());
      }
    }
  }
  std::printf("%llu entries of %s\n", static_cast<unsigned long long>(engine.next_index()),
              origin.c_str());
  return found == 0 && engine.next_index() > 0 ? 0 : 1;
}

}  // namespace
}  // namespace candor

int main(int argc, char** argv) { return argc == 2 ? candor::judge(argv[1]) : 2; }
