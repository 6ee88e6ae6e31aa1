// SPDX-License-Identifier: Apache-2.0
#include "config/witness_loader.h"

#include <algorithm>
#include <string_view>

#include "config/address.h"

namespace candor::config {
namespace {

constexpr std::size_t kNameBytesMax = 255;

// A domain and a path: names of keys are compared by people.
bool is_witness_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || text.size() > kNameBytesMax || text.ends_with('/') ||
      text.find("//") != std::string_view::npos) {
    return false;
  }
  const std::string_view path = text.substr(slash + 1);
  return is_domain(text.substr(0, slash)) && std::ranges::all_of(path, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
         });
}

}  // namespace

void read_witness(TableReader& reader, MonitorConfig& monitor) {
  reader.absolute_path("alarm_hook", monitor.alarm_hook, false);
  monitor.alarm_hook_at = reader.place_of("alarm_hook");
  reader.table("witness", [&](TableReader& witness) {
    WitnessConfig config;
    witness.text("name", config.name, true);
    if (!config.name.empty() && !is_witness_name(config.name)) {
      witness.complain("name",
                       "must be a domain and a path of a-z, 0-9 and '-', as in "
                       "\"supervision.example/w1\"");
    }
    monitor.witness = std::move(config);
  });
}

}  // namespace candor::config
