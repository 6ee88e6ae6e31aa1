// SPDX-License-Identifier: Apache-2.0
#include "monitor/witness/witness.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/asio.hpp>

#include "core/bytes.h"
#include "core/log.h"
#include "net/run_blocking.h"

namespace candor::witness {
namespace {

namespace asio = boost::asio;
using net::HttpRequest;
using net::HttpResponse;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kWatchInterval{1};

HttpResponse text_response(unsigned status, std::string body,
                           std::string type = "text/plain; charset=utf-8") {
  return {.status = status,
          .headers = {{"Content-Type", std::move(type)},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}},
          .body = std::move(body)};
}

unsigned status_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kCosign:
      return 200;
    case Verdict::kMalformed:
      return 400;
    case Verdict::kBadSignature:
      return 403;
    case Verdict::kUnknownLog:
      return 404;
    case Verdict::kOtherSize:
      return 409;
    case Verdict::kBadProof:
      return 422;
  }
  return 500;
}

HttpResponse response_of(Answer answer) {
  return answer.verdict == Verdict::kOtherSize
             ? text_response(409, std::move(answer.body), "text/x.tlog.size")
             : text_response(status_of(answer.verdict), std::move(answer.body));
}

// The log comes again: nothing was cosigned.
HttpResponse try_again() { return text_response(503, "the witness cannot remember now\n"); }

std::optional<evidence::Digest> digest_of(const std::string& hex) {
  evidence::Digest digest{};
  const auto bytes = from_hex(hex);
  if (!bytes.has_value() || bytes->size() != digest.size() || to_hex(*bytes) != hex) {
    return std::nullopt;
  }
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

struct Seen {
  std::vector<Watch::EnrolledLog> logs;
  std::vector<records::Refused> refusals;
};

Result<Seen> look(records::WitnessRecords& records) {
  Seen seen;
  CANDOR_TRY(const auto logs, records.logs.enrolled());
  for (const auto& [origin, was_cosigned] : logs) {
    seen.logs.push_back({.origin = origin, .was_cosigned = was_cosigned});
  }
  CANDOR_TRY(seen.refusals, records.offers.open_refusals());
  return seen;
}

}  // namespace

// An offer until it is answered. Its timer is of the coroutine that waits.
struct Witness::Waiter {
  Offer offer;
  HttpResponse response{};
  bool is_answered = false;
  asio::steady_timer* wake = nullptr;
};

Witness::Witness(std::unique_ptr<Cosigner> cosigner, asio::thread_pool& blocking,
                 const Clock& clock, Watch::InSession in_session)
    : cosigner_(std::move(cosigner)),
      strand_(blocking.get_executor()),
      clock_(clock),
      watch_(clock, std::move(in_session)) {}

asio::awaitable<HttpResponse> Witness::handle(HttpRequest request) {
  const auto& path = request.segments;
  if (path.size() == 2 && path[1] == "add-checkpoint") {
    if (request.method != "POST") {
      HttpResponse refused = text_response(405, "add-checkpoint is a POST\n");
      refused.headers.emplace_back("Allow", "POST");
      co_return refused;
    }
    auto adding = add_checkpoint(std::move(request));
    co_return co_await std::move(adding);
  }
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (reads && path.size() == 3 && path[2] == "checkpoint") {
    auto showing = show_checkpoint(path[1]);
    co_return co_await std::move(showing);
  }
  co_return text_response(404, "no such path; see docs/design/witness.md\n");
}

asio::awaitable<HttpResponse> Witness::add_checkpoint(HttpRequest request) {
  auto offer = read_offer(std::move(request.body));
  if (!offer.has_value()) {
    co_return text_response(400, offer.error().message() + "\n");
  }
  if (waiting_.size() >= kOffersWaitingMax) {
    co_return try_again();
  }
  asio::steady_timer answered(co_await asio::this_coro::executor,
                              asio::steady_timer::time_point::max());
  auto waiter = std::make_shared<Waiter>();
  waiter->offer = *std::move(offer);
  waiter->wake = &answered;
  waiting_.push_back(waiter);
  if (wake_ != nullptr) {
    wake_->cancel();
  }
  // The disk has its own deadline; who asked may have gone long ago, and is answered all the same.
  while (!waiter->is_answered) {
    co_await answered.async_wait(kAwait);
  }
  co_return std::move(waiter->response);
}

asio::awaitable<void> Witness::run() {
  asio::steady_timer wake(co_await asio::this_coro::executor);
  wake_ = &wake;
  for (;;) {
    if (waiting_.empty()) {
      wake.expires_at(asio::steady_timer::time_point::max());
      co_await wake.async_wait(kAwait);
      continue;
    }
    auto answering = answer_some();
    co_await std::move(answering);
  }
}

asio::awaitable<void> Witness::answer_some() {
  const auto count = static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kOffersAtOnceMax));
  const std::vector<std::shared_ptr<Waiter>> batch(waiting_.begin(), waiting_.begin() + count);
  waiting_.erase(waiting_.begin(), waiting_.begin() + count);
  const auto job = [this, &batch] {
    std::vector<const Offer*> offers;
    offers.reserve(batch.size());
    for (const auto& waiter : batch) {
      offers.push_back(&waiter->offer);
    }
    return cosigner_->answer(offers, clock_.utc());
  };
  auto working = net::run_blocking(strand_, job);
  Result<std::vector<Answer>> answers = co_await std::move(working);
  if (!answers.has_value()) {
    log::error("witness.not-remembered", {{"error", answers.error().message()}});
  }
  for (std::size_t at = 0; at < batch.size(); ++at) {
    Waiter& waiter = *batch[at];
    if (answers.has_value() && answers->at(at).has_grown) {
      watch_.note_growth(waiter.offer.checkpoint.origin);
    }
    waiter.response = answers.has_value() ? response_of(std::move(answers->at(at))) : try_again();
    waiter.is_answered = true;
    waiter.wake->cancel();
  }
}

asio::awaitable<HttpResponse> Witness::show_checkpoint(std::string origin_hash) {
  const auto hash = digest_of(origin_hash);
  if (!hash.has_value()) {
    co_return text_response(404, "not the SHA-256 of an origin in lower-case hexadecimal\n");
  }
  // The note; empty: there is none.
  const auto find = [this, &digest = *hash]() -> Result<std::string> {
    CANDOR_TRY(const auto log, cosigner_->records().logs.find(digest));
    return log.has_value() && log->last.has_value() ? log->last->note : std::string();
  };
  auto finding = net::run_blocking(strand_, find);
  Result<std::string> note = co_await std::move(finding);
  if (!note.has_value()) {
    log::error("witness.not-read", {{"error", note.error().message()}});
    co_return text_response(503, "the witness cannot read its memory now\n");
  }
  if (note->empty()) {
    co_return text_response(404, "no checkpoint of this log was cosigned\n");
  }
  co_return text_response(200, *std::move(note));
}

asio::awaitable<void> Witness::watch(std::function<void(std::vector<alarms::Alarm>)> publish) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    const auto job = [this] { return look(cosigner_->records()); };
    auto looking = net::run_blocking(strand_, job);
    const Result<Seen> seen = co_await std::move(looking);
    if (seen.has_value()) {
      publish(watch_.alarms(seen->logs, seen->refusals));
    } else {
      log::error("witness.not-read", {{"error", seen.error().message()}});
    }
    timer.expires_after(kWatchInterval);
    co_await timer.async_wait(kAwait);
  }
}

}  // namespace candor::witness
