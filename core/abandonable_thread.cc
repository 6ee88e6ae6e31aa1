// SPDX-License-Identifier: Apache-2.0
#include "core/abandonable_thread.h"

#include <utility>

namespace candor {

AbandonableThread::AbandonableThread(std::function<void()> run) {
  std::promise<void> ended;
  ended_ = ended.get_future();
  thread_ = std::thread([run = std::move(run), ended = std::move(ended)]() mutable {
    run();
    ended.set_value();
  });
}

AbandonableThread::~AbandonableThread() {
  if (thread_.joinable()) {
    thread_.detach();
  }
}

bool AbandonableThread::end_within(std::chrono::milliseconds patience) {
  if (!thread_.joinable()) {
    return true;
  }
  const bool has_ended = ended_.wait_for(patience) == std::future_status::ready;
  if (has_ended) {
    thread_.join();
  } else {
    thread_.detach();
  }
  return has_ended;
}

}  // namespace candor
