// SPDX-License-Identifier: Apache-2.0
// The challenges of a camera that asks for a password. The input is one header value a line.
#include "capture/rtsp/digest_auth.h"
#include "core/assert.h"
#include "core/bytes.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = as_text({data, size});
  rtsp::Message message;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    message.headers.emplace_back("WWW-Authenticate", text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  rtsp::Authorization authorization("user", "the password");
  for (int round = 0; round < 3 && authorization.take_challenge(message); ++round) {
    const std::string answer = authorization.answer("DESCRIBE", "rtsp://camera/stream");
    CANDOR_ASSERT(!answer.empty());
    CANDOR_ASSERT(answer.find('\n') == std::string::npos);  // It becomes a header line.
  }
  return 0;
}

}  // namespace candor
