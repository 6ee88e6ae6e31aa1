// SPDX-License-Identifier: Apache-2.0
// A disk that fails when a test says so: the program's own fsync, fdatasync and statvfs are put in
// place of the C library's. One disk at a time; link failing_disk.cc into the test program.
#pragma once

#include <cstdint>
#include <string>

namespace candor::test {

class FailingDisk {
 public:
  FailingDisk();
  ~FailingDisk();  // The disk is well again.
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

  /// From now on every sync of a file, or of a folder, whose path holds this part fails with EIO.
  static void fail_file_sync(const std::string& path_part);
  static void fail_folder_sync(const std::string& path_part);
  /// What the file system says is free from now on.
  static void say_free(std::uint64_t bytes);
  static void heal();

  /// Syncs that were refused.
  [[nodiscard]] static int refused();
};

}  // namespace candor::test
