// SPDX-License-Identifier: Apache-2.0
// A bundle of log entries: frames, headers and every kind of body. What decodes must encode to the
// same bytes, where the encoding is fixed.
#include <algorithm>

#include "core/assert.h"
#include "evidence/bodies.h"
#include "evidence/entry.h"

namespace candor {
namespace {

void check_entry(ByteView bytes) {
  const auto entry = evidence::decode_entry(bytes);
  if (!entry.has_value()) {
    return;
  }
  const Bytes again = evidence::encode_entry(entry->header, entry->body);
  CANDOR_ASSERT(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  CANDOR_ASSERT(!evidence::entry_type_name(entry->header.type).empty());
  if (const auto media = evidence::decode_media_body(entry->body); media.has_value()) {
    const Bytes body = evidence::encode_media_body(*media);
    CANDOR_ASSERT(std::equal(body.begin(), body.end(), entry->body.begin(), entry->body.end()));
  }
  static_cast<void>(evidence::decode_init(entry->body));
  static_cast<void>(evidence::decode_stream(entry->body));
  static_cast<void>(evidence::decode_session_open(entry->body));
  static_cast<void>(evidence::decode_session_close(entry->body));
  static_cast<void>(evidence::decode_gap(entry->body));
  static_cast<void>(evidence::decode_recorder(entry->body));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const evidence::Bundle bundle = evidence::read_bundle({data, size});
  CANDOR_ASSERT(bundle.consumed <= size);
  for (const ByteView entry : bundle.entries) {
    check_entry(entry);
  }
  return 0;
}

}  // namespace candor
