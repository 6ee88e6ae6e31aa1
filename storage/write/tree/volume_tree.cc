// SPDX-License-Identifier: Apache-2.0
#include "storage/write/tree/volume_tree.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/log.h"

namespace candor::storage {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// An hour of fifty rooms with a session in each.
constexpr std::size_t kTasksMax = 100'000;
constexpr std::size_t kBytesMax = std::size_t{64} << 20;
constexpr auto kStopWait = 5s;
// A note waits for its entries on this volume: they come with its next sync.
constexpr auto kNoteLook = 10ms;
constexpr auto kIdle = 1s;
constexpr auto kReachWait = 1s;

}  // namespace

VolumeTree::VolumeTree(std::shared_ptr<VolumeWriter> volume, std::shared_ptr<const LogReach> reach,
                       const Clock& clock)
    : volume_(std::move(volume)),
      reach_(std::move(reach)),
      clock_(clock),
      queue_({.items = kTasksMax, .bytes = kBytesMax}),
      generation_(volume_->generation()) {}

std::shared_ptr<VolumeTree> VolumeTree::start(std::shared_ptr<VolumeWriter> volume,
                                              std::shared_ptr<const LogReach> reach,
                                              const Clock& clock) {
  std::shared_ptr<VolumeTree> tree(new VolumeTree(std::move(volume), std::move(reach), clock));
  tree->thread_ = std::jthread([tree] { tree->run(); });
  return tree;
}

void VolumeTree::post(Task task, std::size_t bytes) {
  if (!queue_.try_push(std::move(task), bytes)) {
    has_missed_ = true;
  }
}

std::optional<std::uint64_t> VolumeTree::reach(const LogName& log) const {
  if (volume_->is_away()) {
    return std::nullopt;
  }
  return reach_->of(name(), volume_->generation(), log);
}

bool VolumeTree::is_well() const {
  const VolumeState state = volume_->status().state;
  return state == VolumeState::kOk || state == VolumeState::kFull;
}

std::string VolumeTree::fault() const {
  const MutexLock lock(mutex_);
  return fault_;
}

void VolumeTree::load(const LogName& log, Loaded loaded) {
  post(
      [this, log, loaded = std::move(loaded)] {
        const auto until = steady_clock::now() + kReachWait;
        while (reach(log) == 0U && steady_clock::now() < until && !queue_.is_finished()) {
          std::this_thread::sleep_for(kNoteLook);
        }
        const std::optional<std::uint64_t> size = reach(log);
        if (!size.has_value() || *size == 0) {
          loaded(fail(ErrorKind::kUnavailable, name() + ": how far its log reaches is not known"));
          return;
        }
        want(log, *size);
        loaded(with_context(read_tree(volume(), log, *size), name()));
      },
      0);
}

void VolumeTree::write_tiles(const LogName& log, std::vector<evidence::Tile> tiles) {
  const std::size_t bytes = tiles.size() * evidence::kTileHashes * sizeof(evidence::Digest);
  for (const evidence::Tile& tile : tiles) {
    const unsigned leaves = evidence::kTileHeight * (tile.place.level + 1);
    want(log, (tile.place.index + 1) << leaves);
  }
  post(
      [this, log, tiles = std::move(tiles)] {
        for (const evidence::Tile& tile : tiles) {
          const Result<void> written = volume_->is_away()
                                           ? fail(ErrorKind::kUnavailable, name() + ": is away")
                                           : write_tile(volume(), log, tile);
          has_missed_ = has_missed_ || !written.has_value();
          note_result(log, written);
        }
      },
      bytes);
}

void VolumeTree::write_note(const LogName& log, std::uint64_t size, std::string note) {
  const std::size_t bytes = note.size();
  post(
      [this, log, waiting = WaitingNote{.size = size, .note = std::move(note)}]() mutable {
        notes_[log] = std::move(waiting);
      },
      bytes);
}

void VolumeTree::append_cosigned(const LogName& log, std::string note) {
  const std::size_t bytes = note.size();
  post(
      [this, log, note = std::move(note)] {
        if (volume_->is_away()) {
          cosigned_.erase(log);
          return;
        }
        auto found = cosigned_.find(log);
        if (found == cosigned_.end()) {
          auto opened = CosignedNotes::open(volume(), log, clock_.utc());
          if (!opened.has_value()) {
            note_result(log, fail(std::move(opened.error())));
            return;
          }
          found = cosigned_.emplace(log, std::move(*opened)).first;
        }
        const Result<void> appended = found->second.append(note);
        if (!appended.has_value()) {
          cosigned_.erase(found);
        }
        note_result(log, appended);
      },
      bytes);
}

