// SPDX-License-Identifier: Apache-2.0
// What candor-signer reads from strangers: requests, and the other side's answers. A request that
// is read is written again to the same bytes.
#include "core/assert.h"
#include "core/bytes.h"
#include "signer/last_signed.h"
#include "signer/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace candor::signer;  // NOLINT(google-build-using-namespace): one short function
  const std::string_view text = candor::as_text({data, size});
  if (const auto request = parse_sign(text); request.has_value()) {
    CANDOR_ASSERT(format_sign(*request) == "sign\n" + std::string(text));
  }
  if (const auto refusal = parse_refusal(text); refusal.has_value()) {
    CANDOR_ASSERT(refusal->reason.find('\n') == std::string::npos);
  }
  static_cast<void>(parse_last_signed("a/b", text));
  return 0;
}
