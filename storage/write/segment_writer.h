// SPDX-License-Identifier: Apache-2.0
// One open segment file: appends chunks, closes units, reads them back, writes their seals. Log and
// sync rounds are the recorder's.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/media.h"
#include "core/result.h"
#include "evidence/bodies.h"
#include "evidence/entry.h"
#include "storage/write/append_file.h"

namespace candor::storage {

/// Takes the chunks of one unit and makes its MEDIA body.
class UnitBuilder {
 public:
  void add(const Chunk& chunk, std::uint64_t file_offset, bool after_gap);

  /// Closes the unit; the caller adds session, stream and init digest.
  [[nodiscard]] evidence::MediaBody finish();

  /// A chunk's place in the file, for reading back: seal boxes may stand between chunks.
  struct Span {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] bool empty() const { return spans_.empty(); }
  [[nodiscard]] const std::vector<Span>& spans() const { return spans_; }

 private:
  evidence::Sha256 fragment_;
  evidence::Sha256 essence_;
  evidence::MediaBody body_;
  std::vector<Span> spans_;
};

/// A unit whose chunks are all in the file and which has no log entry yet.
struct FinishedUnit {
  evidence::MediaBody body;
  std::vector<UnitBuilder::Span> spans;
  [[nodiscard]] std::uint64_t offset() const { return spans.front().offset; }
};

/// One thread: the volume's writer.
class SegmentWriter {
 public:
  /// Creates the file with its init segment. Errors: as AppendFile; the file is gone again.
  [[nodiscard]] static Result<SegmentWriter> create(FileSystem& files,
                                                    const std::string& absolute_path,
                                                    evidence::InitBody description,
                                                    ByteView init_segment);

  /// Appends one chunk at once. When it starts a new unit, the one before is returned. `after_gap`:
  /// a closed gap stands before it in the log. Errors: as AppendFile; the unit in progress is as it
  /// was, without this chunk.
  [[nodiscard]] Result<std::optional<FinishedUnit>> append(const Chunk& chunk, bool after_gap);

  /// Closes the unit in progress, if there is one.
  [[nodiscard]] std::optional<FinishedUnit> finish_unit();

  /// Compares a unit's bytes, read through the file system, with its digest. Errors: kDataLoss,
  /// errno kinds.
  [[nodiscard]] Result<void> read_back(const FinishedUnit& unit) const;

  [[nodiscard]] Result<void> append_seal(ByteView entry);
  [[nodiscard]] Result<void> sync();

  [[nodiscard]] bool is_dirty() const { return is_dirty_; }
  [[nodiscard]] const evidence::InitBody& description() const { return description_; }
  [[nodiscard]] std::int64_t end() const { return end_; }  // Ticks.

 private:
  SegmentWriter(AppendFile file, evidence::InitBody description);

  AppendFile file_;
  evidence::InitBody description_;
  UnitBuilder unit_;
  std::int64_t end_ = 0;
  bool is_dirty_ = true;
};

}  // namespace candor::storage
