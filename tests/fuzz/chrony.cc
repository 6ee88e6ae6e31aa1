// SPDX-License-Identifier: Apache-2.0
// The three answers of chronyc, split at an empty line: whatever they are, the clock has a state.
#include "app/capture/time/chrony.h"

#include "core/assert.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(as_text({data, size}));
  const std::size_t first = std::min(text.find("\n\n"), text.size());
  const std::size_t second = std::min(text.find("\n\n", first + 1), text.size());
  const auto part = [&](std::size_t begin, std::size_t end) {
    return begin < end ? text.substr(begin, end - begin) : std::string();
  };
  const storage::ClockReading reading =
      app::read_clock({.tracking = part(0, first) + "\n",
                       .sources = part(first + 2, second) + "\n",
                       .authdata = part(second + 2, text.size())});
  const bool is_known = reading.state != evidence::ClockState::kUnknown &&
                        reading.state != evidence::ClockState::kFreeRunning;
  CANDOR_ASSERT(is_known == (reading.error_us != evidence::kClockErrorUnknown));
  CANDOR_ASSERT(is_known == !reading.source.empty());
  return 0;
}

}  // namespace candor
