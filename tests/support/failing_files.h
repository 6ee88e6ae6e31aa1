// SPDX-License-Identifier: Apache-2.0
// A file system that fails when a test says so: by the operation and a part of the path. Everything
// else goes to the one below.
#pragma once

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/write/files/file_system.h"
#include "storage/write/files/posix_files.h"

namespace candor::test {

enum class FileOp : std::uint8_t {
  kOpen,    // To read or to append.
  kCreate,  // A new file, or one that takes another's place.
  kAppend,
  kTruncate,
  kSync,
  kRead,
  kSize,
  kRename,  // By the new name.
  kRemove,
  kMakeFolder,
  kSyncFolder,
  kList,
  kStatus,
  kSpace,
};

/// Thread: any; rules may change while another thread works. Must outlive its open files. Heal it
/// before whoever is stuck in it is joined.
class FailingFiles final : public storage::FileSystem {
 public:
  explicit FailingFiles(storage::FileSystem& below = storage::posix_files()) : below_(below) {}

  /// From now on the operation fails on each path that holds this part: EIO, ENOSPC, EROFS ...
  void fail(FileOp op, std::string path_part, int error_number = EIO);
  /// It takes that much longer.
  void slow(FileOp op, std::string path_part, std::chrono::milliseconds delay);
  /// It does not return before heal(), and then does what it should.
  void stick(FileOp op, std::string path_part);
  /// Every operation that changes the disk fails with EROFS.
  void make_read_only();
  /// The device is gone: names are not found, and open files give EIO.
  void vanish();
  /// What is read of these files, read back too, has its first byte changed.
  void corrupt(std::string path_part);
  /// What the file system says is free from now on.
  void say_free(std::uint64_t bytes);
  /// The disk is well again; whoever is stuck goes on.
  void heal();

  /// Operations that failed since the last heal().
  [[nodiscard]] int refused() const;
  /// Threads that are stuck now.
  [[nodiscard]] int stuck() const;

  [[nodiscard]] Result<std::unique_ptr<storage::OpenFile>> open(const std::string& path,
                                                                storage::Opening opening) override;
  [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] Result<void> remove(const std::string& path) override;
  [[nodiscard]] Result<void> make_folder(const std::string& path) override;
  [[nodiscard]] Result<void> sync_folder(const std::string& path) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) override;
  [[nodiscard]] Result<std::optional<Status>> status(const std::string& path) override;
  [[nodiscard]] Result<storage::VolumeSpace> space(const std::string& path) override;

  /// Waits and fails as the rules say; for the open files.
  [[nodiscard]] Result<void> pass(FileOp op, const std::string& path);
  [[nodiscard]] bool is_corrupt(const std::string& path) const;

 private:
  struct Rule {
    FileOp op;
    std::string path_part;
    int error_number = 0;  // 0: it succeeds.
    std::chrono::milliseconds delay{0};
    bool is_stuck = false;
  };

  void add(std::initializer_list<FileOp> ops, const Rule& like);
  [[nodiscard]] std::optional<Rule> rule_of(FileOp op, const std::string& path) const;

  storage::FileSystem& below_;
  mutable std::mutex mutex_;
  std::condition_variable healed_;
  std::vector<Rule> rules_;
  std::vector<std::string> corrupt_;
  std::optional<std::uint64_t> free_bytes_;
  int refused_ = 0;
  int stuck_ = 0;
};

}  // namespace candor::test
