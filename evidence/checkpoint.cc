// SPDX-License-Identifier: Apache-2.0
#include "evidence/checkpoint.h"

#include "core/assert.h"
#include "core/base64.h"
#include "evidence/text_lines.h"

namespace candor::evidence {
namespace {

tl::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorKind::kInvalidArgument, "checkpoint " + std::string(why));
}

}  // namespace

std::string format_checkpoint(const Checkpoint& checkpoint) {
  CANDOR_ASSERT(checkpoint.extensions.empty() && checkpoint.size <= kNumberMax);
  CANDOR_ASSERT(!checkpoint.origin.empty() && checkpoint.origin.find('\n') == std::string::npos);
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
         to_base64(checkpoint.root) + "\n";
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto origin = take_line(text);
  const auto size = take_line(text);
  const auto root = take_line(text);
  if (!origin.has_value() || origin->empty() || !size.has_value() || !root.has_value()) {
    return malformed("without the three lines origin, size and root");
  }
  const auto number = parse_decimal(*size);
  if (!number.has_value()) {
    return malformed("with a size that is no decimal number: " + quoted(*size));
  }
  CANDOR_TRY(const Digest digest, with_context(parse_digest(*root), "checkpoint's root"));
  Checkpoint checkpoint{
      .origin = std::string(*origin), .size = *number, .root = digest, .extensions = {}};
  while (const auto line = take_line(text)) {
    if (line->empty()) {
      return malformed("with an empty line");
    }
    checkpoint.extensions.emplace_back(*line);
  }
  return text.empty() ? Result<Checkpoint>(std::move(checkpoint))
                      : Result<Checkpoint>(malformed("that ends within a line"));
}

Result<OpenedCheckpoint> open_checkpoint(std::string_view bytes, std::span<const NoteKey> known) {
  CANDOR_TRY(Note note, parse_note(bytes));
  CANDOR_TRY(Checkpoint checkpoint, parse_checkpoint(note.text));
  CANDOR_TRY(auto signatures, verify_note(note, known));
  return OpenedCheckpoint{.checkpoint = std::move(checkpoint),
                          .note = std::move(note),
                          .signatures = std::move(signatures)};
}

Result<Note> sign_checkpoint(const Checkpoint& checkpoint, Signer& signer) {
  Note note{.text = format_checkpoint(checkpoint), .signatures = {}};
  CANDOR_TRY(NoteSignature signature, sign_note(note.text, checkpoint.origin, signer));
  note.signatures.push_back(std::move(signature));
  return note;
}

}  // namespace candor::evidence
