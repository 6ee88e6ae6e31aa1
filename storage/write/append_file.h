// SPDX-License-Identifier: Apache-2.0
// A file that only grows, and the durable making of folders and files on any file system. What is
// in them is not known here.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"
#include "storage/write/files/file_system.h"
#include "storage/write/files/posix_files.h"

namespace candor::storage {

/// One thread: the volume's writer.
class AppendFile {
 public:
  /// Creates the file; its folder entry is durable on return. Errors: kAlreadyExists; those of
  /// sync_folder; errno kinds.
  [[nodiscard]] static Result<AppendFile> create(FileSystem& files, const std::string& path);
  /// Opens an existing file to append to; its folder entry is durable on return: whoever created it
  /// may have been killed before it was. Errors: kNotFound; those of sync_folder; errno kinds.
  [[nodiscard]] static Result<AppendFile> open(FileSystem& files, const std::string& path);

  /// Writes all bytes at the end, or none; they survive a kill of the process, not a power cut.
  /// Errors: kResourceExhausted (disk full) and errno kinds; a part that was written is cut off.
  [[nodiscard]] Result<void> append(ByteView bytes);

  /// After return the content survives a power cut. A failed sync must not be tried again: the
  /// kernel may have dropped the bytes (docs/design/storage.md, "When the disk fails").
  [[nodiscard]] Result<void> sync();

  /// Reads [offset, offset + out.size()) through the file system, dropping the cached pages first
  /// so that the bytes come from the device when it can be asked. Errors: kDataLoss when the file
  /// is shorter.
  [[nodiscard]] Result<void> read_back(std::uint64_t offset, std::span<std::uint8_t> out) const;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  AppendFile(std::unique_ptr<OpenFile> file, std::uint64_t size, std::string path);

  std::unique_ptr<OpenFile> file_;
  std::uint64_t size_;
  std::string path_;
};

/// The folder that holds this path; empty: the working folder.
[[nodiscard]] std::string parent_of(const std::string& path);

/// Makes all missing folders of `path`, each durable in its parent. Errors: those of sync_folder;
/// errno kinds.
[[nodiscard]] Result<void> make_folders(FileSystem& files, const std::string& path);

/// The same below a folder that must be there: where a disk was mounted nothing may be made in its
/// place. The folder that was there already becomes durable too: whoever made it may have been
/// killed before it was. Errors: kNotFound besides.
[[nodiscard]] Result<void> make_folders_below(FileSystem& files, const std::string& root,
                                              const std::string& path);

/// Whether there is a file or folder of that name.
[[nodiscard]] Result<bool> exists(FileSystem& files, const std::string& path);

/// The whole file, if it has at most `bytes_max` bytes. Errors: kNotFound, kResourceExhausted,
/// errno kinds.
[[nodiscard]] Result<Bytes> read_file(FileSystem& files, const std::string& path,
                                      std::uint64_t bytes_max);

/// Replaces `path` by these bytes, durably and at once: a reader sees the old or the new file.
[[nodiscard]] Result<void> replace_file(FileSystem& files, const std::string& path, ByteView bytes);

/// Renames or removes a file, durably.
[[nodiscard]] Result<void> rename_file(FileSystem& files, const std::string& from,
                                       const std::string& to);
[[nodiscard]] Result<void> remove_file(FileSystem& files, const std::string& path);

/// Moves the bytes from `keep` on into `quarantine_path` and cuts the file there. Nothing is lost:
/// the moved bytes are durable first.
[[nodiscard]] Result<void> quarantine_tail(FileSystem& files, const std::string& path,
                                           std::uint64_t keep, const std::string& quarantine_path);

}  // namespace candor::storage
