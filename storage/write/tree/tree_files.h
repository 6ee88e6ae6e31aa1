// SPDX-License-Identifier: Apache-2.0
// A log's tree on one volume: tiles, the newest signed note, the cosigned notes
// (docs/design/notary.md). Tiles are derived from the entries beside them; nothing here judges a
// signature.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "evidence/checkpoint.h"
#include "evidence/tiles.h"
#include "storage/write/append_file.h"
#include "storage/write/tree/leaf_feed.h"
#include "storage/write/tree/log_tree.h"
#include "storage/write/volume.h"

namespace candor::storage {

/// The newest note that stands on a volume. Anyone with the disk may have put it there.
struct StoredNote {
  std::string bytes;
  evidence::Checkpoint checkpoint;
};

/// What the entries on one volume add up to.
struct ReadTree {
  LogTree tree;
  std::optional<StoredNote> note{};
  /// The root of the entries at the note's size; none: they do not reach so far.
  std::optional<evidence::Digest> root_at_note{};
  std::uint64_t tiles_written = 0;    // Were missing.
  std::uint64_t tiles_different = 0;  // Were there with other bytes, and were written anew.
};

/// Reads the first `size` entries from their bundles, makes the tree of them and the tiles what the
/// tree says. A log whose tile folder is gone gets a new one.
///
/// Thread: the volume's tree thread. Errors: kDataLoss  the bundles hold fewer whole entries; errno
/// kinds.
[[nodiscard]] Result<ReadTree> read_tree(const Volume& volume, const LogName& log,
                                         std::uint64_t size);

/// The same for a volume that was away: begins at the first tile it lacks. Returns how many it
/// lacked.
[[nodiscard]] Result<std::uint64_t> write_missing_tiles(const Volume& volume, const LogName& log,
                                                        std::uint64_t size);

/// Writes a whole tile, durably. Errors: kNotFound  the log is not there; errno kinds.
[[nodiscard]] Result<void> write_tile(const Volume& volume, const LogName& log,
                                      const evidence::Tile& tile);
/// A whole tile. Errors: kNotFound; kDataLoss  not 256 hashes; errno kinds.
[[nodiscard]] Result<Bytes> read_tile(const Volume& volume, const LogName& log,
                                      const evidence::TilePlace& place);

/// Replaces `checkpoint`, durably. The entries it speaks of are durable on this volume.
[[nodiscard]] Result<void> write_note(const Volume& volume, const LogName& log,
                                      std::string_view note);
/// None: there is none, or one that cannot be read as a checkpoint.
[[nodiscard]] Result<std::optional<StoredNote>> read_note(const Volume& volume, const LogName& log);

/// `cosigned/<N>`: 256 cosigned notes each, framed by a u16 length. Append-only; one thread: the
/// volume's tree thread.
class CosignedNotes {
 public:
  /// Stands behind the last whole note; a torn one goes to quarantine. Errors: errno kinds.
  [[nodiscard]] static Result<CosignedNotes> open(const Volume& volume, const LogName& log,
                                                  UtcTime now);
  /// Durable on return. Errors: kInvalidArgument  longer than 65535 bytes; errno kinds: it must be
  /// opened anew.
  [[nodiscard]] Result<void> append(std::string_view note);

 private:
  CosignedNotes(const Volume& volume, std::string folder)
      : volume_(&volume), folder_(std::move(folder)) {}

  const Volume* volume_;
  std::string folder_;       // Absolute.
  std::uint64_t notes_ = 0;  // All of them.
  std::optional<AppendFile> file_;
};

}  // namespace candor::storage
