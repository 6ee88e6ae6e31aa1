// SPDX-License-Identifier: Apache-2.0
// The tree over the mirrored entries, kept so that a start does not hash them all again: whole
// tiles are files, and what is missing of them is made from the entries.
#pragma once

#include <cstdint>
#include <string>

#include "evidence/tiles.h"
#include "monitor/mirror/entry_files.h"

namespace candor::mirror {

/// One thread at a time; the entries outlive it.
class LogTree {
 public:
  /// Goes on where the entries end. Errors: those of EntryFiles and of the disk.
  [[nodiscard]] static Result<LogTree> open(const std::string& folder, const EntryFiles& entries);

  /// The next entry's leaf hash. Errors: errno kinds: a tile could not be kept; the tree is right.
  [[nodiscard]] Result<void> append(const evidence::Digest& leaf);

  [[nodiscard]] std::uint64_t size() const { return growing_.size(); }
  [[nodiscard]] evidence::Digest root() const { return growing_.root(); }

  /// The root that the tree had with its first `size` entries. Errors: those of tile().
  [[nodiscard]] Result<evidence::Digest> root_at(std::uint64_t size,
                                                 const EntryFiles& entries) const;

 private:
  LogTree(std::string folder, evidence::GrowingTiles growing)
      : folder_(std::move(folder)), growing_(std::move(growing)) {}

  // A tile from its file, or from the level below it, and so from the entries.
  [[nodiscard]] static Result<Bytes> tile(const std::string& folder, const EntryFiles& entries,
                                          const evidence::TilePlace& place);

  std::string folder_;
  evidence::GrowingTiles growing_;
};

}  // namespace candor::mirror
