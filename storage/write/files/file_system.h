// SPDX-License-Identifier: Apache-2.0
// Everything that the recorder asks of a volume's file system: one method for each operation of the
// disk, so that a test can make any of them fail. What is composed of them is in append_file.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace candor::storage {

struct VolumeSpace {
  std::uint64_t bytes_total = 0;
  std::uint64_t bytes_free = 0;  // For us, without what the file system keeps for root.
  bool is_read_only = false;     // Nothing can be written, though files that are open may go on.
};

enum class Opening : std::uint8_t {
  kCreate,   // To append; the file must not be there.
  kReplace,  // To append; what was there is emptied.
  kAppend,   // To append; the file must be there.
  kRead,
};

enum class Cache : std::uint8_t {
  kUse,
  kDrop,  // The bytes come from the device when it can be asked.
};

/// One open file, closed when destroyed. One thread at a time. Errors name the path.
class OpenFile {
 public:
  OpenFile() = default;
  virtual ~OpenFile() = default;
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  OpenFile(OpenFile&&) = delete;
  OpenFile& operator=(OpenFile&&) = delete;

  [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
  /// Errors: kResourceExhausted (disk full), errno kinds; a part may then stand at the end.
  [[nodiscard]] virtual Result<void> append(ByteView bytes) = 0;
  [[nodiscard]] virtual Result<void> truncate(std::uint64_t size) = 0;
  /// After return content and size survive a power cut. A failed sync must not be tried again.
  [[nodiscard]] virtual Result<void> sync() = 0;
  /// Reads [offset, offset + out.size()). Errors: kDataLoss when the file is shorter.
  [[nodiscard]] virtual Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out,
                                          Cache cache) const = 0;
};

/// The file system below a volume. Thread: any; two threads may not work on one path. Errors, where
/// nothing else is said: errno kinds, with the path.
class FileSystem {
 public:
  struct Status {
    bool is_folder = false;
    std::uint64_t bytes = 0;  // Of a file.
  };

  FileSystem() = default;
  virtual ~FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  FileSystem(FileSystem&&) = delete;
  FileSystem& operator=(FileSystem&&) = delete;

  /// A new file's name is durable only after sync_folder().
  [[nodiscard]] virtual Result<std::unique_ptr<OpenFile>> open(const std::string& path,
                                                               Opening opening) = 0;
  /// Takes the place of what is called `to`: a reader sees the old or the new file. Durable only
  /// after sync_folder().
  [[nodiscard]] virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  [[nodiscard]] virtual Result<void> remove(const std::string& path) = 0;
  /// Its parent must be there. Errors: kAlreadyExists besides.
  [[nodiscard]] virtual Result<void> make_folder(const std::string& path) = 0;
  /// Makes the names in a folder durable. Errors: kFailedPrecondition, and only that: whether a
  /// file exists after a power cut cannot be told any more, and a second try could lie. The volume
  /// is retired until a person has looked.
  [[nodiscard]] virtual Result<void> sync_folder(const std::string& path) = 0;
  /// Names in the folder, sorted, without "." and "..".
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  /// None: nothing has that name.
  [[nodiscard]] virtual Result<std::optional<Status>> status(const std::string& path) = 0;
  [[nodiscard]] virtual Result<VolumeSpace> space(const std::string& path) = 0;
};

}  // namespace candor::storage
