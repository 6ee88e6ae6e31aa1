// SPDX-License-Identifier: Apache-2.0
#include "app/capture/reconnect_waits.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"

namespace candor::app {
namespace {

bool is_refusal(ErrorKind why) {
  return why == ErrorKind::kPermissionDenied || why == ErrorKind::kNotFound ||
         why == ErrorKind::kUnsupported;
}

}  // namespace

ReconnectWaits::ReconnectWaits(std::vector<std::chrono::milliseconds> waits)
    : waits_(std::move(waits)) {
  CANDOR_ASSERT(!waits_.empty());
}

std::chrono::milliseconds ReconnectWaits::after(ErrorKind why) {
  const std::size_t failures_before = failures_++;
  return is_refusal(why) ? nth(refusals_++) : std::min(nth(failures_before), kAbsentWaitMax);
}

void ReconnectWaits::begin_anew() {
  failures_ = 0;
  refusals_ = 0;
}

std::chrono::milliseconds ReconnectWaits::nth(std::size_t number) const {
  return waits_[std::min(number, waits_.size() - 1)];
}

}  // namespace candor::app
