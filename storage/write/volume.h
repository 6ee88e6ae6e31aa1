// SPDX-License-Identifier: Apache-2.0
// The identity and the paths of a volume (docs/design/storage.md). A folder that is not ours is
// refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/result.h"
#include "core/time.h"
#include "storage/write/files/file_system.h"
#include "storage/write/files/posix_files.h"

namespace candor::storage {

/// Immutable after open. Thread: any. The file system must outlive it and its copies.
class Volume {
 public:
  /// Opens the volume at `root`; an empty or missing folder becomes a new volume.
  ///
  /// Errors: kFailedPrecondition  the folder holds other things, or another volume's name, or the
  /// volume was retired; nothing is touched.
  ///         kUnsupported         written by a newer version.
  [[nodiscard]] static Result<Volume> open(std::string root, std::string name, UtcTime now,
                                           FileSystem& files = posix_files());

  /// The volume that should be there; whether it is, check() tells.
  [[nodiscard]] static Volume expected(std::string root, std::string name, const Uuid& id,
                                       FileSystem& files = posix_files());

  [[nodiscard]] const std::string& root() const { return root_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Uuid& id() const { return id_; }
  /// All that is written to the volume goes through it.
  [[nodiscard]] FileSystem& files() const { return *files_; }

  /// Path of a segment from the root: "media/<room>/<stream>/<day>/<seq>-<UTC>.mp4".
  [[nodiscard]] static std::string segment_path(std::string_view room, std::string_view stream,
                                                std::uint64_t segment, UtcTime start);
  [[nodiscard]] std::string absolute(std::string_view relative) const;
  [[nodiscard]] std::string log_folder(std::string_view room, std::uint32_t epoch) const;

  /// Moves a file to `quarantine/`: nothing is deleted. Errors: errno kinds.
  [[nodiscard]] Result<void> quarantine(std::string_view relative, UtcTime now) const;
  /// Moves what stands from `keep` on to `quarantine/` and cuts the file there. Errors: errno
  /// kinds.
  [[nodiscard]] Result<void> quarantine_tail(std::string_view relative, std::uint64_t keep,
                                             UtcTime now) const;

  /// Whether the folder is still this volume: another one may be mounted there, or nothing.
  /// Errors: kFailedPrecondition; errno kinds.
  [[nodiscard]] Result<void> check() const;
  /// check(), whether it was retired, and whether a file can be made, written, synced and removed.
  [[nodiscard]] Result<void> probe() const;

  /// Says in `volume.retired` why this volume must not be written to before a person has looked at
  /// it; open() refuses it until that file is taken away. As good as the disk still is; nothing
  /// is written where another volume stands, or none.
  void retire(std::string_view why, UtcTime now) const;

  /// Errors: errno kinds; free space that cannot be told is an alarm.
  [[nodiscard]] Result<VolumeSpace> space() const;

 private:
  Volume(std::string root, std::string name, Uuid id, FileSystem& files);
  [[nodiscard]] std::string quarantine_path(std::string_view relative, UtcTime now) const;

  std::string root_;
  std::string name_;
  Uuid id_;
  FileSystem* files_;
};

}  // namespace candor::storage
