// SPDX-License-Identifier: Apache-2.0
// The notary: turns durable log entries into trees, signed checkpoints and cosigned ones, on a
// thread of its own (docs/design/notary.md). Recording knows nothing of it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/capture/notary/log_keeper.h"
#include "app/capture/notary/notary_context.h"
#include "app/capture/notary/witness_client.h"
#include "core/sync.h"
#include "storage/write/tree/leaf_feed.h"

namespace candor::app {

struct NotaryOptions {
  std::string authority;
  std::string site;
  NotaryRhythm rhythm{};
};

/// Thread: start and stop by the owner's; the listener's functions by any.
class Notary final : public WitnessListener {
 public:
  /// The feed, and all that the context names, outlive it. The context's `loaded` is its own.
  [[nodiscard]] static std::unique_ptr<Notary> start(storage::LeafFeed& feed, NotaryContext context,
                                                     NotaryOptions options);
  ~Notary() override;
  Notary(const Notary&) = delete;
  Notary& operator=(const Notary&) = delete;
  Notary(Notary&&) = delete;
  Notary& operator=(Notary&&) = delete;

  void on_head(const std::string& witness, const storage::LogName& log,
               std::optional<WitnessHead> head) override;
  void on_cosigned(const std::string& witness, const storage::LogName& log, const std::string& text,
                   evidence::NoteSignature cosignature, std::uint64_t time_s) override;
  void on_refused(const std::string& witness, const storage::LogName& log, std::string_view kind,
                  const std::string& detail) override;
  void on_silent(const std::string& witness, const storage::LogName& log,
                 const std::string& why) override;

  /// Closes the feed, signs what came and is durable, joins. Idempotent.
  void stop();

 private:
  using Time = LogKeeper::Time;
  using Task = std::function<void(Notary&)>;

  // What other threads want done; it may outlive the notary, with a volume's thread that is stuck.
  struct Inbox {
    Mutex mutex;
    std::vector<Task> tasks GUARDED_BY(mutex);
  };

  Notary(storage::LeafFeed& feed, NotaryContext context, NotaryOptions options);

  void post(Task task);
  void with_keeper(const storage::LogName& log, std::function<void(LogKeeper&)> what);
  void run();
  [[nodiscard]] Time tick(Time now, bool is_last);
  void take(const storage::LeafBatch& batch, Time now);
  void finish();

  storage::LeafFeed& feed_;
  NotaryContext context_;
  const NotaryOptions options_;
  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
  // The thread's own:
  std::map<storage::LogName, LogKeeper> keepers_;
  Time signer_quiet_until_{};
  std::jthread thread_;
};

}  // namespace candor::app
