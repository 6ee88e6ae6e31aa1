// SPDX-License-Identifier: Apache-2.0
// Signed notes (C2SP signed-note v1.0.0): text and signature lines, read strictly, written, checked
// with known keys. What the text says is not judged here: checkpoint.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "evidence/note_key.h"

namespace candor::evidence {

/// 16 signatures, which every verifier must accept, of 5 kB each (ML-DSA) take 110 kB.
inline constexpr std::size_t kNoteBytesMax = std::size_t{256} * 1024;
inline constexpr std::size_t kNoteSignaturesMax = 64;

/// One signature line, of a known key or not.
struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  // Behind the key id; at least one byte.

  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

/// Text and signatures. Text of a note that was only parsed says nothing: anyone wrote it.
struct Note {
  std::string text;  // Ends in a newline.
  std::vector<NoteSignature> signatures;

  friend bool operator==(const Note&, const Note&) = default;
};

/// Shape:  UTF-8 without control characters but newline, at most kNoteBytesMax; one to
///         kNoteSignaturesMax signature lines. What parses is written by format_note to the same
///         bytes.
/// Errors: kInvalidArgument; kResourceExhausted for a note too long or with too many signatures.
[[nodiscard]] Result<Note> parse_note(std::string_view bytes);

/// One line "— <name> <base64 of key id and signature>" with its newline, and such a line read.
[[nodiscard]] std::string format_signature(const NoteSignature& signature);
/// Errors: kInvalidArgument.
[[nodiscard]] Result<NoteSignature> parse_signature(std::string_view line_without_newline);

/// The note as bytes. The text ends in a newline, and there is at least one signature.
[[nodiscard]] std::string format_note(const Note& note);

/// A signature that verified.
struct KnownSignature {
  std::size_t key = 0;       // Its key, as a position in the list that was given.
  std::size_t line = 0;      // Its position in Note::signatures.
  std::uint64_t time_s = 0;  // Cosignatures only: when the witness signed, seconds since 1970.

  friend bool operator==(const KnownSignature&, const KnownSignature&) = default;
};

/// The signatures of known keys, in the order of the note's lines; those of unknown keys are passed
/// over. A key may have signed more than once.
///
/// Thread: any.
/// Errors: kPermissionDenied  a line of a known name and key id does not verify, or there is none;
///         kInvalidArgument   two of the known keys have the same name and key id.
/// Source: C2SP signed-note, "Signatures".
[[nodiscard]] Result<std::vector<KnownSignature>> verify_note(const Note& note,
                                                              std::span<const NoteKey> known);

/// Signs the note's text as the log `name`. The signer's key is the log's.
/// Errors: those of the signer.
[[nodiscard]] Result<NoteSignature> sign_note(std::string_view text, std::string_view name,
                                              Signer& signer);

/// Cosigns the note's text as the witness `name`.
/// Units:  `time_s` is seconds since 1970, from 1 to kNumberMax.
/// Errors: those of the signer.
/// Source: C2SP tlog-cosignature v1.0.1, "Ed25519 signed message".
[[nodiscard]] Result<NoteSignature> cosign_note(std::string_view text, std::string_view name,
                                                std::uint64_t time_s, Signer& signer);

}  // namespace candor::evidence
