// SPDX-License-Identifier: Apache-2.0
#include "app/capture/notary/log_board.h"

#include <utility>

namespace candor::app {

std::string_view to_string(LogStanding standing) {
  switch (standing) {
    case LogStanding::kLoading:
      return "loading";
    case LogStanding::kStarting:
      return "starting";
    case LogStanding::kNoSigner:
      return "no signer";
    case LogStanding::kNoWitness:
      return "no witness";
    case LogStanding::kUnverified:
      return "unverified-start";
    case LogStanding::kVerified:
      return "verified";
    case LogStanding::kClosed:
      return "closed";
  }
  return "";
}

void LogBoard::put(LogViewPtr view) {
  const MutexLock lock(mutex_);
  views_[view->log] = std::move(view);
}

std::vector<LogViewPtr> LogBoard::all() const {
  const MutexLock lock(mutex_);
  std::vector<LogViewPtr> all;
  all.reserve(views_.size());
  for (const auto& [log, view] : views_) {
    all.push_back(view);
  }
  return all;
}

LogViewPtr LogBoard::find(const storage::LogName& log) const {
  const MutexLock lock(mutex_);
  const auto found = views_.find(log);
  return found == views_.end() ? nullptr : found->second;
}

}  // namespace candor::app
