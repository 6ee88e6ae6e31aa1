// SPDX-License-Identifier: Apache-2.0
// A file system that notes every durable operation in a journal, and that can be cut off from its
// program as by a kill.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/write/files/file_system.h"
#include "storage/write/files/posix_files.h"
#include "tests/crash/power/journal.h"

namespace candor::crash {

/// An operation is noted when it has succeeded, and no other is under way meanwhile: the journal
/// has the order of the disk. Thread: any. Must outlive its open files.
class RecordingFiles final : public storage::FileSystem {
 public:
  /// Paths stand in the journal from `root` on.
  RecordingFiles(std::string root, Journal& journal) : root_(std::move(root)), journal_(journal) {}

  /// From now on nothing reaches the disk any more: every operation fails.
  void kill();

  [[nodiscard]] Result<std::unique_ptr<storage::OpenFile>> open(const std::string& path,
                                                                storage::Opening opening) override;
  [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override;
  [[nodiscard]] Result<void> remove(const std::string& path) override;
  [[nodiscard]] Result<void> make_folder(const std::string& path) override;
  [[nodiscard]] Result<void> sync_folder(const std::string& path) override;
  [[nodiscard]] Result<std::vector<std::string>> list(const std::string& path) override;
  [[nodiscard]] Result<std::optional<Status>> status(const std::string& path) override;
  [[nodiscard]] Result<storage::VolumeSpace> space(const std::string& path) override;

 private:
  class File;

  [[nodiscard]] std::string relative(const std::string& path) const;
  /// Does it, unless killed, and notes it if it succeeded.
  template <typename Do>
  [[nodiscard]] Result<void> noted(std::string_view op, const std::string& path,
                                   boost::json::object more, ByteView data, Do&& operation);

  std::string root_;
  Journal& journal_;
  storage::FileSystem& below_ = storage::posix_files();
  std::mutex mutex_;
  bool is_killed_ = false;
};

}  // namespace candor::crash
