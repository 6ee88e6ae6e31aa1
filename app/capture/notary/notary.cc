// SPDX-License-Identifier: Apache-2.0
#include "app/capture/notary/notary.h"

#include <algorithm>
#include <utility>

#include "storage/write/room_log.h"

namespace candor::app {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// After a lost signer: the rooms' leaves go on coming.
constexpr auto kSignerWait = 1s;
// At the end: for the slower volume, and one question to the signer for each room.
constexpr auto kFinishWait = 3s;

}  // namespace

std::unique_ptr<Notary> Notary::start(storage::LeafFeed& feed, NotaryContext context,
                                      NotaryOptions options) {
  std::unique_ptr<Notary> notary(new Notary(feed, std::move(context), std::move(options)));
  notary->thread_ = std::jthread([raw = notary.get()] { raw->run(); });
  return notary;
}

Notary::Notary(storage::LeafFeed& feed, NotaryContext context, NotaryOptions options)
    : feed_(feed), context_(std::move(context)), options_(std::move(options)) {
  context_.rhythm = options_.rhythm;
  context_.loaded = [inbox = inbox_](const storage::LogName& log) {
    return [inbox, log](Result<storage::ReadTree> read) {
      // A std::function is copyable, what was read need not be copied.
      auto shared = std::make_shared<Result<storage::ReadTree>>(std::move(read));
      const MutexLock lock(inbox->mutex);
      inbox->tasks.emplace_back([log, shared](Notary& notary) {
        if (const auto keeper = notary.keepers_.find(log); keeper != notary.keepers_.end()) {
          keeper->second.on_loaded(std::move(*shared), steady_clock::now());
        }
      });
    };
  };
}

Notary::~Notary() { stop(); }

void Notary::post(Task task) {
  {
    const MutexLock lock(inbox_->mutex);
    inbox_->tasks.push_back(std::move(task));
  }
  feed_.wake();
}

void Notary::with_keeper(const storage::LogName& log, std::function<void(LogKeeper&)> what) {
  post([log, what = std::move(what)](Notary& notary) {
    if (const auto keeper = notary.keepers_.find(log); keeper != notary.keepers_.end()) {
      what(keeper->second);
    }
  });
}

void Notary::on_head(const std::string& witness, const storage::LogName& log,
                     std::optional<WitnessHead> head) {
  with_keeper(
      log, [witness, head = std::move(head)](LogKeeper& keeper) { keeper.on_head(witness, head); });
}

void Notary::on_cosigned(const std::string& witness, const storage::LogName& log,
                         const std::string& text, evidence::NoteSignature cosignature,
                         std::uint64_t time_s) {
  with_keeper(log, [witness, text, line = std::move(cosignature), time_s](LogKeeper& keeper) {
    keeper.on_cosigned(witness, text, line, time_s, steady_clock::now());
  });
}

void Notary::on_refused(const std::string& witness, const storage::LogName& log,
                        std::string_view kind, const std::string& detail) {
  with_keeper(log, [witness, kind = std::string(kind), detail](LogKeeper& keeper) {
    keeper.on_refused(witness, kind, detail);
  });
}

void Notary::on_silent(const std::string& witness, const storage::LogName& log,
                       const std::string& why) {
  with_keeper(log, [witness, why](LogKeeper& keeper) { keeper.on_silent(witness, why); });
}

void Notary::take(const storage::LeafBatch& batch, Time now) {
  if (batch.leaves.empty()) {
    return;  // Only to wake us.
  }
  auto found = keepers_.find(batch.log);
  if (found == keepers_.end()) {
    const storage::RoomLog::Origin origin{.authority = options_.authority,
                                          .site = options_.site,
                                          .room = batch.log.room,
                                          .epoch = batch.log.epoch};
    found = keepers_
                .emplace(std::piecewise_construct, std::forward_as_tuple(batch.log),
                         std::forward_as_tuple(context_, batch.log, origin.line(), now))
                .first;
  }
  found->second.take(batch, now);
}

LogKeeper::Time Notary::tick(Time now, bool is_last) {
  Time next = now + 1s;
  for (auto& [log, keeper] : keepers_) {
    const bool may_ask = now >= signer_quiet_until_;
    next = std::min(next, keeper.tick(now, {.is_last = is_last, .may_ask_signer = may_ask}));
    if (keeper.has_lost_signer()) {
      signer_quiet_until_ = steady_clock::now() + kSignerWait;
    }
  }
  return next;
}

void Notary::run() {
  Time next = steady_clock::now();
  while (!feed_.is_finished()) {
    const auto wait = std::max<std::chrono::nanoseconds>(next - steady_clock::now(), 0ns);
    const std::vector<storage::LeafBatch> batches = feed_.drain(wait);
    const Time now = steady_clock::now();
    for (const storage::LeafBatch& batch : batches) {
      take(batch, now);
    }
    std::vector<Task> tasks;
    {
      const MutexLock lock(inbox_->mutex);
      tasks.swap(inbox_->tasks);
    }
    for (const Task& task : tasks) {
      task(*this);
    }
    next = tick(now, false);
  }
  finish();
}

// The recorder's last entries are those that say that it stopped.
void Notary::finish() {
  const Time until = steady_clock::now() + kFinishWait;
  const auto is_done = [this] {
    return std::ranges::all_of(keepers_, [](const auto& pair) { return pair.second.is_done(); });
  };
  while (!is_done() && steady_clock::now() < until && steady_clock::now() >= signer_quiet_until_) {
    (void)tick(steady_clock::now(), true);
    std::this_thread::sleep_for(2ms);
  }
}

void Notary::stop() {
  feed_.close();
  if (thread_.joinable()) {
    thread_.join();
  }
}

}  // namespace candor::app
