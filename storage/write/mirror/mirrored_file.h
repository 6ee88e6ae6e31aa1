// SPDX-License-Identifier: Apache-2.0
// One file on every volume: the same bytes at the same offsets, each copy written by its volume's
// thread. A copy that fails is left as it is; the file goes on as long as one copy is whole.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "evidence/digest.h"
#include "storage/write/append_file.h"
#include "storage/write/mirror/volume_writer.h"
#include "storage/write/mirror/vote.h"

namespace candor::storage {

/// Bytes that stay in memory until every volume has written them.
struct SharedBytes {
  std::shared_ptr<const void> owner;
  ByteView bytes;
};
[[nodiscard]] SharedBytes share(Bytes bytes);

/// A stretch of a file.
struct FileSpan {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// What a failure of a copy means for its volume.
enum class FileKind : std::uint8_t {
  kMedia,  // The file is given up on it, the next one is tried again.
  kLog,    // The volume leaves: a log with a hole must not grow.
};

/// Thread: the recorder's. Errors reach it late: append() and the votes tell of a failure only when
/// no copy is left.
class MirroredFile {
 public:
  /// Begins the file with its folders on every volume that accepts it; what it holds first is
  /// `head`. Errors: the first volume's, when all have refused already; kUnavailable.
  [[nodiscard]] static Result<MirroredFile> create(
      const std::vector<std::shared_ptr<VolumeWriter>>& volumes, std::string relative_path,
      FileKind kind, const SharedBytes& head);
  /// Goes on with a file that every volume that is not away holds with this size.
  [[nodiscard]] static MirroredFile resume(
      const std::vector<std::shared_ptr<VolumeWriter>>& volumes, std::string relative_path,
      FileKind kind, std::uint64_t size);

  MirroredFile(MirroredFile&&) = default;
  MirroredFile& operator=(MirroredFile&&) = default;
  MirroredFile(const MirroredFile&) = delete;
  MirroredFile& operator=(const MirroredFile&) = delete;
  ~MirroredFile() = default;

  /// Errors: those of a copy, when no copy takes bytes any more; the size is then unchanged.
  [[nodiscard]] Result<void> append(const SharedBytes& bytes);

  /// The vote's answer: a copy has all that was appended, through a power cut.
  [[nodiscard]] VotePtr sync();
  /// The vote's answer: a copy holds these bytes, as read through the file system.
  [[nodiscard]] VotePtr verify(std::vector<FileSpan> spans, const evidence::Digest& digest);

  /// Renames every copy, durably. The vote's answer: one has the new name.
  [[nodiscard]] VotePtr rename(const std::string& relative_path);

  /// Opens the copy on a volume that has come back and holds the file with its present size.
  void rejoin(const std::shared_ptr<VolumeWriter>& volume);

  /// Once all before is done, calls `told` on the volume's thread for each copy that has all that
  /// was appended until now, with the generation of the volume it was written in.
  using Told = std::function<void(const VolumeWriter& volume, std::uint64_t generation)>;
  void tell(const Told& told);

  /// Closes every copy once all is done with it; then `done` is called on each volume's thread,
  /// with whether the copy is whole.
  using Closed = std::function<void(const Volume& volume, bool is_whole)>;
  void close(const Closed& done);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& path() const { return path_; }  // From the volumes' roots.
  /// Copies that have all that was appended, as far as is known.
  [[nodiscard]] std::size_t whole_copies() const;

 private:
  struct Copy {
    std::shared_ptr<VolumeWriter> volume;
    FileKind kind = FileKind::kMedia;
    std::string path;                   // From the root.
    std::uint64_t generation = 0;       // Of the volume, when the copy was begun.
    std::unique_ptr<AppendFile> file;   // The volume's thread only.
    std::atomic<bool> is_cut = false;   // An append failed: what is before it is whole.
    std::atomic<bool> is_lost = false;  // A sync or a reading back failed: nothing is vouched for.
    std::optional<Error> error;         // Volume's thread; readable once one of both is set.

    [[nodiscard]] bool is_present() const { return volume->generation() == generation; }
    [[nodiscard]] bool takes_bytes() const { return is_present() && !is_cut && !is_lost; }
    [[nodiscard]] bool is_vouched_for() const { return is_present() && !is_lost; }
    [[nodiscard]] Error why() const;
    void fail(std::atomic<bool>& how, const Error& why);
    [[nodiscard]] bool is_cut_for_space();
    [[nodiscard]] Result<void> begin(ByteView head);
    [[nodiscard]] Result<void> check(const std::vector<FileSpan>& spans,
                                     const evidence::Digest& digest) const;
  };
  using CopyPtr = std::shared_ptr<Copy>;

  MirroredFile(std::string relative_path, FileKind kind)
      : path_(std::move(relative_path)), kind_(kind) {}

  [[nodiscard]] CopyPtr add_copy(const std::shared_ptr<VolumeWriter>& volume);
  void drop_absent_copies();
  template <typename Work>
  [[nodiscard]] VotePtr ask(const Work& work);
  [[nodiscard]] Result<void> any_takes_bytes() const;

  std::string path_;
  FileKind kind_;
  std::uint64_t size_ = 0;
  std::vector<CopyPtr> copies_;
};

}  // namespace candor::storage
