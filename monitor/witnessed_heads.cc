// SPDX-License-Identifier: Apache-2.0
#include "monitor/witnessed_heads.h"

#include <utility>

namespace candor::monitor {

Result<std::shared_ptr<WitnessedHeads>> WitnessedHeads::open_in(const std::string& state) {
  CANDOR_TRY(auto records, records::WitnessRecords::open_in(state));
  return std::make_shared<WitnessedHeads>(std::move(records));
}

std::optional<mirror::WitnessedHead> WitnessedHeads::find(const std::string& origin) {
  const MutexLock lock(mutex_);
  const auto found = records_->logs.find(origin);
  if (!found.has_value()) {
    return std::nullopt;
  }
  const std::optional<records::WitnessedLog>& known = *found;
  if (!known.has_value() || !known->is_enrolled) {
    return std::nullopt;
  }
  const records::WitnessedLog& log = *known;
  mirror::WitnessedHead head{.vkey = log.vkey, .size = 0, .root = {}};
  if (log.last.has_value()) {
    head.size = log.last->size;
    head.root = log.last->root;
  }
  return head;
}

}  // namespace candor::monitor
