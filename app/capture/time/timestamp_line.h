// SPDX-License-Identifier: Apache-2.0
// The way to one time stamp authority: a question and its answer, unjudged.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "core/bytes.h"
#include "core/result.h"
#include "evidence/timestamp.h"

namespace candor::app {

/// An authority as the configuration has it.
struct AuthoritySpec {
  std::string name;  // A slug: it stands in file names.
  std::string host;
  std::uint16_t port = 80;
  std::string target = "/";
  std::string policy{};  // That is asked for; empty: any.
  std::shared_ptr<const evidence::TimestampTrust> trust{};
};

/// Used by one thread at a time, which may be left behind: it owns all it needs.
class TimestampLine {
 public:
  virtual ~TimestampLine() = default;
  /// Blocks, with a deadline. Errors: kUnavailable, kDeadlineExceeded, kDataLoss (not HTTP, or not
  /// a time stamp answer), kResourceExhausted (too long).
  [[nodiscard]] virtual Result<Bytes> ask(const Bytes& query) = 0;
};

/// RFC 3161, 3.4: over HTTP, a connection for each question. Without TLS: question and answer are
/// no secret, and the answer is signed.
class HttpTimestampLine final : public TimestampLine {
 public:
  explicit HttpTimestampLine(const AuthoritySpec& authority,
                             std::chrono::seconds limit = std::chrono::seconds(15));
  [[nodiscard]] Result<Bytes> ask(const Bytes& query) override;

 private:
  const std::string host_;
  const std::uint16_t port_;
  const std::string target_;
  const std::chrono::seconds limit_;  // Of each step, and of the whole body.
};

}  // namespace candor::app
