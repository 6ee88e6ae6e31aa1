// SPDX-License-Identifier: Apache-2.0
// Asks a running candor-signer to sign a log that grows by one entry each time. Prints one JSON
// object.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/bytes.h"
#include "evidence/proofs.h"
#include "evidence/tree.h"
#include "signer/client.h"

namespace candor::bench {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

template <typename T>
T value_of(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "%s\n", result.error().message().c_str());
    std::exit(1);
  }
  return std::move(*result);
}

// Every hash of a tree of so many leaves, by level.
std::vector<std::vector<evidence::Digest>> hashes_of_tree(std::uint64_t leaves) {
  std::vector<std::vector<evidence::Digest>> levels(1);
  for (std::uint64_t i = 0; i < leaves; ++i) {
    levels[0].push_back(evidence::leaf_hash(as_bytes(std::to_string(i))));
  }
  while (levels.back().size() > 1) {
    const auto& below = levels.back();
    std::vector<evidence::Digest> level;
    for (std::size_t i = 0; i + 1 < below.size(); i += 2) {
      level.push_back(evidence::node_hash(below[i], below[i + 1]));
    }
    levels.push_back(std::move(level));
  }
  return levels;
}

double percentile(const std::vector<double>& sorted, double part) {
  return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))];
}

int run(const std::string& socket, const std::string& origin, std::uint64_t count) {
  const auto levels = hashes_of_tree(count);
  const evidence::HashReader reader = [&](const evidence::NodePlace& place) {
    return Result<evidence::Digest>(levels.at(place.level).at(place.index));
  };
  signer::SignerClient client(socket, std::chrono::milliseconds(10'000));
  static_cast<void>(value_of(client.vkey(origin)));
  std::vector<signer::SignRequest> requests;
  for (std::uint64_t size = 1; size <= count; ++size) {
    requests.push_back({.old = size - 1,
                        .proof = value_of(evidence::prove_consistency(size - 1, size, reader)),
                        .checkpoint = {.origin = origin,
                                       .size = size,
                                       .root = value_of(evidence::tree_root(size, reader)),
                                       .extensions = {}}});
  }
  std::vector<double> times;
  const auto begin = std::chrono::steady_clock::now();
  for (const signer::SignRequest& request : requests) {
    const auto asked = std::chrono::steady_clock::now();
    static_cast<void>(value_of(client.sign(request)));
    times.push_back(Milliseconds(std::chrono::steady_clock::now() - asked).count());
  }
  const double seconds = Milliseconds(std::chrono::steady_clock::now() - begin).count() / 1000;
  std::ranges::sort(times);
  fmt::print(
      R"({{"signatures":{},"per_second":{:.0f},"p50_ms":{:.3f},"p99_ms":{:.3f},"max_ms":{:.3f}}})"
      "\n",
      count, static_cast<double>(count) / seconds, percentile(times, 0.5), percentile(times, 0.99),
      times.back());
  return 0;
}

}  // namespace
}  // namespace candor::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "candor-signer-bench SOCKET ORIGIN COUNT\n");
    return 2;
  }
  return candor::bench::run(argv[1], argv[2], std::strtoull(argv[3], nullptr, 10));
}
