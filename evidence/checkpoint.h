// SPDX-License-Identifier: Apache-2.0
// A log's size and root as the text of a signed note (C2SP tlog-checkpoint v1.0.0), its signature
// by the log and its cosignatures by witnesses.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "evidence/digest.h"
#include "evidence/note.h"

namespace candor::evidence {

/// A tree head. What Candor makes has no extension lines: ML-DSA cosignatures do not cover them.
struct Checkpoint {
  std::string origin;  // One line, not empty.
  std::uint64_t size = 0;
  Digest root{};
  std::vector<std::string> extensions;  // Lines of other logs, kept as they are.

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

/// Origin, size and root, each with its newline. The checkpoint has no extension lines.
[[nodiscard]] std::string format_checkpoint(const Checkpoint& checkpoint);

/// Reads a note's text. That the root of size 0 is the empty tree's is for proofs.h: a witness
/// answers it as a proof that fails.
/// Errors: kInvalidArgument  fewer than three lines, an empty one, a size that is no plain decimal
///         up to 2^63 - 1, a root that is not 32 bytes of base64.
[[nodiscard]] Result<Checkpoint> parse_checkpoint(std::string_view text);

/// A checkpoint with who is known to have signed it.
struct OpenedCheckpoint {
  Checkpoint checkpoint;
  Note note;
  std::vector<KnownSignature> signatures;
};

/// parse_note, parse_checkpoint and verify_note in one. Whether those who signed suffice is for
/// policy.h.
/// Errors: theirs.
[[nodiscard]] Result<OpenedCheckpoint> open_checkpoint(std::string_view bytes,
                                                       std::span<const NoteKey> known);

/// The checkpoint as a note signed by its log, whose key name is the origin; cosignatures are added
/// by cosign_note. The origin is a key name.
/// Errors: those of the signer.
[[nodiscard]] Result<Note> sign_checkpoint(const Checkpoint& checkpoint, Signer& signer);

}  // namespace candor::evidence
