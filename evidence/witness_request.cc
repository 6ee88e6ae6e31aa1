// SPDX-License-Identifier: Apache-2.0
#include "evidence/witness_request.h"

#include "core/assert.h"
#include "core/base64.h"
#include "evidence/text_lines.h"

namespace candor::evidence {
namespace {

constexpr std::string_view kOld = "old ";

tl::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorKind::kInvalidArgument, "witness request " + std::string(why));
}

// The proof's lines and the blank one behind them.
Result<Proof> take_proof(std::string_view& body) {
  Proof proof;
  while (const auto line = take_line(body)) {
    if (line->empty()) {
      return proof;
    }
    if (proof.size() == kProofLinesMax) {
      return fail(ErrorKind::kResourceExhausted,
                  "witness request with more than " + std::to_string(kProofLinesMax) + " hashes");
    }
    CANDOR_TRY(const Digest hash, with_context(parse_digest(*line), "witness request: proof"));
    proof.push_back(hash);
  }
  return malformed("without a blank line behind its proof");
}

}  // namespace

std::string format_witness_request(const WitnessRequest& request) {
  CANDOR_ASSERT(request.old_size <= kNumberMax && request.proof.size() <= kProofLinesMax);
  std::string body = std::string(kOld) + std::to_string(request.old_size) + "\n";
  for (const Digest& hash : request.proof) {
    body += to_base64(hash) + "\n";
  }
  return body + "\n" + format_note(request.checkpoint);
}

Result<WitnessRequest> parse_witness_request(std::string_view body) {
  if (body.size() > kWitnessRequestBytesMax) {
    return fail(ErrorKind::kResourceExhausted,
                "witness request of " + std::to_string(body.size()) + " bytes");
  }
  const auto first = take_line(body);
  const auto old_size = first.has_value() && first->starts_with(kOld)
                            ? parse_decimal(first->substr(kOld.size()))
                            : std::nullopt;
  if (!old_size.has_value()) {
    return malformed("does not begin with the old size");
  }
  CANDOR_TRY(Proof proof, take_proof(body));
  CANDOR_TRY(Note checkpoint, parse_note(body));
  return WitnessRequest{
      .old_size = *old_size, .proof = std::move(proof), .checkpoint = std::move(checkpoint)};
}

Result<std::vector<NoteSignature>> parse_cosignatures(std::string_view body) {
  if (body.size() > kNoteBytesMax) {
    return fail(ErrorKind::kResourceExhausted,
                "witness's answer of " + std::to_string(body.size()) + " bytes");
  }
  std::vector<NoteSignature> signatures;
  while (const auto line = take_line(body)) {
    if (signatures.size() == kNoteSignaturesMax) {
      return fail(
          ErrorKind::kResourceExhausted,
          "witness's answer with more than " + std::to_string(kNoteSignaturesMax) + " signatures");
    }
    CANDOR_TRY(NoteSignature signature, with_context(parse_signature(*line), "witness's answer"));
    signatures.push_back(std::move(signature));
  }
  if (!body.empty() || signatures.empty()) {
    return fail(ErrorKind::kInvalidArgument,
                "witness's answer without a signature, or cut off within one");
  }
  return signatures;
}

std::string format_known_size(std::uint64_t size) {
  CANDOR_ASSERT(size <= kNumberMax);
  return std::to_string(size) + "\n";
}

Result<std::uint64_t> parse_known_size(std::string_view body) {
  const std::string_view whole = body;
  const auto line = take_line(body);
  const auto size = line.has_value() && body.empty() ? parse_decimal(*line) : std::nullopt;
  return size.has_value()
             ? Result<std::uint64_t>(*size)
             : Result<std::uint64_t>(fail(ErrorKind::kInvalidArgument,
                                          "witness's answer is no size: " + quoted(whole)));
}

}  // namespace candor::evidence
