// SPDX-License-Identifier: Apache-2.0
// Answers of time stamp authorities. The corpus has those of `openssl ts` with their root in front;
// none is believed over two imprints.
#include "evidence/timestamp.h"

#include "core/assert.h"

namespace candor {
namespace {

// An input is the length of a PEM text in two bytes, the text, the answer.
constexpr std::string_view kStamped = "stamped by openssl\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const ByteView input(data + 2, size - 2);
  const std::size_t length = std::min<std::size_t>(data[0] * 256U + data[1], input.size());
  const auto trust = evidence::TimestampTrust::parse(as_text(input.first(length)));
  if (!trust.has_value()) {
    return 0;
  }
  const evidence::Digest imprint = evidence::sha256(as_bytes(kStamped));
  const ByteView reply = input.subspan(length);
  evidence::Digest other = imprint;
  other[0] ^= 1U;
  const auto stamp = evidence::verify_timestamp(reply, {.imprint = imprint}, *trust);
  CANDOR_ASSERT(!evidence::verify_timestamp(reply, {.imprint = other}, *trust).has_value() ||
                !stamp.has_value());
  return 0;
}

}  // namespace candor
