// SPDX-License-Identifier: Apache-2.0
// The start of a room's log: the volume that is furthest is read, the others are brought up to it.
#include <algorithm>

#include <fmt/format.h>

#include "core/log.h"
#include "storage/write/append_file.h"
#include "storage/write/log_paths.h"
#include "storage/write/room_log.h"

namespace candor::storage {
namespace {

constexpr std::uint64_t kBundleBytesMax = kEntriesPerBundle * (2 + evidence::kEntryBytesMax);

constexpr std::uint64_t kOriginBytesMax = 4096;

struct Candidate {
  std::shared_ptr<VolumeWriter> writer;
  LogExtent extent;
  std::size_t place = 0;  // In the configuration.
};

}  // namespace

Result<LogState> RoomLog::read(Mirror& mirror, Origin origin, const EntryClock& clock) {
  RoomLog log(mirror, std::move(origin), clock);
  CANDOR_CHECK(with_context(log.replay_furthest(), log.folder_));
  return std::move(log.state_);
}

Result<RoomLog> RoomLog::open(Mirror& mirror, Origin origin, const EntryClock& clock,
                              std::string software, evidence::PreviousLog previous) {
  RoomLog log(mirror, std::move(origin), clock);
  CANDOR_CHECK(log.check_origin());
  CANDOR_CHECK(with_context(log.replay_furthest(), log.folder_));
  if (log.part_bytes_ > 0) {
    log.bundle_ = std::make_unique<MirroredFile>(
        MirroredFile::resume(mirror.writers(), bundle_path(log.folder_, log.whole_bundles_, false),
                             FileKind::kLog, log.part_bytes_));
    if (log.written_ == (log.whole_bundles_ + 1) * kEntriesPerBundle) {
      // Killed between the last entry of a bundle and its renaming.
      CANDOR_CHECK(log.finish_bundle());
    }
  }
  if (log.state_.size() == 0) {
    const Bytes body = evidence::encode(evidence::GenesisBody{.origin = log.origin_.line(),
                                                              .software = std::move(software),
                                                              .previous = std::move(previous)});
    CANDOR_TRY(const Bytes entry,
               log.append(evidence::EntryType::kGenesis, evidence::kEventChain, body));
    CANDOR_CHECK(log.commit());
  }
  return log;
}

Result<void> RoomLog::check_origin() {
  const std::string line = origin_.line() + "\n";
  for (const auto& writer : mirror_->present()) {
    const Volume& volume = writer->volume();
    const std::string path = volume.absolute(folder_ + "/origin");
    const auto found = read_file(volume.files(), path, kOriginBytesMax);
    if (found.has_value() && as_text(*found) != line) {
      return fail(ErrorKind::kDataLoss,
                  fmt::format("{}: the log's origin is '{}', the configuration makes it '{}'", path,
                              as_text(*found).substr(0, found->empty() ? 0 : found->size() - 1),
                              origin_.line()));
    }
    if (found.has_value()) {
      continue;
    }
    auto made = make_folders_below(volume.files(), volume.root(), parent_of(path)).and_then([&] {
      return replace_file(volume.files(), path, as_bytes(line));
    });
    CANDOR_CHECK(leave_or_fail(writer, std::move(made)));
  }
  return {};
}

// A volume whose log cannot be used is left out as long as there is another one.
Result<void> RoomLog::leave_or_fail(const std::shared_ptr<VolumeWriter>& writer,
                                    Result<void> done) {
  if (!done.has_value() && mirror_->present().size() > 1) {
    writer->leave(done.error());
    return {};
  }
  return done;
}

Result<void> RoomLog::replay_furthest() {
  std::vector<Candidate> candidates;
  for (const auto& writer : mirror_->present()) {
    auto extent = extent_of(writer->volume().files(), writer->volume().absolute(folder_));
    if (extent.has_value()) {
      candidates.push_back({.writer = writer, .extent = *extent, .place = candidates.size()});
    } else {
      CANDOR_CHECK(leave_or_fail(writer, fail(extent.error())));
    }
  }
  std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
    return a.extent == b.extent ? a.place < b.place : a.extent > b.extent;
  });
  Result<void> replayed = fail(ErrorKind::kUnavailable, "no volume can be read");
  for (const Candidate& candidate : candidates) {
    state_ = {};
    written_ = part_bytes_ = 0;
    replayed = replay(candidate.writer->volume());
    if (replayed.has_value()) {
      return bring_up_others(candidate.writer);
    }
    log::error("storage.log-damaged", {{"volume", candidate.writer->volume().name()},
                                       {"error", replayed.error().message()}});
  }
  return replayed;
}

Result<void> RoomLog::bring_up_others(const std::shared_ptr<VolumeWriter>& from) {
  const LogExtent extent{.whole_bundles = whole_bundles_, .part_bytes = part_bytes_};
  for (const auto& writer : mirror_->present()) {
    if (writer == from) {
      continue;
    }
    const auto copied =
        copy_log(from->volume(), writer->volume(), folder_, extent, clock_->now().real);
    if (!copied.has_value()) {
      writer->leave(copied.error());
    } else if (*copied) {
      forks_.push_back(writer->volume().name());
    }
  }
  return {};
}

Result<void> RoomLog::replay(const Volume& volume) {
  for (whole_bundles_ = 0;; ++whole_bundles_) {
    const std::string whole = volume.absolute(bundle_path(folder_, whole_bundles_, true));
    const std::string part = volume.absolute(bundle_path(folder_, whole_bundles_, false));
    CANDOR_TRY(const bool is_whole, exists(volume.files(), whole));
    CANDOR_TRY(const bool is_there, exists(volume.files(), part));
    if (!is_whole && !is_there) {
      return {};
    }
    const std::string& path = is_whole ? whole : part;
    CANDOR_TRY(const Bytes bundle, read_file(volume.files(), path, kBundleBytesMax));
    CANDOR_TRY(const std::size_t used, with_context(replay_bundle(bundle, !is_whole), path));
    if (!is_whole) {
      part_bytes_ = used;
      return used < bundle.size() || used == 0 ? cut_torn_entry(volume, used) : Result<void>();
    }
  }
}

// Returns the bytes of whole entries.
Result<std::size_t> RoomLog::replay_bundle(const Bytes& bundle, bool is_last) {
  const evidence::Bundle read = evidence::read_bundle(bundle);
  if (!is_last && (read.consumed != bundle.size() || read.entries.size() != kEntriesPerBundle)) {
    return fail(ErrorKind::kDataLoss, "a finished bundle does not hold 256 whole entries");
  }
  for (const ByteView entry : read.entries) {
    CANDOR_CHECK(state_.apply(entry));
  }
  if (state_.size() > 0 && state_.last_header().log_id != log_id_) {
    return fail(ErrorKind::kDataLoss, "the entries belong to another log");
  }
  written_ = state_.size();
  return read.consumed;
}

Result<void> RoomLog::cut_torn_entry(const Volume& volume, std::size_t whole) {
  was_torn_ = true;
  const std::string path = bundle_path(folder_, whole_bundles_, false);
  CANDOR_CHECK(volume.quarantine_tail(path, whole, clock_->now().real));
  // A bundle begins with its first entry.
  return whole > 0 ? Result<void>() : remove_file(volume.files(), volume.absolute(path));
}

}  // namespace candor::storage
