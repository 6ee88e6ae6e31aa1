// SPDX-License-Identifier: Apache-2.0
// candor-signer, asked over its socket (docs/design/signer.md).
#pragma once

#include <string>

#include "app/capture/notary/checkpoint_signer.h"
#include "signer/client.h"

namespace candor::app {

/// One thread: the notary's.
class SocketSigner final : public CheckpointSigner {
 public:
  explicit SocketSigner(std::string socket) : client_(std::move(socket)) {}

  [[nodiscard]] Result<evidence::NoteKey> key(const std::string& origin) override {
    return client_.vkey(origin);
  }

  [[nodiscard]] Result<SignAnswer> sign(const SignQuestion& question) override {
    auto signature = client_.sign(
        {.old = question.old, .proof = question.proof, .checkpoint = question.checkpoint});
    if (signature.has_value()) {
      return SignAnswer{.signature = std::move(*signature)};
    }
    if (const auto& refusal = client_.refusal(); refusal.has_value()) {
      return SignAnswer{.refusal = refusal->reason, .last = refusal->last};
    }
    return fail(std::move(signature.error()));
  }

 private:
  signer::SignerClient client_;
};

}  // namespace candor::app
