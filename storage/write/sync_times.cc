// SPDX-License-Identifier: Apache-2.0
#include "storage/write/sync_times.h"

#include <algorithm>

namespace candor::storage {
namespace {
constexpr std::size_t kRoundsKept = 1000;
}  // namespace

void SyncTimes::add(std::chrono::nanoseconds duration) {
  const double ms = std::chrono::duration<double, std::milli>(duration).count();
  if (last_ms_.size() < kRoundsKept) {
    last_ms_.push_back(ms);
  } else {
    last_ms_[next_] = ms;
  }
  next_ = (next_ + 1) % kRoundsKept;
  ++rounds_;
}

SyncPercentiles SyncTimes::percentiles() const {
  if (last_ms_.empty()) {
    return {};
  }
  std::vector<double> sorted = last_ms_;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t last = sorted.size() - 1;
  return {.p50_ms = sorted[last / 2],
          .p99_ms = sorted[last * 99 / 100],
          .max_ms = sorted[last],
          .rounds = rounds_};
}

}  // namespace candor::storage
