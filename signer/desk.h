// SPDX-License-Identifier: Apache-2.0
// Decides what is signed: only a checkpoint that extends the last one that was signed for its
// origin. Keys are behind key_store.h, sockets in server.h.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "evidence/checkpoint.h"
#include "evidence/note_key.h"
#include "evidence/proofs.h"
#include "signer/alarm_lines.h"
#include "signer/key_store.h"
#include "signer/last_signed.h"
#include "signer/protocol.h"

namespace candor::signer {

/// Keys that are made at the request of another process do not fill a disk or a token.
inline constexpr std::size_t kOriginsMax = 1000;

struct DeskOptions {
  std::string state;          // Folder of what was signed last.
  std::string origin_prefix;  // Origins begin with it; empty: any.
  bool makes_keys = true;     // At the first question for an origin.
};

/// One thread.
class SigningDesk {
 public:
  /// The keys outlive the desk.
  SigningDesk(DeskOptions options, KeyStore& keys)
      : options_(std::move(options)), files_(options_.state), keys_(keys) {}

  /// The answer to one message: a verifier key, a signature line, or a refusal. A signature is
  /// given out only when the state on disk says so.
  [[nodiscard]] std::string answer(std::string_view message);

  /// Goes on from a checkpoint that this origin's key once signed, where the state is torn or
  /// missing. That it is the newest one, the person who asks for it knows.
  ///
  /// Errors: kFailedPrecondition  the state is whole, or there is no key;
  ///         kPermissionDenied    the note is not signed by this origin's key;
  ///         kInvalidArgument     no checkpoint; those of keys and files.
  [[nodiscard]] Result<evidence::TreeHead> adopt(std::string_view note);

 private:
  struct Log {
    std::unique_ptr<evidence::Signer> key;
    evidence::TreeHead last;
  };

  [[nodiscard]] Result<std::string> vkey(std::string_view origin);
  [[nodiscard]] Result<std::string> sign(std::string_view body);
  [[nodiscard]] Result<void> check_origin(std::string_view origin) const;
  [[nodiscard]] Result<Log*> open(std::string_view origin);
  [[nodiscard]] Result<Log> load(std::string_view origin);
  [[nodiscard]] Result<Log> begin(std::string_view origin);
  [[nodiscard]] Result<void> judge(const SignRequest& request, const evidence::TreeHead& last);
  [[nodiscard]] Result<std::string> signature_of(const evidence::Checkpoint& checkpoint, Log& log);

  DeskOptions options_;
  LastSignedFiles files_;
  KeyStore& keys_;
  AlarmLines alarms_;
  std::map<std::string, Log, std::less<>> logs_;  // At most kOriginsMax.
};

}  // namespace candor::signer
