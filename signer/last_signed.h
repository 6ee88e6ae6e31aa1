// SPDX-License-Identifier: Apache-2.0
// What was signed last for each origin, on disk: docs/design/signer.md, "State". What may follow it
// is decided in desk.h.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"
#include "evidence/proofs.h"

namespace candor::signer {

/// "<folder>/<hexadecimal SHA-256 of the origin>": keys and states differ in what follows.
[[nodiscard]] std::string path_of_origin(const std::string& folder, std::string_view origin);

/// The text of a state file, and such a text read.
[[nodiscard]] std::string format_last_signed(std::string_view origin,
                                             const evidence::TreeHead& head);
/// Errors: kDataLoss  anything but what format_last_signed gives for this origin.
[[nodiscard]] Result<evidence::TreeHead> parse_last_signed(std::string_view origin,
                                                           std::string_view text);

/// The state files in one folder. Thread: one at a time.
class LastSignedFiles {
 public:
  explicit LastSignedFiles(std::string folder) : folder_(std::move(folder)) {}

  /// Errors: kNotFound; kDataLoss  torn; those of read_private_file.
  [[nodiscard]] Result<evidence::TreeHead> read(std::string_view origin) const;
  /// After return it survives a power cut; after an error the old or the new one stands there.
  /// Errors: those of replace_private_file.
  [[nodiscard]] Result<void> write(std::string_view origin, const evidence::TreeHead& head) const;
  /// Puts what cannot be read aside, as "<name>.torn"; nothing there is no error.
  [[nodiscard]] Result<void> put_aside(std::string_view origin) const;

  /// How many origins have a state. Errors: errno kinds.
  [[nodiscard]] Result<std::size_t> count() const;

  [[nodiscard]] std::string path(std::string_view origin) const;

 private:
  std::string folder_;
};

}  // namespace candor::signer
