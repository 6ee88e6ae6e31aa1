// SPDX-License-Identifier: Apache-2.0
#include "storage/write/entry_clock.h"

#include <fstream>
#include <string>
#include <sys/timex.h>

namespace candor::storage {
namespace {

constexpr unsigned kErrorBits = 32;

}  // namespace

EntryClock::EntryClock(const Clock& clock) : clock_(clock) {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);
  boot_id_ = parse_uuid(text).value_or(Uuid{});
}

void EntryClock::take(const ClockReading& reading) {
  reading_ = (static_cast<std::uint64_t>(reading.state) << kErrorBits) | reading.error_us;
  read_at_ns_ = clock_.boot().ns;
}

EntryTime EntryClock::now() const {
  EntryTime time{.real = clock_.utc(), .boot = clock_.boot(), .boot_id = boot_id_};
  if (const std::int64_t read_at_ns = read_at_ns_; read_at_ns != kNever) {
    if (time.boot - BootTime{read_at_ns} <= kReadingGood) {
      const std::uint64_t reading = reading_;
      time.state = static_cast<evidence::ClockState>(reading >> kErrorBits);
      time.error_us = static_cast<std::uint32_t>(reading);
    }
    return time;
  }
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
