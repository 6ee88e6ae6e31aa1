// SPDX-License-Identifier: Apache-2.0
#include "storage/write/mirror/volume_writer.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/log.h"

namespace candor::storage {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t kBatchesMax = 100'000;
constexpr auto kStopWait = 10s;
// So many files in a row that could not be written: it is not the file.
constexpr int kFailuresMax = 3;
constexpr std::string_view kFullDetail = "what is free is kept for the logs";

std::int64_t ns_of(steady_clock::time_point time) {
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

// Not: the disk could not tell.
bool is_elsewhere(const Error& error) {
  return error.kind() == ErrorKind::kNotFound || error.kind() == ErrorKind::kFailedPrecondition;
}

}  // namespace

VolumeWriter::VolumeWriter(Volume volume, const Clock& clock, Options options)
    : volume_(std::move(volume)),
      clock_(clock),
      options_(options),
      queue_({.items = kBatchesMax, .bytes = options.queue_bytes}) {}

std::shared_ptr<VolumeWriter> VolumeWriter::start(VolumeSlot slot, const Clock& clock,
                                                  Options options) {
  std::shared_ptr<VolumeWriter> writer(new VolumeWriter(std::move(slot.volume), clock, options));
  {
    const MutexLock lock(writer->mutex_);
    writer->lock_ = std::move(slot.lock);
  }
  if (slot.fault.has_value()) {
    writer->leave(*slot.fault);
  } else {
    writer->measure();
  }
  if (!options.is_alone) {
    // The thread may outlive the mirror, when the kernel does not give it back.
    writer->thread_ = AbandonableThread([writer] { writer->run(); });
  }
  return writer;
}

void VolumeWriter::run() {
  while (!queue_.is_finished()) {
    for (const Batch& batch : queue_.drain(1s)) {
      working_since_ns_ = ns_of(batch.since);
      for (const Task& task : batch.tasks) {
        task();
      }
    }
    working_since_ns_ = 0;
  }
}

void VolumeWriter::post(Task task, std::size_t bytes) {
  if (options_.is_alone) {
    task();
    return;
  }
  batch_.tasks.push_back(std::move(task));
  batch_bytes_ += bytes;
}

void VolumeWriter::flush() {
  if (batch_.tasks.empty()) {
    return;
  }
  Batch batch{.since = steady_clock::now(), .tasks = std::exchange(batch_.tasks, {})};
  if (queue_.try_push(std::move(batch), std::exchange(batch_bytes_, 0))) {
    return;
  }
  leave(Error(ErrorKind::kResourceExhausted, "it is too slow: what waits for it is given up"));
  for (const Task& task : batch.tasks) {  // NOLINT(bugprone-use-after-move): it was not taken.
    task();                               // It finds the volume away, and says no.
  }
}

std::chrono::milliseconds VolumeWriter::behind() const {
  const std::int64_t since = working_since_ns_.load();
  if (since == 0) {
    return 0ms;
  }
  return std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::nanoseconds(ns_of(steady_clock::now()) - since));
}

void VolumeWriter::leave_if_stuck() {
  if (!is_away() && behind() > options_.stuck_after) {
    leave(Error(ErrorKind::kDeadlineExceeded, "it does not answer"));
  }
}

void VolumeWriter::tend() {
  leave_if_stuck();
  if (is_tending_.exchange(true)) {
    return;
  }
  post(
      [this] {
        is_away() ? probe() : measure();
        is_tending_ = false;
      },
      0);
  flush();
}

// The folder may have become another one, or an empty mount point.
void VolumeWriter::measure() {
  if (auto ours = volume_.check(); !ours.has_value()) {
    leave(ours.error());
    // The only one takes no media, rather than fill what is not ours.
    is_full_ = is_full_ || (options_.is_alone && is_elsewhere(ours.error()));
    return;
  }
  const auto space = volume_.space();
  if (space.has_value() && space->is_read_only) {
    // An error of the disk, most likely: files that are open might go on for a while.
    leave(Error(ErrorKind::kFailedPrecondition, volume_.root() + ": is mounted read-only"));
    return;
  }
  const MutexLock lock(mutex_);
  is_space_known_ = space.has_value();
  if (!space.has_value()) {
    return;
  }
  space_ = *space;
  const std::uint64_t reserve = std::min(options_.reserve_bytes, space->bytes_total / 20);
  // Twice as much must be free again before media is written, so that gaps do not flicker.
  const bool was_full = is_full_.load();
  const bool is_full = space->bytes_free < (was_full ? 2 * reserve : reserve);
  if (is_full && !was_full) {
    log::error("storage.disk-full",
               {{"volume", volume_.name()}, {"bytes_free", space->bytes_free}});
    if (!options_.is_alone) {  // Else a gap says so.
      faults_.push_back({.volume = volume_.name(),
                         .path = "",
                         .error = Error(ErrorKind::kResourceExhausted, std::string(kFullDetail))});
    }
  }
  is_full_ = is_full;
}

