// SPDX-License-Identifier: Apache-2.0
// One time stamp authority as the stamper deals with it: one question at a time, the judging of the
// answer, and how long to wait after a failure. What is asked is the stamper's choice.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "app/capture/time/timestamp_line.h"
#include "core/abandonable_thread.h"
#include "core/sync.h"

namespace candor::app {

struct RetryRhythm {
  std::chrono::milliseconds first{60'000};  // Doubled with each failure in a row, up to
  std::chrono::milliseconds most{3'600'000};
  std::chrono::milliseconds give_up{60'000};  // A question that is not back by then is left behind.
};

/// An answer that was judged good.
struct Token {
  Bytes reply;
  evidence::Timestamp stamp;
};

/// One thread: the stamper's. The questions travel on threads of their own.
class Authority {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Authority(AuthoritySpec spec, std::shared_ptr<TimestampLine> line, RetryRhythm rhythm);

  [[nodiscard]] const std::string& name() const { return spec_.name; }
  [[nodiscard]] bool may_ask(Time now) const { return asked_ == nullptr && now >= next_; }

  /// Sends the question for a token over the note; `key` is the caller's name for it.
  void ask(std::string key, const std::string& note, Time now);

  struct Outcome {
    std::string key;
    Result<Token> token;
  };
  /// What came of the question; none: it is under way, or none was asked.
  [[nodiscard]] std::optional<Outcome> take(Time now);

  /// Why the last question failed; empty: it did not.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  struct Asked {
    std::string key;
    evidence::TimestampQuery query;
    Time since;
    Mutex mutex;
    std::optional<Result<Bytes>> reply GUARDED_BY(mutex);
  };

  [[nodiscard]] Result<Token> judge(const Result<Bytes>& reply) const;

  const AuthoritySpec spec_;
  const std::shared_ptr<TimestampLine> line_;
  const RetryRhythm rhythm_;
  std::shared_ptr<Asked> asked_;  // Its thread's, too, which may be left behind.
  AbandonableThread thread_;
  Time next_{};
  unsigned failures_ = 0;
  std::string fault_;
};

}  // namespace candor::app