void VolumeTree::write_stamp(const LogName& log, StampFiles files,
                             std::function<void(Result<void>)> done) {
  const std::size_t bytes = files.note.size() + files.token.size();
  post(
      [this, log, files = std::move(files), done = std::move(done)] {
        if (reach(log).value_or(0) < files.size) {
          done(fail(ErrorKind::kUnavailable, name() + ": does not hold what is stamped"));
          return;
        }
        const Result<void> written = storage::write_stamp(volume(), log, files);
        note_result(log, written);
        done(written);
      },
      bytes);
}

Result<Bytes> VolumeTree::tile(const LogName& log, const evidence::TilePlace& place) const {
  if (!is_well()) {
    return fail(ErrorKind::kUnavailable, name() + ": does not answer now");
  }
  return read_tile(volume(), log, place);
}

void VolumeTree::run() {
  while (!queue_.is_finished()) {
    for (const Task& task : queue_.drain(notes_.empty() ? std::chrono::nanoseconds(kIdle)
                                                        : std::chrono::nanoseconds(kNoteLook))) {
      task();
    }
    write_waiting_notes();
    catch_up();
  }
  write_waiting_notes();
  has_ended_ = true;
}

void VolumeTree::write_waiting_notes() {
  std::erase_if(notes_, [this](const auto& waiting) {
    const auto& [log, note] = waiting;
    const std::optional<std::uint64_t> reached = reach(log);
    if (!reached.has_value()) {
      return true;  // The next one comes when it is back.
    }
    if (*reached < note.size) {
      return false;
    }
    note_result(log, storage::write_note(volume(), log, note.note));
    return true;
  });
}

// What was not written because the volume was away, the queue full or the disk unwilling.
void VolumeTree::catch_up() {
  if (volume_->is_away()) {
    return;
  }
  if (std::exchange(generation_, volume_->generation()) != generation_) {
    has_missed_ = true;
    cosigned_.clear();  // Another thread may have brought its files up.
  }
  if (!has_missed_.exchange(false)) {
    return;
  }
  std::map<LogName, std::uint64_t> wanted;
  {
    const MutexLock lock(mutex_);
    wanted = wanted_;
  }
  for (const auto& [log, entries] : wanted) {
    const Result<void> written = write_missing(log, entries);
    if (!written.has_value()) {
      has_missed_ = true;
      note_result(log, written);
    }
  }
}

Result<void> VolumeTree::write_missing(const LogName& log, std::uint64_t wanted) {
  const std::uint64_t reached = reach(log).value_or(0);
  CANDOR_TRY(const std::uint64_t tiles, write_missing_tiles(volume(), log, reached));
  if (tiles > 0) {
    log::info("tree.tiles-made", {{"volume", name()}, {"room", log.room}, {"tiles", tiles}});
  }
  return reached >= wanted ? Result<void>()
                           : fail(ErrorKind::kUnavailable, name() + ": its log is behind");
}

void VolumeTree::want(const LogName& log, std::uint64_t entries) {
  const MutexLock lock(mutex_);
  std::uint64_t& wanted = wanted_[log];
  wanted = std::max(wanted, entries);
}

void VolumeTree::note_result(const LogName& log, const Result<void>& result) {
  const MutexLock lock(mutex_);
  const std::string fault = result.has_value() ? std::string() : result.error().message();
  if (!fault.empty() && fault_.empty()) {
    log::error("tree.write-failed",
               {{"volume", name()}, {"room", log.room}, {"epoch", log.epoch}, {"error", fault}});
  }
  fault_ = fault;
}

void VolumeTree::stop() {
  queue_.close();
  const auto deadline = steady_clock::now() + kStopWait;
  while (thread_.joinable() && !has_ended_ && steady_clock::now() < deadline) {
    std::this_thread::sleep_for(2ms);
  }
  if (!thread_.joinable()) {
    return;
  }
  if (has_ended_) {
    thread_.join();
    return;
  }
  log::error("tree.writer-stuck", {{"volume", name()}});
  thread_.detach();
}

}  // namespace candor::storage
