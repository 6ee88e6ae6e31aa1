// SPDX-License-Identifier: Apache-2.0
// What a camera answers on its RTSP connection: messages one after another.
#include "capture/rtsp/message.h"
#include "core/assert.h"
#include "core/bytes.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = as_text({data, size});
  static_cast<void>(rtsp::parse_url(text));
  while (true) {
    const auto parsed = rtsp::parse_message(text);
    if (!parsed.has_value() || !parsed->has_value()) {
      return 0;
    }
    CANDOR_ASSERT((*parsed)->bytes > 0 && (*parsed)->bytes <= text.size());
    CANDOR_ASSERT((*parsed)->message.body.size() <= rtsp::kBodyBytesMax);
    text.remove_prefix((*parsed)->bytes);
  }
}

}  // namespace candor
