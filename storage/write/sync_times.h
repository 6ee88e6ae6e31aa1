// SPDX-License-Identifier: Apache-2.0
// How long sync rounds took: the last thousand, and their percentiles.
#pragma once

#include <chrono>
#include <vector>

namespace candor::storage {

struct SyncPercentiles {
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
  std::size_t rounds = 0;
};

/// One thread.
class SyncTimes {
 public:
  void add(std::chrono::nanoseconds duration);
  [[nodiscard]] SyncPercentiles percentiles() const;

 private:
  std::vector<double> last_ms_;
  std::size_t next_ = 0;
  std::size_t rounds_ = 0;
};

}  // namespace candor::storage
