// SPDX-License-Identifier: Apache-2.0
#include "storage/write/index_follower.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <utility>

#include "core/log.h"
#include "storage/write/index_rebuild.h"

namespace candor::storage {
namespace {

// How long a failed index waits before it tries again.
constexpr std::chrono::seconds kRetryWait{5};

// The files stay for a look at them: nothing is deleted.
Result<void> move_aside(const std::string& path, UtcTime now) {
  const std::string aside = path + ".damaged-" + utc_file_stamp(now);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (std::rename((path + suffix).c_str(), (aside + suffix).c_str()) != 0 && errno != ENOENT) {
      return fail(error_from_errno(errno, path + suffix + ": rename"));
    }
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<IndexFollower>> IndexFollower::open(IndexFollowerOptions options,
                                                           const Clock& clock) {
  auto writer = IndexWriter::open(options.index_path);
  if (!writer.has_value() && writer.error().kind() == ErrorKind::kDataLoss) {
    log::error("storage.index-damaged", {{"error", writer.error().message()}});
    CANDOR_CHECK(move_aside(options.index_path, clock.utc()));
    writer = IndexWriter::open(options.index_path);
  }
  if (!writer.has_value()) {
    return fail(std::move(writer.error()));
  }
  std::unique_ptr<IndexFollower> follower(
      new IndexFollower(std::move(options), std::move(*writer)));
  follower->thread_ = std::jthread([raw = follower.get()] { raw->run(); });
  return follower;
}

IndexFollower::IndexFollower(IndexFollowerOptions options, IndexWriter writer)
    : options_(std::move(options)),
      writer_(std::move(writer)),
      queue_({.items = options_.queue_items, .bytes = options_.queue_bytes}) {}

IndexFollower::~IndexFollower() { stop(); }

void IndexFollower::stop() {
  queue_.close();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void IndexFollower::submit(std::vector<IndexUpdate> updates) {
  std::size_t bytes = 0;
  for (const IndexUpdate& update : updates) {
    bytes += update.entry.size();
  }
  if (!updates.empty() && !queue_.try_push(std::move(updates), bytes)) {
    const MutexLock lock(mutex_);
    is_behind_ = true;
  }
}

std::optional<Error> IndexFollower::fault() const {
  const MutexLock lock(mutex_);
  return fault_;
}

void IndexFollower::run() {
  do {
    if (take_is_behind()) {
      catch_up();
    }
    for (const std::vector<IndexUpdate>& updates : queue_.drain(kRetryWait)) {
      take(updates);
    }
  } while (!queue_.is_finished());
}

void IndexFollower::take(const std::vector<IndexUpdate>& updates) {
  {
    const MutexLock lock(mutex_);
    if (is_behind_) {
      return;  // They are read from the log with those before them.
    }
  }
  if (const auto applied = writer_.apply(updates); !applied.has_value()) {
    // The first entries of a new log, for one, are nobody's update. Only when the logs do not help
    // either is it a fault.
    log::info("storage.index-behind", {{"error", applied.error().message()}});
    set_is_behind();
  }
}

void IndexFollower::catch_up() {
  auto caught_up = catch_up_index(options_.volume_roots, writer_);
  if (!caught_up.has_value() && caught_up.error().kind() == ErrorKind::kDataLoss) {
    log::warn("storage.index-rebuild", {{"error", caught_up.error().message()}});
    caught_up =
        writer_.clear().and_then([&] { return catch_up_index(options_.volume_roots, writer_); });
  }
  if (!caught_up.has_value()) {
    if (caught_up.error().kind() == ErrorKind::kNotFound && !has_caught_up_) {
      set_is_behind();  // A new volume: the recorder has not made its first log yet.
      return;
    }
    set_fault(caught_up.error());
    return;
  }
  has_caught_up_ = true;
  for (const MediaProblem& problem : caught_up->problems) {
    log::warn("storage.index-media",
              {{"path", problem.path}, {"error", problem.what}, {"units", problem.units_missing}});
  }
  set_fault(std::nullopt);
}

void IndexFollower::set_fault(std::optional<Error> fault) {
  const MutexLock lock(mutex_);
  if (fault.has_value()) {
    is_behind_ = true;
    if (!fault_.has_value() || fault_->message() != fault->message()) {
      log::error("storage.index-fault", {{"error", fault->message()}});
    }
  } else if (fault_.has_value()) {
    log::info("storage.index-well");
  }
  fault_ = std::move(fault);
}

void IndexFollower::set_is_behind() {
  const MutexLock lock(mutex_);
  is_behind_ = true;
}

bool IndexFollower::take_is_behind() {
  const MutexLock lock(mutex_);
  return std::exchange(is_behind_, false);
}

}  // namespace candor::storage
