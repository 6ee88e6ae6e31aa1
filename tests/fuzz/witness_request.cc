// SPDX-License-Identifier: Apache-2.0
// What a witness is sent and what it answers.
#include "evidence/witness_request.h"

#include "core/assert.h"

namespace candor {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body = as_text({data, size});
  if (const auto request = evidence::parse_witness_request(body); request.has_value()) {
    CANDOR_ASSERT(request->proof.size() <= evidence::kProofLinesMax);
    CANDOR_ASSERT(evidence::format_witness_request(*request) == body);
  }
  if (const auto signatures = evidence::parse_cosignatures(body); signatures.has_value()) {
    std::string again;
    for (const evidence::NoteSignature& signature : *signatures) {
      again += evidence::format_signature(signature);
    }
    CANDOR_ASSERT(again == body);
  }
  if (const auto known = evidence::parse_known_size(body); known.has_value()) {
    CANDOR_ASSERT(evidence::format_known_size(*known) == body);
  }
  return 0;
}

}  // namespace candor
