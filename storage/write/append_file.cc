// SPDX-License-Identifier: Apache-2.0
#include "storage/write/append_file.h"

#include <filesystem>
#include <utility>

namespace candor::storage {

AppendFile::AppendFile(std::unique_ptr<OpenFile> file, std::uint64_t size, std::string path)
    : file_(std::move(file)), size_(size), path_(std::move(path)) {}

Result<AppendFile> AppendFile::create(FileSystem& files, const std::string& path) {
  CANDOR_TRY(std::unique_ptr<OpenFile> file, files.open(path, Opening::kCreate));
  CANDOR_CHECK(files.sync_folder(parent_of(path)));
  return AppendFile(std::move(file), 0, path);
}

Result<AppendFile> AppendFile::open(FileSystem& files, const std::string& path) {
  CANDOR_TRY(std::unique_ptr<OpenFile> file, files.open(path, Opening::kAppend));
  CANDOR_CHECK(files.sync_folder(parent_of(path)));
  CANDOR_TRY(const std::uint64_t size, file->size());
  return AppendFile(std::move(file), size, path);
}

Result<void> AppendFile::append(ByteView bytes) {
  if (auto written = file_->append(bytes); !written.has_value()) {
    // A torn chunk would hide the whole ones before it from a player that stops at the first error.
    CANDOR_CHECK(with_context(file_->truncate(size_), "cut off what was not written whole"));
    return written;
  }
  size_ += bytes.size();
  return {};
}

Result<void> AppendFile::sync() { return file_->sync(); }

Result<void> AppendFile::read_back(std::uint64_t offset, std::span<std::uint8_t> out) const {
  return with_context(file_->read(offset, out, Cache::kDrop), "read back");
}

std::string parent_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

Result<void> make_folders_below(FileSystem& files, const std::string& root,
                                const std::string& path) {
  CANDOR_TRY(const std::optional<FileSystem::Status> there, files.status(path));
  if (path.size() <= root.size()) {
    return there.has_value() ? Result<void>() : fail(ErrorKind::kNotFound, root + ": is gone");
  }
  const std::string parent = parent_of(path);
  if (!there.has_value()) {
    CANDOR_CHECK(make_folders_below(files, root, parent));
    if (auto made = files.make_folder(path);
        !made.has_value() && made.error().kind() != ErrorKind::kAlreadyExists) {
      return made;
    }
  }
  return files.sync_folder(parent);
}

Result<void> make_folders(FileSystem& files, const std::string& path) {
  if (path.empty() || path == "/") {
    return {};
  }
  CANDOR_TRY(const std::optional<FileSystem::Status> there, files.status(path));
  if (there.has_value() && there->is_folder) {
    return {};
  }
  const std::string parent = parent_of(path);
  CANDOR_CHECK(make_folders(files, parent));
  if (auto made = files.make_folder(path);
      !made.has_value() && made.error().kind() != ErrorKind::kAlreadyExists) {
    return made;
  }
  return parent.empty() ? Result<void>() : files.sync_folder(parent);
}

Result<bool> exists(FileSystem& files, const std::string& path) {
  CANDOR_TRY(const std::optional<FileSystem::Status> there, files.status(path));
  return there.has_value();
}

Result<Bytes> read_file(FileSystem& files, const std::string& path, std::uint64_t bytes_max) {
  CANDOR_TRY(const std::unique_ptr<OpenFile> file, files.open(path, Opening::kRead));
  CANDOR_TRY(const std::uint64_t size, file->size());
  if (size > bytes_max) {
    return fail(ErrorKind::kResourceExhausted, path + ": larger than " + std::to_string(bytes_max));
  }
  Bytes bytes(static_cast<std::size_t>(size));
  CANDOR_CHECK(file->read(0, bytes, Cache::kUse));
  return bytes;
}

Result<void> replace_file(FileSystem& files, const std::string& path, ByteView bytes) {
  const std::string fresh = path + ".new";
  {
    CANDOR_TRY(const std::unique_ptr<OpenFile> file, files.open(fresh, Opening::kReplace));
    CANDOR_CHECK(file->append(bytes));
    CANDOR_CHECK(file->sync());
  }
  return rename_file(files, fresh, path);
}

Result<void> rename_file(FileSystem& files, const std::string& from, const std::string& to) {
  CANDOR_CHECK(files.rename(from, to));
  return files.sync_folder(parent_of(to));
}

Result<void> remove_file(FileSystem& files, const std::string& path) {
  CANDOR_CHECK(files.remove(path));
  return files.sync_folder(parent_of(path));
}

Result<void> quarantine_tail(FileSystem& files, const std::string& path, std::uint64_t keep,
                             const std::string& quarantine_path) {
  CANDOR_TRY(const Bytes whole, read_file(files, path, std::uint64_t{4} << 30));
  if (whole.size() <= keep) {
    return {};
  }
  CANDOR_CHECK(make_folders(files, parent_of(quarantine_path)));
  CANDOR_CHECK(replace_file(files, quarantine_path, ByteView(whole).subspan(keep)));
  CANDOR_TRY(const std::unique_ptr<OpenFile> file, files.open(path, Opening::kAppend));
  CANDOR_CHECK(with_context(file->truncate(keep), "cut at the last whole box"));
  return with_context(file->sync(), "cut at the last whole box");
}

}  // namespace candor::storage
