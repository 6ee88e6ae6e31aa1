// SPDX-License-Identifier: Apache-2.0
#include "storage/write/tree/tree_files.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "core/log.h"
#include "evidence/entry.h"
#include "storage/write/log_paths.h"

namespace candor::storage {
namespace {

constexpr std::uint64_t kBundleBytesMax = kEntriesPerBundle * (2 + evidence::kEntryBytesMax);
constexpr std::uint64_t kTileBytes = evidence::kTileHashes * sizeof(evidence::Digest);
constexpr std::uint64_t kNotesPerFile = 256;
constexpr std::uint64_t kNoteFrameBytesMax = 65'535;

std::string folder_of(const Volume& volume, const LogName& log) {
  return volume.log_folder(log.room, log.epoch);
}

// The growing bundle is renamed when it is full: whoever looked for it just then looks again.
Result<Bytes> read_bundle_file(const Volume& volume, const std::string& folder,
                               std::uint64_t number) {
  for (const bool is_whole : {true, false, true}) {
    auto bytes = read_file(volume.files(), bundle_path(folder, number, is_whole), kBundleBytesMax);
    if (bytes.has_value() || bytes.error().kind() != ErrorKind::kNotFound) {
      return bytes;
    }
  }
  return fail(ErrorKind::kNotFound, fmt::format("{}: no bundle {}", folder, number));
}

// The leaf hashes of entries [first_bundle * 256, size).
Result<void> read_leaves(const Volume& volume, const std::string& folder,
                         std::uint64_t first_bundle, std::uint64_t size,
                         const std::function<Result<void>(const evidence::Digest&)>& each) {
  std::uint64_t at = first_bundle * kEntriesPerBundle;
  for (std::uint64_t number = first_bundle; at < size; ++number) {
    CANDOR_TRY(const Bytes bytes, read_bundle_file(volume, folder, number));
    const evidence::Bundle bundle = evidence::read_bundle(bytes);
    const std::uint64_t wanted = std::min(size - at, kEntriesPerBundle);
    if (bundle.entries.size() < wanted) {
      return fail(ErrorKind::kDataLoss, fmt::format("{}: bundle {} holds {} entries, not {}",
                                                    folder, number, bundle.entries.size(), wanted));
    }
    for (std::uint64_t i = 0; i < wanted; ++i, ++at) {
      CANDOR_CHECK(each(evidence::leaf_hash(bundle.entries[static_cast<std::size_t>(i)])));
    }
  }
  return {};
}

// Makes the tile on disk this one. Returns whether it had other bytes before, none if it was right.
enum class TileWas : std::uint8_t { kRight, kMissing, kDifferent };
Result<TileWas> make_right(const Volume& volume, const LogName& log, const evidence::Tile& tile) {
  const std::string path = folder_of(volume, log) + "/" + evidence::tile_path(tile.place);
  const auto found = read_file(volume.files(), path, kTileBytes);
  if (found.has_value() && *found == tile.bytes) {
    return TileWas::kRight;
  }
  const bool is_missing = !found.has_value() && found.error().kind() == ErrorKind::kNotFound;
  if (!is_missing) {
    log::error("tree.tile-different", {{"volume", volume.name()}, {"path", path}});
  }
  CANDOR_CHECK(write_tile(volume, log, tile));
  return is_missing ? TileWas::kMissing : TileWas::kDifferent;
}

// The node above all 256 hashes of a tile: its halves are in it.
Result<evidence::Digest> root_of_tile(unsigned level, std::uint64_t index, ByteView tile) {
  const unsigned halves = evidence::kTileHeight * (level + 1) - 1;
  CANDOR_TRY(const evidence::Digest left,
             evidence::node_in_tile({.level = halves, .index = 2 * index}, tile));
  CANDOR_TRY(const evidence::Digest right,
             evidence::node_in_tile({.level = halves, .index = 2 * index + 1}, tile));
  return evidence::node_hash(left, right);
}

// Those above the lowest level, each made of the 256 tiles below it.
Result<std::uint64_t> write_upper_tiles(const Volume& volume, const LogName& log,
                                        std::uint64_t size) {
  std::uint64_t written = 0;
  for (unsigned level = 1; size >> (evidence::kTileHeight * (level + 1)) > 0; ++level) {
    const std::uint64_t tiles = size >> (evidence::kTileHeight * (level + 1));
    for (std::uint64_t index = 0; index < tiles; ++index) {
      const evidence::TilePlace place{.level = level, .index = index};
      if (read_tile(volume, log, place).has_value()) {
        continue;
      }
      Bytes bytes;
      for (std::uint64_t i = 0; i < evidence::kTileHashes; ++i) {
        CANDOR_TRY(const Bytes tile,
                   read_tile(volume, log, {.level = level - 1, .index = index * 256 + i}));
        CANDOR_TRY(const evidence::Digest hash, root_of_tile(level - 1, index * 256 + i, tile));
        bytes.insert(bytes.end(), hash.begin(), hash.end());
      }
      CANDOR_CHECK(write_tile(volume, log, {.place = place, .bytes = std::move(bytes)}));
      ++written;
    }
  }
  return written;
}

}  // namespace

Result<ReadTree> read_tree(const Volume& volume, const LogName& log, std::uint64_t size) {
  ReadTree read;
  CANDOR_TRY(read.note, read_note(volume, log));
  const std::uint64_t noted = read.note.has_value() ? read.note->checkpoint.size : 0;
  if (read.note.has_value() && noted == 0) {
    read.root_at_note = read.tree.root();
  }
  const auto take = [&](const evidence::Digest& leaf) -> Result<void> {
    for (const evidence::Tile& tile : read.tree.append(leaf)) {
      CANDOR_TRY(const TileWas was, make_right(volume, log, tile));
      read.tiles_written += was == TileWas::kMissing ? 1 : 0;
      read.tiles_different += was == TileWas::kDifferent ? 1 : 0;
    }
    if (read.note.has_value() && read.tree.size() == noted) {
      read.root_at_note = read.tree.root();
    }
    return {};
  };
  CANDOR_CHECK(read_leaves(volume, folder_of(volume, log), 0, size, take));
  return read;
}

Result<std::uint64_t> write_missing_tiles(const Volume& volume, const LogName& log,
                                          std::uint64_t size) {
  std::uint64_t bundles = size / kEntriesPerBundle;
  while (bundles > 0 && !read_tile(volume, log, {.level = 0, .index = bundles - 1}).has_value()) {
    --bundles;
  }
  std::uint64_t written = 0;
  Bytes hashes;
  const auto take = [&](const evidence::Digest& leaf) -> Result<void> {
    hashes.insert(hashes.end(), leaf.begin(), leaf.end());
    if (hashes.size() < kTileBytes) {
      return {};
    }
    ++written;
    return write_tile(volume, log,
                      {.place = {.level = 0, .index = bundles + written - 1},
                       .bytes = std::exchange(hashes, {})});
  };
  CANDOR_CHECK(read_leaves(volume, folder_of(volume, log), bundles,
                           size / kEntriesPerBundle * kEntriesPerBundle, take));
  CANDOR_TRY(const std::uint64_t above, write_upper_tiles(volume, log, size));
  return written + above;
}

Result<void> write_tile(const Volume& volume, const LogName& log, const evidence::Tile& tile) {
  const std::string folder = folder_of(volume, log);
  const std::string path = folder + "/" + evidence::tile_path(tile.place);
  CANDOR_CHECK(make_folders_below(volume.files(), folder, parent_of(path)));
  return replace_file(volume.files(), path, tile.bytes);
}

Result<Bytes> read_tile(const Volume& volume, const LogName& log,
                        const evidence::TilePlace& place) {
  const std::string path = folder_of(volume, log) + "/" +
                           evidence::tile_path({.level = place.level, .index = place.index});
  CANDOR_TRY(Bytes bytes, read_file(volume.files(), path, kTileBytes));
  if (bytes.size() != kTileBytes) {
    return fail(ErrorKind::kDataLoss, path + ": does not hold 256 hashes");
  }
  return bytes;
}

Result<void> write_note(const Volume& volume, const LogName& log, std::string_view note) {
  return replace_file(volume.files(), folder_of(volume, log) + "/checkpoint", as_bytes(note));
}

Result<std::optional<StoredNote>> read_note(const Volume& volume, const LogName& log) {
  const std::string path = folder_of(volume, log) + "/checkpoint";
  auto bytes = read_file(volume.files(), path, evidence::kNoteBytesMax);
  if (!bytes.has_value() && bytes.error().kind() == ErrorKind::kNotFound) {
    return std::optional<StoredNote>();
  }
  if (!bytes.has_value()) {
    return fail(std::move(bytes.error()));
  }
  const auto note = evidence::parse_note(as_text(*bytes));
  auto checkpoint = note.has_value() ? evidence::parse_checkpoint(note->text)
                                     : Result<evidence::Checkpoint>(fail(note.error()));
  if (!checkpoint.has_value()) {
    log::error("tree.checkpoint-damaged",
               {{"path", path}, {"error", checkpoint.error().message()}});
    return std::optional<StoredNote>();
  }
  return std::optional<StoredNote>(
      StoredNote{.bytes = std::string(as_text(*bytes)), .checkpoint = std::move(*checkpoint)});
}

Result<CosignedNotes> CosignedNotes::open(const Volume& volume, const LogName& log, UtcTime now) {
  const std::string relative = log_folder(log.room, log.epoch) + "/cosigned";
  CosignedNotes notes(volume, volume.absolute(relative));
  std::uint64_t number = 0;
  const auto path_of = [&](std::uint64_t file) { return "/" + evidence::tile_number(file); };
  while (true) {
    CANDOR_TRY(const bool is_there, exists(volume.files(), notes.folder_ + path_of(number)));
    if (!is_there) {
      break;
    }
    ++number;
  }
  if (number == 0) {
    return notes;
  }
  const std::string last = path_of(number - 1);
  CANDOR_TRY(const Bytes bytes, read_file(volume.files(), notes.folder_ + last, kBundleBytesMax));
  const evidence::Bundle framed = evidence::read_bundle(bytes);
  if (framed.consumed < bytes.size()) {
    CANDOR_CHECK(volume.quarantine_tail(relative + last, framed.consumed, now));
  }
  notes.notes_ = (number - 1) * kNotesPerFile + framed.entries.size();
  if (framed.entries.size() < kNotesPerFile) {
    CANDOR_TRY(notes.file_, AppendFile::open(volume.files(), notes.folder_ + last));
  }
  return notes;
}

Result<void> CosignedNotes::append(std::string_view note) {
  if (note.size() > kNoteFrameBytesMax) {
    return fail(ErrorKind::kInvalidArgument, "a cosigned note is too long");
  }
  if (!file_.has_value()) {
    const std::string path = folder_ + "/" + evidence::tile_number(notes_ / kNotesPerFile);
    CANDOR_CHECK(make_folders_below(volume_->files(), parent_of(folder_), parent_of(path)));
    CANDOR_TRY(file_, AppendFile::create(volume_->files(), path));
  }
  Bytes frame;
  evidence::append_framed(frame, as_bytes(note));
  CANDOR_CHECK(file_->append(frame));
  CANDOR_CHECK(file_->sync());
  ++notes_;
  if (notes_ % kNotesPerFile == 0) {
    file_.reset();
  }
  return {};
}

}  // namespace candor::storage
