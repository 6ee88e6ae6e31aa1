// SPDX-License-Identifier: Apache-2.0
// The body of add-checkpoint, with which a log asks a witness to cosign (C2SP tlog-witness v1.0.0),
// and of its answers. What a witness decides is not here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "evidence/note.h"
#include "evidence/proofs.h"

namespace candor::evidence {

inline constexpr std::size_t kProofLinesMax = 63;
/// A request's lines in front of its checkpoint take at most 25 + 63 * 45 + 1 bytes.
inline constexpr std::size_t kWitnessRequestBytesMax = kNoteBytesMax + 4096;

/// What a log sends: the size the witness has seen, the proof from there, the checkpoint.
struct WitnessRequest {
  std::uint64_t old_size = 0;
  Proof proof;  // Of consistency; at most kProofLinesMax hashes.
  Note checkpoint;

  friend bool operator==(const WitnessRequest&, const WitnessRequest&) = default;
};

/// The request as bytes. Its numbers keep to the limits above.
[[nodiscard]] std::string format_witness_request(const WitnessRequest& request);

/// Reads the form alone: whether the note is a checkpoint, who signed it and whether the proof
/// holds is for the witness, which answers each in another way.
///
/// Shape:  at most kWitnessRequestBytesMax. What parses is formatted to the same bytes.
/// Errors: kInvalidArgument; kResourceExhausted for too many bytes, proof lines or signatures.
[[nodiscard]] Result<WitnessRequest> parse_witness_request(std::string_view body);

/// A witness's answer to a request that it granted: its signature lines.
/// Errors: kInvalidArgument  none, or another line among them; kResourceExhausted  more than
///         kNoteSignaturesMax or kNoteBytesMax.
[[nodiscard]] Result<std::vector<NoteSignature>> parse_cosignatures(std::string_view body);

/// A witness's answer to a request with another old size than its own: its size and a newline.
[[nodiscard]] std::string format_known_size(std::uint64_t size);
/// Errors: kInvalidArgument.
[[nodiscard]] Result<std::uint64_t> parse_known_size(std::string_view body);

}  // namespace candor::evidence
