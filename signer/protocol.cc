// SPDX-License-Identifier: Apache-2.0
#include "signer/protocol.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/assert.h"
#include "core/base64.h"
#include "core/big_endian.h"
#include "core/text.h"
#include "evidence/text_lines.h"
#include "evidence/witness_request.h"

namespace candor::signer {
namespace {

constexpr std::string_view kOld = "old ";
constexpr std::string_view kRefused = "refused: ";
constexpr std::string_view kLast = "last ";
constexpr std::size_t kReasonBytesMax = 1000;

tl::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorKind::kInvalidArgument, fmt::format("the request {}", why));
}

}  // namespace

std::string format_sign(const SignRequest& request) {
  std::string text = fmt::format("sign\n{}{}\n", kOld, request.old);
  for (const evidence::Digest& hash : request.proof) {
    text += to_base64(hash) + "\n";
  }
  return text + "\n" + evidence::format_checkpoint(request.checkpoint);
}

Result<SignRequest> parse_sign(std::string_view body) {
  const auto first = evidence::take_line(body);
  if (!first.has_value() || !first->starts_with(kOld)) {
    return malformed("does not begin with a line 'old <size>'");
  }
  const auto old = evidence::parse_decimal(first->substr(kOld.size()));
  if (!old.has_value()) {
    return malformed("has an old size that is no decimal number");
  }
  SignRequest request{.old = *old, .proof = {}, .checkpoint = {}};
  auto line = evidence::take_line(body);
  for (; line.has_value() && !line->empty(); line = evidence::take_line(body)) {
    if (request.proof.size() == evidence::kProofLinesMax) {
      return malformed("has more proof lines than any proof needs");
    }
    CANDOR_TRY(const evidence::Digest hash,
               with_context(evidence::parse_digest(*line), "proof line"));
    request.proof.push_back(hash);
  }
  if (!line.has_value()) {
    return malformed("has no empty line in front of its checkpoint");
  }
  CANDOR_TRY(request.checkpoint, evidence::parse_checkpoint(body));
  if (!request.checkpoint.extensions.empty()) {
    return malformed("has a checkpoint with extension lines");
  }
  return request;
}

std::string format_vkey_question(std::string_view origin) {
  return fmt::format("vkey {}\n", origin);
}

std::string format_refusal(std::string_view reason) {
  return fmt::format("{}{}\n", kRefused, plain_text(reason, kReasonBytesMax));
}

std::optional<Refusal> parse_refusal(std::string_view message) {
  if (!message.starts_with(kRefused) || !message.ends_with('\n')) {
    return std::nullopt;
  }
  message.remove_prefix(kRefused.size());
  message.remove_suffix(1);
  Refusal refusal{.reason = plain_text(message, kReasonBytesMax), .last = std::nullopt};
  const auto space = message.rfind(' ');
  if (space != std::string_view::npos && message.substr(0, space + 1).ends_with(kLast)) {
    refusal.last = evidence::parse_decimal(message.substr(space + 1));
  }
  return refusal;
}

std::string frame(std::string_view message) {
  CANDOR_ASSERT(!message.empty() && message.size() <= kMessageBytesMax);
  Bytes head;
  append_be(head, static_cast<std::uint32_t>(message.size()));
  return std::string(as_text(head)) + std::string(message);
}

Result<std::size_t> parse_frame_head(ByteView head) {
  CANDOR_ASSERT(head.size() >= kFrameHeadBytes);
  const auto size = get_be<std::uint32_t>(head.data());
  if (size == 0 || size > kMessageBytesMax) {
    return fail(ErrorKind::kInvalidArgument, fmt::format("a message of {} bytes", size));
  }
  return size;
}

}  // namespace candor::signer
