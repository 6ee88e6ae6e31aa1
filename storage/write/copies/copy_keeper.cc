// SPDX-License-Identifier: Apache-2.0
#include "storage/write/copies/copy_keeper.h"

#include <thread>
#include <utility>

#include "core/log.h"

namespace candor::storage {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kFaultWait = 5s;
constexpr auto kStopWait = 10s;

}  // namespace

CopyKeeper::CopyKeeper(std::vector<Writer> volumes, const Clock& clock, CopyOptions options)
    : volumes_(std::move(volumes)), clock_(clock), options_(std::move(options)) {}

std::shared_ptr<CopyKeeper> CopyKeeper::make(std::vector<Writer> volumes, const Clock& clock,
                                             CopyOptions options) {
  return std::shared_ptr<CopyKeeper>(new CopyKeeper(std::move(volumes), clock, std::move(options)));
}

void CopyKeeper::start(std::vector<LogEnd> logs) {
  logs_ = std::move(logs);
  // The thread may outlive the recorder, when the kernel does not give it back.
  thread_ = AbandonableThread([keeper = shared_from_this()] { keeper->run(); });
}

void CopyKeeper::run() {
  while (!must_stop_) {
    const auto ended = run_until_stopped();
    if (ended.has_value()) {
      continue;
    }
    log::error("storage.copies-fault", {{"error", ended.error().message()}});
    {
      const MutexLock lock(mutex_);
      status_.is_known = false;
      status_.fault = ended.error().message();
    }
    const auto until = steady_clock::now() + kFaultWait;
    while (!must_stop_ && steady_clock::now() < until) {
      std::this_thread::sleep_for(50ms);
    }
  }
}

Result<void> CopyKeeper::run_until_stopped() {
  CANDOR_TRY(CopyWork work,
             CopyWork::open(volumes_, clock_, options_, [this] { return must_stop_.load(); }));
  for (const LogEnd& log : logs_) {
    CANDOR_CHECK(with_context(work.find_segments(log), log.room));
  }
  while (!must_stop_) {
    CANDOR_CHECK(publish(work));
    CANDOR_CHECK(take_notes(work, options_.interval));
    CANDOR_CHECK(work.look_around());
  }
  return take_notes(work, 0s);
}

Result<void> CopyKeeper::take_notes(CopyWork& work, std::chrono::nanoseconds wait) {
  for (const ClosedCopy& copy : notes_.drain(wait)) {
    CANDOR_CHECK(work.take(copy));
  }
  return {};
}

Result<void> CopyKeeper::publish(CopyWork& work) {
  CANDOR_TRY(const CopyCounts counts, work.counts());
  const MutexLock lock(mutex_);
  status_ = {.volumes = volumes_.size(),
             .counts = counts,
             .copied = work.copied(),
             .is_known = true,
             .fault = ""};
  return {};
}

CopyStatus CopyKeeper::status() const {
  const MutexLock lock(mutex_);
  return status_;
}

void CopyKeeper::stop() {
  must_stop_ = true;
  notes_.close();
  if (!thread_.end_within(kStopWait)) {
    log::error("storage.copies-stuck");
  }
}

}  // namespace candor::storage
