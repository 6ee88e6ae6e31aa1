// SPDX-License-Identifier: Apache-2.0
// Which closed segments are known to be whole on which volumes: "<state>/copies.db". What stands in
// it was read and compared with the log; without it all is compared anew, and nothing is lost.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/result.h"
#include "core/time.h"

namespace candor::storage {

/// A closed segment.
struct SegmentRef {
  std::string path;  // From a volume's root.
  std::string room;
  std::uint32_t epoch = 1;
  std::uint64_t init_entry = 0;  // Index of its INIT entry in the room's log.
  Uuid session;                  // Nil: none.
};

/// A segment and the volumes that are known to hold it whole.
struct SegmentCopies {
  SegmentRef segment;
  std::vector<Uuid> volumes;
};

/// What has fewer than two verified copies.
struct CopyCounts {
  std::uint64_t segments_below_two = 0;
  std::uint64_t sessions_below_two = 0;
  std::uint64_t segments_lost = 0;  // No volume holds them whole.
};

/// One thread. Errors of all: SQLite kinds.
class CopyRegister {
 public:
  /// Opens or makes it; one that is damaged or of another version is made anew. What it says of
  /// other volumes than these is forgotten.
  [[nodiscard]] static Result<CopyRegister> open(const std::string& path,
                                                 const std::vector<Uuid>& volumes);

  CopyRegister(CopyRegister&&) noexcept;
  CopyRegister& operator=(CopyRegister&&) noexcept;
  CopyRegister(const CopyRegister&) = delete;
  CopyRegister& operator=(const CopyRegister&) = delete;
  ~CopyRegister();

  [[nodiscard]] Result<void> add(const SegmentRef& segment);
  [[nodiscard]] Result<void> set_verified(const std::string& path, const Uuid& volume, UtcTime now);
  /// No volume holds it whole; a verified copy takes that back.
  [[nodiscard]] Result<void> set_lost(const std::string& path);

  /// Segments behind `after`, by path, that are not verified on every volume.
  [[nodiscard]] Result<std::vector<SegmentCopies>> incomplete(const std::string& after,
                                                              std::size_t limit);
  [[nodiscard]] Result<CopyCounts> counts();

  /// Up to where a log was searched for segments.
  [[nodiscard]] Result<std::uint64_t> log_position(std::string_view room, std::uint32_t epoch);
  [[nodiscard]] Result<void> set_log_position(std::string_view room, std::uint32_t epoch,
                                              std::uint64_t entries);

 private:
  struct Impl;
  explicit CopyRegister(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Reads the register while the keeper writes to it. One thread.
class CopyReader {
 public:
  /// Errors: kNotFound; SQLite kinds.
  [[nodiscard]] static Result<CopyReader> open(const std::string& path);

  CopyReader(CopyReader&&) noexcept;
  CopyReader& operator=(CopyReader&&) noexcept;
  CopyReader(const CopyReader&) = delete;
  CopyReader& operator=(const CopyReader&) = delete;
  ~CopyReader();

  /// Whole copies of the session's segment that has fewest; 0 without any.
  [[nodiscard]] Result<std::size_t> copies_of(const Uuid& session);

 private:
  struct Impl;
  explicit CopyReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace candor::storage
