// SPDX-License-Identifier: Apache-2.0
// Answers to WWW-Authenticate: Digest (RFC 2617, RFC 7616: MD5 and SHA-256, qop auth or none), else
// Basic.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "capture/rtsp/message.h"

namespace candor::rtsp {

/// One thread: the source's.
class Authorization {
 public:
  Authorization(std::string user, std::string password)
      : user_(std::move(user)), password_(std::move(password)) {}

  /// Takes the challenges of a 401. False: there is no user, or nothing it offers is known, or the
  /// same challenge was answered before and it is not stale: the password is wrong.
  [[nodiscard]] bool take_challenge(const Message& answer);

  /// The Authorization header's value; empty before a challenge.
  [[nodiscard]] std::string answer(std::string_view method, std::string_view url);

 private:
  std::string user_;
  std::string password_;
  std::string realm_;
  std::string nonce_;
  std::string opaque_;
  std::string cnonce_;
  bool is_basic_ = false;
  bool is_sha256_ = false;
  bool has_qop_ = false;
  bool was_answered_ = false;
  std::uint32_t count_ = 0;
};

}  // namespace candor::rtsp
