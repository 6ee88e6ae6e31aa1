// SPDX-License-Identifier: Apache-2.0
#include "storage/write/tree/leaf_feed.h"

#include <utility>

namespace candor::storage {

void LeafFeed::submit(LeafBatch batch) {
  if (batch.leaves.empty()) {
    return;
  }
  {
    const MutexLock lock(mutex_);
    committed_[batch.log] = batch.leaves.back().index + 1;
  }
  const std::size_t bytes = batch.leaves.size() * sizeof(Leaf);
  // Refused: the next batch, or the count above, shows the hole.
  static_cast<void>(queue_.try_push(std::move(batch), bytes));
}

std::map<LogName, std::uint64_t> LeafFeed::committed() const {
  const MutexLock lock(mutex_);
  return committed_;
}

}  // namespace candor::storage
