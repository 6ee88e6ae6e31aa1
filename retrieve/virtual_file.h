// SPDX-License-Identifier: Apache-2.0
// A range of a stream as one MP4 that exists only while it is read (docs/design/retrieval.md): any
// part of it can be read without what stands before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "core/time.h"
#include "media/bmff/box_reader.h"
#include "retrieve/range_plan.h"
#include "retrieve/unit_groups.h"
#include "storage/read/catalogue.h"

namespace candor::retrieve {

/// One thread at a time: the blocking pool's. Holds one group in memory.
class VirtualFile {
 public:
  /// What one volume does not hold is read from the next.
  /// Errors: those of plan_range; kDataLoss, kNotFound  the first media file is missing or damaged
  /// on every volume.
  [[nodiscard]] static Result<VirtualFile> open(storage::Catalogue& catalogue,
                                                const std::vector<std::string>& volume_roots,
                                                const RangeRequest& request);

  /// Fills `out` from `offset` on, at most up to the end; 0 there.
  /// Errors: kDataLoss, kNotFound  a media file is missing or damaged; errno kinds.
  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> out);

  /// Known from the index alone.
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Strong, with its quotation marks; the same for the same bytes.
  [[nodiscard]] const std::string& etag() const { return etag_; }
  /// What is really shown: inside what was asked for.
  [[nodiscard]] UtcTime covered_from() const { return plan_.covered_from; }
  [[nodiscard]] UtcTime covered_to() const { return plan_.covered_to; }

 private:
  VirtualFile(RangePlan plan, std::vector<std::string> volume_roots, bool is_original)
      : plan_(std::move(plan)),
        groups_(group_units(plan_)),
        volume_roots_(std::move(volume_roots)),
        is_original_(is_original) {}

  [[nodiscard]] Result<void> write_header();
  void place_groups();
  [[nodiscard]] Result<ByteView> group_bytes(std::size_t group);
  [[nodiscard]] Result<Bytes> read_group(const UnitGroup& group);
  using Reading = std::function<Result<void>(const bmff::BoxFile&)>;
  [[nodiscard]] Result<void> on_any_volume(std::uint32_t file, const Reading& read);
  [[nodiscard]] Result<void> on_volume(std::size_t volume, std::uint32_t file, const Reading& read);

  RangePlan plan_;
  std::vector<UnitGroup> groups_;
  std::vector<std::string> volume_roots_;
  bool is_original_;
  Bytes header_;                         // Init segment and index box.
  std::vector<std::uint64_t> group_at_;  // Where each group begins.
  std::uint64_t size_ = 0;
  std::string etag_;

  std::optional<bmff::BoxFile> file_;  // The one that was read last,
  std::uint32_t file_number_ = 0;
  std::size_t file_volume_ = 0;
  Bytes group_bytes_;  // and the group.
  std::optional<std::size_t> group_;
};

}  // namespace candor::retrieve
