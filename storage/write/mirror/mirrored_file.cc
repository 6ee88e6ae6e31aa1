// SPDX-License-Identifier: Apache-2.0
#include "storage/write/mirror/mirrored_file.h"

#include <algorithm>
#include <utility>

namespace candor::storage {

SharedBytes share(Bytes bytes) {
  auto owner = std::make_shared<const Bytes>(std::move(bytes));
  const ByteView view(*owner);
  return {.owner = std::move(owner), .bytes = view};
}

Error MirroredFile::Copy::why() const {
  if ((is_cut || is_lost) && error.has_value()) {
    return *error;
  }
  return {ErrorKind::kUnavailable, volume->volume().name() + ": the volume is away"};
}

// On the volume's thread. What a volume that is away does not do is no fault of the file.
void MirroredFile::Copy::fail(std::atomic<bool>& how, const Error& why) {
  const bool is_first = !is_cut && !is_lost;
  if (is_first) {
    error = why;
  }
  how = true;
  if (!is_present()) {
    return;
  }
  if (is_first) {
    volume->note_failed_file(path, why);
  }
  if (kind == FileKind::kLog) {
    volume->leave(why);
  }
}

// On the volume's thread. Its bytes so far stay; the volume has told by itself that it is full.
bool MirroredFile::Copy::is_cut_for_space() {
  if (kind != FileKind::kMedia || !volume->keeps_for_logs()) {
    return false;
  }
  if (!is_cut && !is_lost) {
    error = Error(ErrorKind::kResourceExhausted, path + ": what is free is kept for the logs");
  }
  is_cut = true;
  return true;
}

Result<void> MirroredFile::Copy::begin(ByteView head) {
  // The folder may be an empty mount point by now: nothing is made there.
  if (auto ours = volume->volume().check(); !ours.has_value()) {
    volume->leave(ours.error());
    return ours;
  }
  const std::string whole = volume->volume().absolute(path);
  FileSystem& files = volume->volume().files();
  CANDOR_CHECK(make_folders_below(files, volume->volume().root(), parent_of(whole)));
  CANDOR_TRY(AppendFile created, AppendFile::create(files, whole));
  if (auto appended = created.append(head); !appended.has_value()) {
    // An empty file that nothing knows of; the disk is full, most likely.
    (void)files.remove(whole).has_value();
    return appended;
  }
  file = std::make_unique<AppendFile>(std::move(created));
  return {};
}

Result<void> MirroredFile::Copy::check(const std::vector<FileSpan>& spans,
                                       const evidence::Digest& digest) const {
  evidence::Sha256 read;
  Bytes buffer;
  // Chunks mostly follow each other; one read for each run of them.
  for (std::size_t i = 0; i < spans.size();) {
    const std::uint64_t begin = spans[i].offset;
    std::uint64_t end = begin;
    while (i < spans.size() && spans[i].offset == end) {
      end += spans[i++].bytes;
    }
    if (end > file->size()) {
      return candor::fail(why());
    }
    buffer.resize(static_cast<std::size_t>(end - begin));
    CANDOR_CHECK(file->read_back(begin, buffer));
    read.update(buffer);
  }
  if (read.finish() != digest) {
    return candor::fail(ErrorKind::kDataLoss,
                        file->path() + ": what was read back differs from what was written");
  }
  return {};
}

MirroredFile::CopyPtr MirroredFile::add_copy(const std::shared_ptr<VolumeWriter>& volume) {
  auto copy = std::make_shared<Copy>();
  copy->volume = volume;
  copy->kind = kind_;
  copy->path = path_;
  copy->generation = volume->generation();
  std::erase_if(copies_, [&](const CopyPtr& old) { return old->volume == volume; });
  copies_.push_back(copy);
  return copy;
}

Result<MirroredFile> MirroredFile::create(const std::vector<std::shared_ptr<VolumeWriter>>& volumes,
                                          std::string relative_path, FileKind kind,
                                          const SharedBytes& head) {
  MirroredFile file(std::move(relative_path), kind);
  file.size_ = head.bytes.size();
  for (const auto& volume : volumes) {
    if (volume->is_away() || (kind == FileKind::kMedia && !volume->accepts_media())) {
      continue;
    }
    const CopyPtr copy = file.add_copy(volume);
    volume->post(
        [copy, head] {
          if (!copy->takes_bytes()) {
            return;
          }
          if (auto begun = copy->begin(head.bytes); !begun.has_value()) {
            copy->fail(copy->is_lost, begun.error());
          }
        },
        head.bytes.size());
  }
  CANDOR_CHECK(file.any_takes_bytes());
  return file;
}

MirroredFile MirroredFile::resume(const std::vector<std::shared_ptr<VolumeWriter>>& volumes,
                                  std::string relative_path, FileKind kind, std::uint64_t size) {
  MirroredFile file(std::move(relative_path), kind);
  file.size_ = size;
  for (const auto& volume : volumes) {
    if (!volume->is_away()) {
      file.rejoin(volume);
    }
  }
  return file;
}

void MirroredFile::rejoin(const std::shared_ptr<VolumeWriter>& volume) {
  const CopyPtr copy = add_copy(volume);
  volume->post(
      [copy, size = size_] {
        if (!copy->takes_bytes()) {
          return;
        }
        auto opened = AppendFile::open(copy->volume->volume().files(),
                                       copy->volume->volume().absolute(copy->path));
        if (opened.has_value() && opened->size() != size) {
          opened = candor::fail(ErrorKind::kDataLoss, copy->path + ": is not as long as it was");
        }
        if (!opened.has_value()) {
          copy->fail(copy->is_lost, opened.error());
          return;
        }
        copy->file = std::make_unique<AppendFile>(std::move(*opened));
      },
      0);
}

Result<void> MirroredFile::any_takes_bytes() const {
  if (std::ranges::any_of(copies_, [](const CopyPtr& copy) { return copy->takes_bytes(); })) {
    return {};
  }
  return copies_.empty() ? fail(ErrorKind::kUnavailable, path_ + ": no volume can be written to")
                         : fail(copies_.front()->why());
}

// A volume that has left is not kept from being unmounted. Files are closed by its own thread.
void MirroredFile::drop_absent_copies() {
  for (CopyPtr& copy : copies_) {
    if (!copy->is_present()) {
      const auto volume = copy->volume;
      volume->post([copy = std::exchange(copy, nullptr)] {}, 0);
    }
  }
  std::erase(copies_, nullptr);
}

Result<void> MirroredFile::append(const SharedBytes& bytes) {
  CANDOR_CHECK(any_takes_bytes());
  drop_absent_copies();
  for (const CopyPtr& copy : copies_) {
    if (!copy->takes_bytes()) {
      continue;
    }
    copy->volume->post(
        [copy, bytes] {
          if (!copy->takes_bytes() || copy->is_cut_for_space()) {
            return;
          }
          if (auto appended = copy->file->append(bytes.bytes); !appended.has_value()) {
            copy->fail(copy->is_cut, appended.error());
          }
        },
        bytes.bytes.size());
  }
  CANDOR_CHECK(any_takes_bytes());
  size_ += bytes.bytes.size();
  return {};
}

// Asks the copies that are still vouched for. `work` runs on each volume's thread.
template <typename Work>
VotePtr MirroredFile::ask(const Work& work) {
  std::vector<CopyPtr> asked;
  std::ranges::copy_if(copies_, std::back_inserter(asked),
                       [](const CopyPtr& copy) { return copy->is_vouched_for(); });
  if (asked.empty() && !copies_.empty()) {
    auto vote = std::make_shared<Vote>(1);
    vote->answer(0, fail(copies_.front()->why()));
    return vote;
  }
  // Not the copies: their files are closed by the volumes' threads.
  std::vector<std::pair<std::shared_ptr<VolumeWriter>, std::uint64_t>> voters;
  for (const CopyPtr& copy : asked) {
    voters.emplace_back(copy->volume, copy->generation);
  }
  auto vote = std::make_shared<Vote>(asked.size(), [voters](std::size_t voter) {
    const auto& [volume, generation] = voters[voter];
    volume->leave_if_stuck();
    return volume->generation() != generation;
  });
  for (std::size_t voter = 0; voter < asked.size(); ++voter) {
    const CopyPtr& copy = asked[voter];
    copy->volume->post(
        [copy, vote, voter, work] {
          vote->answer(voter,
                       copy->is_vouched_for() ? work(*copy) : Result<void>(fail(copy->why())));
        },
        0);
  }
  return vote;
}

VotePtr MirroredFile::sync() {
  return ask([](Copy& copy) -> Result<void> {
    auto synced = copy.file->sync();
    if (!synced.has_value()) {
      copy.fail(copy.is_lost, synced.error());
    } else if (copy.kind == FileKind::kMedia) {
      copy.volume->note_good_file();
    }
    return synced;
  });
}

VotePtr MirroredFile::verify(std::vector<FileSpan> spans, const evidence::Digest& digest) {
  return ask([spans = std::move(spans), digest](Copy& copy) -> Result<void> {
    auto checked = copy.check(spans, digest);
    if (!checked.has_value() && !copy.is_cut) {
      copy.fail(copy.is_lost, checked.error());
    }
    return checked;
  });
}

VotePtr MirroredFile::rename(const std::string& relative_path) {
  VotePtr vote = ask([relative_path](Copy& copy) -> Result<void> {
    const Volume& volume = copy.volume->volume();
    auto renamed =
        rename_file(volume.files(), volume.absolute(copy.path), volume.absolute(relative_path));
    if (!renamed.has_value()) {
      copy.fail(copy.is_lost, renamed.error());
    } else {
      copy.path = relative_path;
    }
    return renamed;
  });
  path_ = relative_path;
  return vote;
}

std::size_t MirroredFile::whole_copies() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(copies_, [](const CopyPtr& copy) { return copy->takes_bytes(); }));
}

void MirroredFile::tell(const Told& told) {
  for (const CopyPtr& copy : copies_) {
    copy->volume->post(
        [copy, told] {
          if (copy->takes_bytes() && copy->file != nullptr) {
            told(*copy->volume, copy->generation);
          }
        },
        0);
  }
}

void MirroredFile::close(const Closed& done) {
  for (CopyPtr& copy : std::exchange(copies_, {})) {
    const auto volume = copy->volume;
    volume->post(
        [copy = std::move(copy), done] {
          done(copy->volume->volume(), copy->takes_bytes() && copy->file != nullptr);
          copy->file.reset();
        },
        0);
  }
}

}  // namespace candor::storage
