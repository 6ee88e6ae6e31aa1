// SPDX-License-Identifier: Apache-2.0
// Follows the logs of one capture host on a thread of its own: pulls entries, compares roots, says
// what is wrong. A host that stalls holds up no other.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "core/sync.h"
#include "core/time.h"
#include "evidence/checkpoint.h"
#include "monitor/alarms/alarm.h"
#include "monitor/mirror/clock_lag.h"
#include "monitor/mirror/log_client.h"
#include "monitor/mirror/mirrored_log.h"
#include "monitor/mirror/unit_book.h"

namespace candor::mirror {

/// What the witness cosigned last of a log, and the key that was enrolled for it.
struct WitnessedHead {
  std::string vkey;
  std::uint64_t size = 0;  // 0: nothing yet.
  evidence::Digest root{};
};
/// Thread: any; may block on the disk.
using FindWitnessed = std::function<std::optional<WitnessedHead>(const std::string& origin)>;

/// Each log is followed from one host alone. Thread: any.
class Claims {
 public:
  /// False: another host has it already.
  [[nodiscard]] bool claim(const std::string& origin, const std::string& host) EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  std::map<std::string, std::string> hosts_ GUARDED_BY(mutex_);
};

struct MirrorOptions {
  std::string folder{};  // "<state of the monitor>/mirror".
  std::chrono::milliseconds interval{2'000};
  std::uint64_t bytes_a_round = std::uint64_t{8} << 20;  // Of one host, while it catches up.
  std::chrono::nanoseconds session_max{std::chrono::hours(24)};  // The longest legal session.
};

/// What all hosts share; outlives them.
struct MirrorContext {
  MirrorOptions options;
  const Clock& clock;
  UnitBook& units;
  Claims& claims;
  FindWitnessed witnessed;  // Empty: there is no witness here.
};

/// round() on one thread; alarms() on any.
class HostMirror {
 public:
  HostMirror(std::string name, net::Endpoint endpoint, const MirrorContext& context);
  ~HostMirror();
  HostMirror(const HostMirror&) = delete;
  HostMirror& operator=(const HostMirror&) = delete;
  HostMirror(HostMirror&&) = delete;
  HostMirror& operator=(HostMirror&&) = delete;

  /// Begins the rounds, on the thread.
  void start();
  void ask_to_stop() { thread_.request_stop(); }
  /// Ends them; waits for the request that runs, five seconds at most for each of its blocks.
  void stop();

  /// Once through all logs of the host. Errors: the host's, of which nothing was learnt; what is
  /// wrong with a log is an alarm.
  [[nodiscard]] Result<void> round();

  /// Open now, as the last round saw it.
  [[nodiscard]] std::vector<alarms::Alarm> alarms() const EXCLUDES(mutex_);
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  struct Followed {
    std::unique_ptr<MirroredLog> log;
    std::string room;
    std::optional<evidence::Checkpoint> pending;  // Signed, not compared yet.
    std::uint64_t compared = 0;                   // Size of the last signed one that was.
    std::uint64_t witnessed = 0;                  // Likewise, of the witness.
    ClockLag lag;
    bool is_claimed_by_other = false;
    bool must_reopen = false;  // The disk failed: only the files know where the log stands.
  };

  void run(const std::stop_token& stop);
  [[nodiscard]] Followed* find_or_open(const OfferedLog& offered);
  [[nodiscard]] Result<void> follow(const OfferedLog& offered, Followed& followed);
  [[nodiscard]] Result<void> pull(const OfferedLog& offered, Followed& followed);
  [[nodiscard]] Result<bool> pull_some(const OfferedLog& offered, Followed& followed);
  [[nodiscard]] Result<void> fetch_checkpoint(const OfferedLog& offered, Followed& followed);
  void compare_checkpoint(Followed& followed);
  void compare_witnessed(Followed& followed);
  void compare(MirroredLog& log, std::uint64_t size, const evidence::Digest& root,
               const std::string& whose);
  void take_discrepancies(Followed& followed);
  void publish();
  void add_alarms(Followed& followed, std::vector<alarms::Alarm>& open) const;
  void add_live_alarms(const Followed& followed, std::vector<alarms::Alarm>& open) const;
  [[nodiscard]] UtcTime now() const { return context_.clock.utc(); }

  const std::string name_;
  LogClient client_;
  const MirrorContext& context_;
  std::map<std::string, Followed> logs_;  // By origin.
  std::uint64_t budget_ = 0;              // Bytes of this round that are left.
  std::string told_;                      // The host's last error, said once.
  std::stop_token stopping_;

  mutable Mutex mutex_;
  std::vector<alarms::Alarm> alarms_ GUARDED_BY(mutex_);
  std::jthread thread_;
};

}  // namespace candor::mirror
