// SPDX-License-Identifier: Apache-2.0
// TLS to a camera (rtsps): whom to trust, and reading and writing on a socket that does not block.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace candor::rtsp {

/// Whom to believe that it is the camera. One of both.
struct TlsTrust {
  std::string ca_file;  // PEM: the certificate must be signed by one of these and name the host,
  std::string fingerprint;  // or be the one with this SHA-256, 64 hexadecimal digits.
};

/// One connection; one thread, the source's. The socket is the caller's.
class TlsStream {
 public:
  /// What a step came to.
  enum class Step : std::uint8_t { kDone, kWantsRead, kWantsWrite, kClosed };
  struct Moved {
    Step step = Step::kDone;
    std::size_t bytes = 0;
  };

  /// Errors: kInvalidArgument  the CA file cannot be used.
  [[nodiscard]] static Result<std::unique_ptr<TlsStream>> make(int fd, const std::string& host,
                                                               const TlsTrust& trust);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  TlsStream(TlsStream&&) = delete;
  TlsStream& operator=(TlsStream&&) = delete;

  /// Errors: kPermissionDenied  the certificate is not to be trusted; kUnavailable.
  [[nodiscard]] Result<Step> handshake();
  /// Errors: kUnavailable.
  [[nodiscard]] Result<Moved> read(std::span<std::uint8_t> out);
  [[nodiscard]] Result<Moved> write(std::string_view text);

 private:
  struct Impl;
  explicit TlsStream(std::unique_ptr<Impl> impl);
  [[nodiscard]] Result<void> check_fingerprint() const;

  std::unique_ptr<Impl> impl_;
};

}  // namespace candor::rtsp
