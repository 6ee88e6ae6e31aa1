// SPDX-License-Identifier: Apache-2.0
#include "app/capture/time/authority.h"

#include <algorithm>
#include <utility>

namespace candor::app {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kDoublingsMax = 20;
constexpr auto kEndWait = 100ms;  // It has given its answer: it ends now.

}  // namespace

Authority::Authority(AuthoritySpec spec, std::shared_ptr<TimestampLine> line, RetryRhythm rhythm)
    : spec_(std::move(spec)), line_(std::move(line)), rhythm_(rhythm) {}

void Authority::ask(std::string key, const std::string& note, Time now) {
  asked_ = std::make_shared<Asked>();
  asked_->key = std::move(key);
  asked_->since = now;
  auto query = evidence::make_timestamp_query(as_bytes(note), spec_.policy);
  if (!query.has_value()) {
    const MutexLock lock(asked_->mutex);
    asked_->reply = fail(query.error());
    return;
  }
  asked_->query = std::move(*query);
  thread_ = AbandonableThread([asked = asked_, line = line_] {
    Result<Bytes> reply = line->ask(asked->query.der);
    const MutexLock lock(asked->mutex);
    asked->reply = std::move(reply);
  });
}

Result<Token> Authority::judge(const Result<Bytes>& reply) const {
  CANDOR_TRY(const Bytes bytes, Result<Bytes>(reply));
  CANDOR_TRY(
      evidence::Timestamp stamp,
      evidence::verify_timestamp(
          bytes,
          {.imprint = asked_->query.imprint, .nonce = asked_->query.nonce, .policy = spec_.policy},
          *spec_.trust));
  return Token{.reply = bytes, .stamp = std::move(stamp)};
}

std::optional<Authority::Outcome> Authority::take(Time now) {
  if (asked_ == nullptr) {
    return std::nullopt;
  }
  std::optional<Result<Bytes>> reply;
  {
    const MutexLock lock(asked_->mutex);
    reply = asked_->reply;
  }
  if (!reply.has_value() && now - asked_->since < rhythm_.give_up) {
    return std::nullopt;
  }
  if (!reply.has_value()) {
    reply = fail(ErrorKind::kDeadlineExceeded, "no answer");
  }
  Outcome outcome{.key = asked_->key, .token = judge(*reply)};
  (void)thread_.end_within(kEndWait);  // Else it is left behind, with all that it touches.
  asked_.reset();
  if (outcome.token.has_value()) {
    failures_ = 0;
    next_ = now;
    fault_.clear();
  } else {
    const auto wait = rhythm_.first * (1U << std::min(failures_++, kDoublingsMax));
    next_ = now + std::min<std::chrono::milliseconds>(wait, rhythm_.most);
    fault_ = outcome.token.error().message();
  }
  return outcome;
}

}  // namespace candor::app
