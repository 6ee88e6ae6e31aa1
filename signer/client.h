// SPDX-License-Identifier: Apache-2.0
// Asks candor-signer, as candor-capture does. Blocking: on a thread that nothing waits for.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "evidence/note.h"
#include "evidence/note_key.h"
#include "signer/descriptor.h"
#include "signer/protocol.h"

namespace candor::signer {

/// One thread. It connects at the first question, and anew after a connection is lost: a question
/// whose connection broke before the answer came is asked once more, which is harmless, since
/// signing the same again gives the same.
class SignerClient {
 public:
  /// `deadline` is for one question, connecting included.
  explicit SignerClient(std::string socket,
                        std::chrono::milliseconds deadline = std::chrono::milliseconds(2000))
      : path_(std::move(socket)), deadline_(deadline) {}

  // Errors of both; nothing was signed that this side knows of, and asking again is right:
  //   kUnavailable       nobody listens there, or the connection broke twice;
  //   kDeadlineExceeded  no answer in time;
  //   kPermissionDenied  refused; refusal() has the reason, the socket's mode may be one;
  //   kInternal          the answer is none of the protocol.

  /// The verifier key of an origin, which begins with its first question.
  [[nodiscard]] Result<evidence::NoteKey> vkey(std::string_view origin);

  /// The log's signature line for the request's checkpoint. It was verified by the signer, not
  /// here. After a refusal with another `last` than request.old: prove from there.
  [[nodiscard]] Result<evidence::NoteSignature> sign(const SignRequest& request);

  /// Of the last question; nothing if it was answered, or failed otherwise.
  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] Result<std::string> ask(std::string_view message);
  [[nodiscard]] Result<std::string> ask_once(std::string_view framed, Clock::time_point end);
  [[nodiscard]] Result<void> connect(Clock::time_point end);
  [[nodiscard]] Result<void> send(std::string_view bytes, Clock::time_point end);
  [[nodiscard]] Result<std::string> receive(std::size_t size, Clock::time_point end);
  [[nodiscard]] Result<void> wait(short events, Clock::time_point end);

  std::string path_;
  std::chrono::milliseconds deadline_;
  Descriptor socket_;
  std::optional<Refusal> refusal_;
};

}  // namespace candor::signer
