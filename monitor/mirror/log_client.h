// SPDX-License-Identifier: Apache-2.0
// The logs of one capture host over the link (docs/design/link.md, "Logs"). Blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "net/endpoint.h"

namespace candor::mirror {

/// More logs of one host are not looked at.
inline constexpr std::size_t kLogsOfHostMax = 512;

/// A log as its host offers it. Nothing of it is believed yet.
struct OfferedLog {
  std::string room;
  std::uint64_t epoch = 0;
  std::string origin;
  std::string vkey;  // Empty: it has no key.
  std::uint64_t size = 0;
  std::uint64_t signed_size = 0;
};

/// One thread at a time.
class LogClient {
 public:
  explicit LogClient(net::Endpoint endpoint) : endpoint_(std::move(endpoint)) {}

  // Errors of all: kUnavailable, kDeadlineExceeded  the host is away; kNotFound  it does not know
  // that; kDataLoss  the answer has another form than it must have.

  /// Those whose origin fits their room and epoch.
  [[nodiscard]] Result<std::vector<OfferedLog>> list();
  /// A bundle from an offset on; empty: there is nothing behind it.
  [[nodiscard]] Result<Bytes> bundle(const OfferedLog& log, std::uint64_t number,
                                     std::uint64_t offset);
  /// The newest signed note.
  [[nodiscard]] Result<std::string> checkpoint(const OfferedLog& log);

 private:
  [[nodiscard]] Result<std::string> get(const std::string& target, std::size_t bytes_max,
                                        std::optional<std::uint64_t> offset);

  net::Endpoint endpoint_;
};

}  // namespace candor::mirror
