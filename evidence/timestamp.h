// SPDX-License-Identifier: Apache-2.0
// Time stamps of others (RFC 3161): the question over some bytes, and the judging of an answer. How
// it travels, and what is stamped when, is not known here (docs/design/timestamps.md).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"
#include "core/time.h"
#include "evidence/digest.h"

namespace candor::evidence {

/// An answer with the authority's whole chain takes 2 to 8 kB.
inline constexpr std::size_t kTimestampReplyBytesMax = std::size_t{64} * 1024;

/// A question, and what its answer must repeat.
struct TimestampQuery {
  Bytes der;  // What is sent.
  Digest imprint{};
  Bytes nonce;         // Big-endian; the first byte is not 0.
  std::string policy;  // As asked for, "1.2.3.4"; empty: whichever the authority likes.
};

/// Asks for a token over SHA-256 of `data`, with a random nonce and the authority's certificate.
/// Errors: kInvalidArgument  `policy` is neither empty nor an object identifier.
[[nodiscard]] Result<TimestampQuery> make_timestamp_query(ByteView data,
                                                          const std::string& policy = {});

/// Whose certificates are believed. Immutable, any thread.
class TimestampTrust {
 public:
  /// One to 64 certificates in PEM: roots, and those between them and the authorities.
  /// Errors: kInvalidArgument.
  [[nodiscard]] static Result<TimestampTrust> parse(std::string_view pem);
  ~TimestampTrust();
  TimestampTrust(TimestampTrust&&) noexcept;
  TimestampTrust& operator=(TimestampTrust&&) noexcept;
  TimestampTrust(const TimestampTrust&) = delete;
  TimestampTrust& operator=(const TimestampTrust&) = delete;

  struct Impl;
  [[nodiscard]] const Impl& impl() const { return *impl_; }

 private:
  explicit TimestampTrust(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What must be true of an answer. What is empty or none may be anything: who reads a stored token
/// knows no nonce.
struct TimestampExpectation {
  Digest imprint{};
  Bytes nonce{};
  std::string policy{};
};

/// What a token says, once it is believed.
struct Timestamp {
  UtcTime time;                           // genTime.
  std::string policy;                     // "1.2.3.4"
  std::string serial;                     // Hexadecimal.
  std::optional<Nanoseconds> accuracy{};  // As the authority claims it.
};

/// Judges a TimeStampResp: granted, a token of version 1, imprint and nonce and policy as expected,
/// signed by a certificate for time stamping that the trust vouched for **at genTime**. So a token
/// stays good when its authority's certificate has expired.
///
/// Shape:  DER without a byte behind it, at most kTimestampReplyBytesMax.
/// Thread: any.
/// Errors: kInvalidArgument   not a TimeStampResp, or a genTime that cannot be read.
///         kUnavailable       the authority refuses, saying why.
///         kPermissionDenied  another imprint, nonce or policy, a wrong signature or certificate.
/// Source: RFC 3161, 2.4.2; RFC 5816.
[[nodiscard]] Result<Timestamp> verify_timestamp(ByteView reply,
                                                 const TimestampExpectation& expected,
                                                 const TimestampTrust& trust);

}  // namespace candor::evidence
