// SPDX-License-Identifier: Apache-2.0
// Appending and committing; how a log is opened is in log_recovery.cc.
#include "storage/write/room_log.h"

#include <algorithm>
#include <sys/random.h>
#include <utility>

#include <fmt/format.h>

#include "core/assert.h"
#include "storage/write/log_paths.h"

namespace candor::storage {
namespace {

evidence::Salt random_salt() {
  evidence::Salt salt{};
  CANDOR_ASSERT(::getrandom(salt.data(), salt.size(), 0) == static_cast<ssize_t>(salt.size()));
  return salt;
}

}  // namespace

std::string RoomLog::Origin::line() const {
  return fmt::format("{}/{}/{}/{}", authority, site, room, epoch);
}

RoomLog::RoomLog(Mirror& mirror, Origin origin, const EntryClock& clock)
    : mirror_(&mirror),
      origin_(std::move(origin)),
      log_id_(evidence::log_id_of(origin_.line())),
      clock_(&clock),
      folder_(log_folder(origin_.room, origin_.epoch)) {}

Result<Bytes> RoomLog::append(evidence::EntryType type, std::uint32_t chain, ByteView body) {
  const EntryTime time = clock_->now();
  const LogState::ChainEnd end = state_.chain_end(chain);
  evidence::EntryHeader header;
  header.type = type;
  header.clock_state = time.state;
  header.log_id = log_id_;
  header.index = state_.size();
  header.real = time.real;
  header.boot = time.boot;
  header.boot_id = time.boot_id;
  header.clock_error_us = time.error_us;
  header.chain = chain;
  header.chain_sequence = end.next_sequence;
  header.chain_previous = end.previous;
  header.salt = random_salt();
  Bytes entry = evidence::encode_entry(header, body);
  CANDOR_CHECK(state_.apply(entry));
  queued_.push_back(entry);
  if (reach_ != nullptr) {
    // The chain's next entry names this one by its leaf hash.
    queued_leaves_.push_back(
        {.index = header.index, .type = type, .hash = state_.chain_end(chain).previous});
  }
  return entry;
}

Result<void> RoomLog::commit() {
  Bytes frames;
  std::uint64_t framed = 0;
  for (const Bytes& entry : queued_) {
    evidence::append_framed(frames, entry);
    ++framed;
    if ((written_ + framed) % kEntriesPerBundle == 0) {
      CANDOR_CHECK(write_to_bundle(std::exchange(frames, {}), framed));
      written_ += std::exchange(framed, 0);
      CANDOR_CHECK(finish_bundle());
    }
  }
  if (framed > 0) {
    CANDOR_CHECK(write_to_bundle(std::move(frames), framed));
    written_ += framed;
  }
  queued_.clear();
  leaves_.insert(leaves_.end(), queued_leaves_.begin(), queued_leaves_.end());
  queued_leaves_.clear();
  return {};
}

void RoomLog::tell_of_leaves(std::shared_ptr<LogReach> reach) {
  reach_ = std::move(reach);
  tell_reach(written_);
}

// Behind the sync and the reading back in each volume's queue.
void RoomLog::tell_reach(std::uint64_t entries) {
  if (reach_ != nullptr && bundle_ != nullptr) {
    bundle_->tell([reach = reach_, log = name(), entries](const VolumeWriter& volume,
                                                          std::uint64_t generation) {
      reach->tell(volume.volume().name(), generation, log, entries);
    });
  }
}

Result<void> RoomLog::write_to_bundle(Bytes frames, std::uint64_t framed) {
  if (bundle_ == nullptr) {
    CANDOR_TRY(MirroredFile begun,
               MirroredFile::create(mirror_->writers(),
                                    bundle_path(folder_, written_ / kEntriesPerBundle, false),
                                    FileKind::kLog, {}));
    bundle_ = std::make_unique<MirroredFile>(std::move(begun));
  }
  const FileSpan span{.offset = bundle_->size(), .bytes = frames.size()};
  const evidence::Digest digest = evidence::sha256(frames);
  CANDOR_CHECK(bundle_->append(share(std::move(frames))));
  // A copy whose sync failed is not asked to read back: the second answer holds for both.
  const VotePtr synced = bundle_->sync();
  const VotePtr read_back = bundle_->verify({span}, digest);
  tell_reach(written_ + framed);
  CANDOR_CHECK(mirror_->wait(synced));
  return read_back->wait();
}

Result<void> RoomLog::finish_bundle() {
  const VotePtr renamed =
      bundle_->rename(bundle_path(folder_, written_ / kEntriesPerBundle - 1, true));
  bundle_.reset();
  return mirror_->wait(renamed);
}

LogExtent RoomLog::extent() const {
  return {.whole_bundles = written_ / kEntriesPerBundle,
          .part_bytes = bundle_ != nullptr ? bundle_->size() : 0};
}

void RoomLog::rejoin(const std::shared_ptr<VolumeWriter>& volume) {
  const Mirror::Writers present = mirror_->present();
  const auto from =
      std::ranges::find_if(present, [&](const auto& other) { return other != volume; });
  if (from == present.end()) {
    return;
  }
  volume->post(
      [volume, from = *from, folder = folder_, extent = extent(), now = clock_->now().real] {
        if (auto copied = copy_log(from->volume(), volume->volume(), folder, extent, now);
            !copied.has_value()) {
          volume->leave(copied.error());
        }
      },
      0);
  if (bundle_ != nullptr) {
    bundle_->rejoin(volume);
  }
}

}  // namespace candor::storage
