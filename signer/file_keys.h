// SPDX-License-Identifier: Apache-2.0
// Keys in files: "<state>/<hexadecimal SHA-256 of the origin>.key", mode 0600.
#pragma once

#include <string>
#include <string_view>

#include "evidence/signer.h"
#include "signer/key_store.h"

namespace candor::signer {

/// The text of a key file, and such a text read.
[[nodiscard]] std::string format_key_file(std::string_view origin, const evidence::Seed& seed);
/// Errors: kDataLoss  anything but what format_key_file gives for this origin.
[[nodiscard]] Result<evidence::Seed> parse_key_file(std::string_view origin, std::string_view text);

class FileKeys final : public KeyStore {
 public:
  explicit FileKeys(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] Result<std::unique_ptr<evidence::Signer>> find(std::string_view origin) override;
  [[nodiscard]] Result<std::unique_ptr<evidence::Signer>> make(std::string_view origin) override;

  /// Every key file in the folder is this account's alone.
  /// Errors: kPermissionDenied, naming the first that is not; errno kinds.
  [[nodiscard]] Result<void> check_all() const;

 private:
  [[nodiscard]] std::string path(std::string_view origin) const;

  std::string folder_;
};

}  // namespace candor::signer
