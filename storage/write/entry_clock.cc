// SPDX-License-Identifier: Apache-2.0
#include "storage/write/entry_clock.h"

#include <fstream>
#include <string>
#include <sys/timex.h>

namespace candor::storage {

EntryClock::EntryClock(const Clock& clock) : clock_(clock) {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);
  boot_id_ = parse_uuid(text).value_or(Uuid{});
}

EntryTime EntryClock::now() const {
  EntryTime time{.real = clock_.utc(), .boot = clock_.boot(), .boot_id = boot_id_};
  timex kernel{};
  if (::adjtimex(&kernel) >= 0) {
    const bool synchronised = (kernel.status & STA_UNSYNC) == 0;
    time.state =
        synchronised ? evidence::ClockState::kSynchronised : evidence::ClockState::kFreeRunning;
    if (synchronised) {
      time.error_us = static_cast<std::uint32_t>(kernel.maxerror);
    }
  }
  return time;
}

}  // namespace candor::storage
