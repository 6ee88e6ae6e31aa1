// SPDX-License-Identifier: Apache-2.0
// Who signs checkpoints, as the notary sees it: candor-signer over its socket, or a key in memory
// in tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/result.h"
#include "evidence/checkpoint.h"
#include "evidence/note.h"
#include "evidence/note_key.h"
#include "evidence/proofs.h"

namespace candor::app {

/// "Sign this checkpoint, which extends the one of size `old`."
struct SignQuestion {
  std::uint64_t old = 0;
  evidence::Proof proof{};
  evidence::Checkpoint checkpoint{};
};

/// A signature, or why there is none.
struct SignAnswer {
  std::optional<evidence::NoteSignature> signature{};
  std::string refusal{};
  std::optional<std::uint64_t> last{};  // With a refusal: the size signed last, if it was told.
};

/// One thread: the notary's. Every question has a deadline. Errors, where nothing else is said: the
/// signer is away; asking again is right.
class CheckpointSigner {
 public:
  virtual ~CheckpointSigner() = default;
  /// The log's key, made at the first question. Errors: kPermissionDenied  refused.
  [[nodiscard]] virtual Result<evidence::NoteKey> key(const std::string& origin) = 0;
  [[nodiscard]] virtual Result<SignAnswer> sign(const SignQuestion& question) = 0;
};

}  // namespace candor::app
