// SPDX-License-Identifier: Apache-2.0
// Finds the units that MEDIA entries describe in their media files. Bytes are located by their
// boxes and their times; that they are the right ones is for the verifier, by their digests.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "evidence/bodies.h"
#include "evidence/entry.h"
#include "media/bmff/box_reader.h"
#include "storage/write/index_update.h"

namespace candor::storage {

/// Follows one log, also while the recorder writes to it. One thread.
class UnitFinder {
 public:
  explicit UnitFinder(std::vector<std::string> volume_roots) : roots_(std::move(volume_roots)) {}

  /// The stream's units stand in this segment from now on. Errors (the file is then passed over):
  /// kNotFound, kDataLoss, errno kinds.
  [[nodiscard]] Result<void> begin_segment(const evidence::InitBody& segment);

  /// Where the unit stands. Errors: kDataLoss when the file does not hold it, kNotFound when there
  /// is no file; the units after it may still be found.
  [[nodiscard]] Result<UnitPlace> find(const evidence::MediaBody& unit);

  /// The path of the stream's segment, empty without one.
  [[nodiscard]] std::string path_of(const Uuid& stream) const;

 private:
  struct Segment {
    std::uint64_t number = 0;
    std::string path;  // From a root.
    std::string copy;  // The one that is read, absolute.
    std::optional<bmff::BoxFile> file;
  };
  [[nodiscard]] bool has_changed(const Segment& segment) const;
  [[nodiscard]] Result<std::uint64_t> find_in_other_copy(Segment& segment, std::uint64_t before,
                                                         const evidence::MediaBody& unit) const;
  [[nodiscard]] static Result<std::uint64_t> find_in(bmff::BoxFile& file,
                                                     const evidence::MediaBody& unit);

  [[nodiscard]] std::string longest_copy(const std::string& path) const;

  std::vector<std::string> roots_;
  std::map<Uuid, Segment> segments_;
};

}  // namespace candor::storage
