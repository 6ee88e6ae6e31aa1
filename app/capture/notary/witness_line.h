// SPDX-License-Identifier: Apache-2.0
// The way to one witness: a request and its answer. What is asked, and when, is witness_client.h.
#pragma once

#include <string>

#include "core/result.h"
#include "evidence/note_key.h"
#include "net/endpoint.h"

namespace candor::app {

/// A witness as the configuration has it.
struct WitnessSpec {
  evidence::NoteKey key;  // Of type kCosignature; its name is the witness's.
  std::string host;
  std::uint16_t port = 0;
  std::string path;             // In front of "/add-checkpoint"; no slash at its end.
  bool is_on_own_host = false;  // Counts as none in a quorum: the status says so.
};

struct WitnessAnswer {
  unsigned status = 0;
  std::string content_type;
  std::string body;
};

/// One thread: the witness's. Blocks, with a deadline.
class WitnessLine {
 public:
  virtual ~WitnessLine() = default;
  /// `path` is behind the witness's own. Errors: kUnavailable, kDeadlineExceeded, kDataLoss (not
  /// HTTP), kResourceExhausted (the answer is too long).
  [[nodiscard]] virtual Result<WitnessAnswer> get(const std::string& path) = 0;
  [[nodiscard]] virtual Result<WitnessAnswer> post(const std::string& path,
                                                   const std::string& body) = 0;
};

/// Over HTTP, a connection for each request.
class HttpWitnessLine final : public WitnessLine {
 public:
  explicit HttpWitnessLine(const WitnessSpec& witness);
  [[nodiscard]] Result<WitnessAnswer> get(const std::string& path) override;
  [[nodiscard]] Result<WitnessAnswer> post(const std::string& path,
                                           const std::string& body) override;

 private:
  [[nodiscard]] Result<WitnessAnswer> ask(const std::string& method, const std::string& path,
                                          const std::string& body);
  net::Endpoint endpoint_;
  std::string path_;
};

}  // namespace candor::app
