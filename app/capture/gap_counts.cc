// SPDX-License-Identifier: Apache-2.0
#include "app/capture/gap_counts.h"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio.hpp>

#include "core/log.h"
#include "net/run_blocking.h"
#include "storage/read/catalogue.h"

namespace candor::app {
namespace {

namespace asio = boost::asio;

// A session that is not in the index yet has no gap there.
Result<GapCounts::Counts> count(const std::string& index_path, const std::vector<Uuid>& sessions) {
  CANDOR_TRY(auto catalogue, storage::Catalogue::open(index_path));
  GapCounts::Counts counts;
  for (const Uuid& session : sessions) {
    const auto record = catalogue.session(session);
    if (!record.has_value() && record.error().kind() != ErrorKind::kNotFound) {
      return fail(record.error());
    }
    counts[session] = record.has_value() ? record->gaps : 0;
  }
  return counts;
}

}  // namespace

struct GapCounts::State {
  Strand strand;
  std::string index_path;
  Counts known{};
  bool is_asking = false;
};

GapCounts::GapCounts(Strand strand, std::string index_path)
    : state_(std::make_shared<State>(State{std::move(strand), std::move(index_path)})) {}

asio::awaitable<void> GapCounts::refresh(std::shared_ptr<State> state, std::vector<Uuid> sessions) {
  state->is_asking = true;
  const auto job = [&state, &sessions] { return count(state->index_path, sessions); };
  auto asking = net::run_blocking(state->strand, job);
  Result<Counts> counts = co_await std::move(asking);
  state->is_asking = false;
  for (const Uuid& session : sessions) {
    state->known.erase(session);
  }
  state->known.merge(std::move(counts).value_or(Counts()));
}

asio::awaitable<GapCounts::Counts> GapCounts::ask(std::vector<Uuid> sessions) {
  auto refreshing = refresh(state_, std::move(sessions));
  co_await std::move(refreshing);
  co_return state_->known;
}

asio::awaitable<GapCounts::Counts> GapCounts::of(std::vector<Uuid> sessions) {
  std::erase_if(state_->known, [&](const auto& known) {
    return std::ranges::find(sessions, known.first) == sessions.end();
  });
  const bool is_known = std::ranges::all_of(
      sessions, [this](const Uuid& session) { return state_->known.contains(session); });
  if (!is_known) {
    auto asking = ask(std::move(sessions));
    co_return co_await std::move(asking);
  }
  Counts counts = state_->known;
  if (!sessions.empty() && !state_->is_asking) {
    const auto executor = co_await asio::this_coro::executor;
    auto refreshing = refresh(state_, std::move(sessions));
    asio::co_spawn(executor, std::move(refreshing), [](const std::exception_ptr& problem) {
      if (problem) {
        log::error("capture.gap-counts-threw");
      }
    });
  }
  co_return counts;
}

}  // namespace candor::app
