// SPDX-License-Identifier: Apache-2.0
#include "net/refused_peers.h"

#include <utility>

#include "core/log.h"

namespace candor::net {

bool RefusedPeers::may_tell(Clock::time_point now, std::uint64_t& unsaid) {
  if (told_ == 0 || now - minute_ >= std::chrono::minutes(1)) {
    minute_ = now;
    told_ = 0;
  }
  if (told_ == kEachMinute) {
    ++unsaid_;
    return false;
  }
  ++told_;
  unsaid = std::exchange(unsaid_, 0);
  return true;
}

void RefusedPeers::tell(std::string_view address, std::string_view reason) {
  std::uint64_t unsaid = 0;
  if (may_tell(Clock::now(), unsaid)) {
    log::warn("link.peer-refused",
              {{"peer", address}, {"reason", reason}, {"others_unsaid", unsaid}});
  }
}

}  // namespace candor::net
