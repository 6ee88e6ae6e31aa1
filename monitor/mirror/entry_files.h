// SPDX-License-Identifier: Apache-2.0
// The mirrored entries of one log as files, in the recorder's own layout (docs/design/storage.md):
// bundles of 256, the growing one with ".part". What the entries say is not looked at here.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::mirror {

inline constexpr std::uint64_t kEntriesPerBundle = 256;

/// One thread at a time.
class EntryFiles {
 public:
  /// Opens "<folder>/tile/entries"; what is torn at its end is cut off: it is fetched again.
  /// Errors: kDataLoss  a finished bundle does not hold 256 entries; errno kinds.
  [[nodiscard]] static Result<EntryFiles> open(std::string folder);

  /// Appends one entry and those behind it; durable when it returns. The entries do not go beyond
  /// the end of the growing bundle. After an error nothing was appended. Errors: errno kinds.
  [[nodiscard]] Result<void> append(ByteView frames, std::uint64_t entries);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Of the growing bundle.
  [[nodiscard]] std::uint64_t part_bytes() const { return part_bytes_; }

  /// The bytes of a bundle, whole or growing. Errors: kNotFound; errno kinds.
  [[nodiscard]] Result<Bytes> bundle(std::uint64_t number) const;

  /// Gives each entry from `first` on, in order. Errors: those of bundle(); kDataLoss; the
  /// action's.
  [[nodiscard]] Result<void> for_each(
      std::uint64_t first,
      const std::function<Result<void>(std::uint64_t, ByteView)>& action) const;

 private:
  explicit EntryFiles(std::string folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::string path_of(std::uint64_t number, bool is_whole) const;
  [[nodiscard]] Result<void> take_part(std::uint64_t number);

  std::string folder_;
  std::uint64_t size_ = 0;
  std::uint64_t part_bytes_ = 0;
};

}  // namespace candor::mirror
