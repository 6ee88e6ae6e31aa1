// SPDX-License-Identifier: Apache-2.0
// Digest authentication as cameras ask for it: MD5, without qop, with nonces that grow stale.
// Source: RFC 2617, 3.2.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "bench/camsim/rtsp_message.h"
#include "core/bytes.h"
#include "core/time.h"

namespace candor::camsim {

/// What a client answers a challenge with, 32 hexadecimal characters.
struct DigestQuestion {
  std::string_view user;
  std::string_view realm;
  std::string_view password;
  std::string_view method;
  std::string_view uri;
  std::string_view nonce;
};
[[nodiscard]] std::string digest_response(const DigestQuestion& question);

/// The value of `name` in `Digest a="b", c=d`; empty when it is not there.
[[nodiscard]] std::string digest_parameter(std::string_view header, std::string_view name);

enum class AuthVerdict : std::uint8_t { kAccepted, kMissing, kWrong, kStale };

/// Immutable after construction; a nonce carries its own time and proof, so nothing is remembered.
class DigestAuth {
 public:
  DigestAuth(std::string user, std::string password, std::chrono::seconds nonce_lifetime);

  [[nodiscard]] AuthVerdict check(const RtspRequest& request, BootTime now) const;

  /// The value of a WWW-Authenticate header with a fresh nonce.
  [[nodiscard]] std::string challenge(BootTime now, bool stale) const;

 private:
  [[nodiscard]] std::string nonce_at(std::int64_t ns) const;

  std::string user_;
  std::string password_;
  std::chrono::nanoseconds nonce_lifetime_;
  Bytes secret_;
};

}  // namespace candor::camsim
