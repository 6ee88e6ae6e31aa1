// SPDX-License-Identifier: Apache-2.0
#include "signer/alarm_lines.h"

#include <utility>

#include "core/base64.h"
#include "core/log.h"

namespace candor::signer {

bool AlarmLines::may_tell(Clock::time_point now, std::uint64_t& unsaid) {
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

void AlarmLines::tell(std::string_view kind, const evidence::Checkpoint& asked,
                      const evidence::TreeHead& last) {
  std::uint64_t unsaid = 0;
  if (may_tell(Clock::now(), unsaid)) {
    log::error("signer.alarm", {{"kind", kind},
                                {"origin", asked.origin},
                                {"asked_size", asked.size},
                                {"asked_root", to_base64(asked.root)},
                                {"last_size", last.size},
                                {"last_root", to_base64(last.root)},
                                {"others_unsaid", unsaid}});
  }
}

void AlarmLines::tell_fault(std::string_view origin, std::string_view reason) {
  std::uint64_t unsaid = 0;
  if (may_tell(Clock::now(), unsaid)) {
    log::error("signer.origin-refused",
               {{"origin", origin}, {"reason", reason}, {"others_unsaid", unsaid}});
  }
}

}  // namespace candor::signer