void VolumeWriter::probe() {
  const auto begin = steady_clock::now();
  auto locked = volume_.probe().and_then([this] { return StateLock::take_volume(volume_.root()); });
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begin);
  if (locked.has_value() && took > options_.slow_after) {
    // It would fall behind at once, again and again.
    locked = fail(ErrorKind::kDeadlineExceeded,
                  fmt::format("it is behind by {} ms for one small file", took.count()));
  }
  const auto space = volume_.space();  // Known when it is taken back: else it would count as none.
  const MutexLock lock(mutex_);
  if (!locked.has_value()) {
    detail_ = locked.error().message();
    return;
  }
  is_space_known_ = space.has_value();
  space_ = space.value_or(space_);
  lock_ = std::move(*locked);
  is_ready_ = true;
}

void VolumeWriter::leave(const Error& why) {
  if (options_.is_alone) {
    return;  // There is nobody to leave to: each failure is told where it happens.
  }
  if (is_away_.exchange(true)) {
    return;
  }
  ++generation_;
  log::error("storage.volume-away", {{"volume", volume_.name()}, {"error", why.message()}});
  const MutexLock lock(mutex_);
  lock_.reset();  // So that it can be unmounted.
  detail_ = why.message();
  faults_.push_back({.volume = volume_.name(), .path = "", .error = why});
}

void VolumeWriter::come_back() {
  is_ready_ = false;
  log::info("storage.volume-back", {{"volume", volume_.name()}});
  {
    const MutexLock lock(mutex_);
    detail_.clear();
  }
  is_away_ = false;
}

void VolumeWriter::note_failed_file(std::string_view path, const Error& error) {
  log::error("storage.copy-failed",
             {{"volume", volume_.name()}, {"path", path}, {"error", error.message()}});
  bool is_hopeless = error.kind() == ErrorKind::kFailedPrecondition;
  if (is_hopeless) {
    volume_.retire(error.message(), clock_.utc());
  }
  {
    const MutexLock lock(mutex_);
    ++failed_files_;
    is_hopeless = is_hopeless || ++failures_in_a_row_ >= kFailuresMax;
    if (!options_.is_alone) {  // Else a gap says what was lost.
      faults_.push_back({.volume = volume_.name(), .path = std::string(path), .error = error});
    }
  }
  if (is_hopeless) {
    leave(error);
  }
}

void VolumeWriter::note_good_file() {
  const MutexLock lock(mutex_);
  failures_in_a_row_ = 0;
}

std::vector<VolumeFault> VolumeWriter::take_faults() {
  const MutexLock lock(mutex_);
  return std::exchange(faults_, {});
}

VolumeStatus VolumeWriter::status() const {
  VolumeStatus status;
  status.name = volume_.name();
  status.path = volume_.root();
  status.behind = behind();
  const MutexLock lock(mutex_);
  status.space = space_;
  status.is_space_known = is_space_known_;
  status.failed_files = failed_files_;
  if (is_away()) {
    status.state = VolumeState::kAway;
    status.detail = detail_;
  } else if (is_full() || !is_space_known_) {
    status.state = VolumeState::kFull;
    status.detail = is_space_known_ ? kFullDetail : "how much is free cannot be told";
  } else if (status.behind > options_.slow_after) {
    status.state = VolumeState::kSlow;
    status.detail = fmt::format("behind by {} ms", status.behind.count());
  }
  return status;
}

void VolumeWriter::stop() {
  flush();
  queue_.close();
  if (!thread_.end_within(kStopWait)) {
    log::error("storage.writer-stuck", {{"volume", volume_.name()}});
  }
}

}  // namespace candor::storage
