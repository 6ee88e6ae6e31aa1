// SPDX-License-Identifier: Apache-2.0
// Gets the checkpoints of all logs stamped by other authorities' clocks, keeps the tokens on the
// volumes and says so in the logs (docs/design/timestamps.md). Recording knows nothing of it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/capture/notary/log_board.h"
#include "app/capture/time/authority.h"
#include "app/capture/time/stamp_choice.h"
#include "app/capture/time/stamp_jobs.h"
#include "core/sync.h"
#include "storage/write/recorder.h"
#include "storage/write/tree/stamp_files.h"

namespace candor::app {

struct StampRhythm {
  std::chrono::milliseconds look{500};
  std::chrono::milliseconds rewrite{60'000};  // To a volume that did not take a token.
  ChoiceRhythm choice{};
  RetryRhythm retry{};
};

/// A volume that keeps tokens.
struct StampVolume {
  using Done = std::function<void(Result<void>)>;
  std::string name;
  /// Does not block; calls `done` later from any thread, or never.
  std::function<void(const storage::LogName&, storage::StampFiles, Done)> write;
};

/// What it needs outlives it, but for what its functions own.
struct StamperContext {
  std::string state_folder;
  const LogBoard* board = nullptr;
  const Clock* clock = nullptr;
  std::vector<StampVolume> volumes{};
  /// For the room's log; false: there is no such room. Must not block.
  std::function<bool(const std::string& room, storage::AddEvent, storage::Recorder::Done)> log{};
};

/// For the status.
struct AuthorityStatus {
  std::string name;
  std::size_t pending = 0;  // Checkpoints that it has not stamped yet.
  UtcTime last;             // Its newest time in this run; 0: none.
  std::string fault;        // Why it does not stamp; empty: it does.
};

/// Thread: start and stop by the owner's; status by any.
class Stamper {
 public:
  /// Errors: those of StampJobs::open.
  [[nodiscard]] static Result<std::unique_ptr<Stamper>> start(
      StamperContext context, std::vector<std::unique_ptr<Authority>> authorities,
      StampRhythm rhythm = {});
  ~Stamper();
  Stamper(const Stamper&) = delete;
  Stamper& operator=(const Stamper&) = delete;
  Stamper(Stamper&&) = delete;
  Stamper& operator=(Stamper&&) = delete;

  /// Waits for no authority and no volume: what is open goes on at the next start. Idempotent.
  void stop();

  [[nodiscard]] std::vector<AuthorityStatus> status() const EXCLUDES(mutex_);

 private:
  using Time = Authority::Time;
  using Task = std::function<void(Stamper&)>;
  // What other threads have to say; it may outlive the stamper.
  struct Inbox {
    Mutex mutex;
    std::vector<Task> tasks GUARDED_BY(mutex);
  };

  Stamper(StamperContext context, std::vector<std::unique_ptr<Authority>> authorities,
          StampJobs jobs, StampRhythm rhythm);

  void run(const std::stop_token& stop);
  void take_inbox();
  void choose(Time now);
  void ask_and_take(Authority& authority, Time now);
  void keep(const std::string& authority, const Authority::Outcome& outcome);
  void write_and_log(Time now);
  void write(const std::string& key, const std::string& authority, StampPart& part, Time now);
  void log(const std::string& key, const std::string& authority, StampPart& part);
  [[nodiscard]] bool is_done(const StampJob& job) const;
  void publish() EXCLUDES(mutex_);

  const StamperContext context_;
  const StampRhythm rhythm_;
  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
  // The thread's own:
  std::vector<std::unique_ptr<Authority>> authorities_;
  StampJobs jobs_;
  StampChoice choice_;
  std::map<std::string, UtcTime> last_times_;
  mutable Mutex mutex_;
  std::vector<AuthorityStatus> status_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace candor::app
