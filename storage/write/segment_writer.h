// SPDX-License-Identifier: Apache-2.0
// One open segment on all volumes: appends chunks, closes units, reads them back, writes their
// seals. Log and sync rounds are the recorder's.
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
#include "storage/write/mirror/mirror.h"
#include "storage/write/mirror/mirrored_file.h"

namespace candor::storage {

/// Takes the chunks of one unit and makes its MEDIA body.
class UnitBuilder {
 public:
  void add(const Chunk& chunk, std::uint64_t file_offset, bool after_gap);

  /// Closes the unit; the caller adds session, stream and init digest.
  [[nodiscard]] evidence::MediaBody finish();

  [[nodiscard]] bool empty() const { return spans_.empty(); }
  /// The chunks' places in the file, for reading back: seal boxes may stand between them.
  [[nodiscard]] const std::vector<FileSpan>& spans() const { return spans_; }

 private:
  evidence::Sha256 fragment_;
  evidence::Sha256 essence_;
  evidence::MediaBody body_;
  std::vector<FileSpan> spans_;
};

/// A unit whose chunks are all in the file and which has no log entry yet.
struct FinishedUnit {
  evidence::MediaBody body;
  std::vector<FileSpan> spans;
  [[nodiscard]] std::uint64_t offset() const { return spans.front().offset; }
};

/// One thread: the recorder's.
class SegmentWriter {
 public:
  /// Creates the file with its init segment. Errors: as MirroredFile::create.
  [[nodiscard]] static Result<SegmentWriter> create(Mirror& mirror, evidence::InitBody description,
                                                    const InitSegmentPtr& init_segment);

  /// Appends one chunk at once. When it starts a new unit, the one before is returned. `after_gap`:
  /// a closed gap stands before it in the log. Errors: as MirroredFile::append; the unit in
  /// progress is as it was, without this chunk.
  [[nodiscard]] Result<std::optional<FinishedUnit>> append(const ChunkPtr& chunk, bool after_gap);

  /// Closes the unit in progress, if there is one.
  [[nodiscard]] std::optional<FinishedUnit> finish_unit();

  /// Compares a unit's bytes, read through the file system, with its digest. The vote's errors:
  /// kDataLoss, errno kinds.
  [[nodiscard]] VotePtr read_back(const FinishedUnit& unit);

  [[nodiscard]] Result<void> append_seal(ByteView entry);
  [[nodiscard]] VotePtr sync();

  [[nodiscard]] bool is_dirty() const { return is_dirty_; }
  [[nodiscard]] const evidence::InitBody& description() const { return description_; }
  [[nodiscard]] const MirroredFile& file() const { return file_; }
  void close(const MirroredFile::Closed& done) { file_.close(done); }
  [[nodiscard]] std::int64_t end() const { return end_; }  // Ticks.

 private:
  SegmentWriter(MirroredFile file, evidence::InitBody description);

  MirroredFile file_;
  evidence::InitBody description_;
  UnitBuilder unit_;
  std::int64_t end_ = 0;
  bool is_dirty_ = true;
};

}  // namespace candor::storage
