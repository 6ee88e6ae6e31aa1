// SPDX-License-Identifier: Apache-2.0
#include "monitor/mirror/host_mirror.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include <fmt/format.h>

#include "core/log.h"
#include "evidence/note_key.h"

namespace candor::mirror {
namespace {

// A round of the recorder: an entry is a second old when it is written down.
constexpr std::chrono::seconds kRecorderRound{1};

}  // namespace

bool Claims::claim(const std::string& origin, const std::string& host) {
  const MutexLock lock(mutex_);
  return hosts_.emplace(origin, host).first->second == host;
}

HostMirror::HostMirror(std::string name, net::Endpoint endpoint, const MirrorContext& context)
    : name_(std::move(name)), client_(std::move(endpoint)), context_(context) {}

HostMirror::~HostMirror() { stop(); }

void HostMirror::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void HostMirror::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
}

void HostMirror::run(const std::stop_token& stop) {
  stopping_ = stop;
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    const Result<void> done = round();
    const std::string error = done.has_value() ? "" : done.error().message();
    if (!error.empty() && error != told_) {
      log::warn("mirror.host-away", {{"host", name_}, {"error", error}});
    }
    told_ = error;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, context_.options.interval, [] { return false; });
  }
}

Result<void> HostMirror::round() {
  CANDOR_TRY(const std::vector<OfferedLog> offered, client_.list());
  budget_ = context_.options.bytes_a_round;
  Result<void> done;
  for (const OfferedLog& one : offered) {
    Followed* followed = find_or_open(one);
    if (followed == nullptr || stopping_.stop_requested()) {
      continue;
    }
    if (auto read = follow(one, *followed); !read.has_value()) {
      done = std::move(read);
    }
    if (followed->must_reopen) {
      logs_.erase(one.origin);
    }
  }
  publish();
  return done;
}

HostMirror::Followed* HostMirror::find_or_open(const OfferedLog& offered) {
  if (const auto found = logs_.find(offered.origin); found != logs_.end()) {
    return found->second.is_claimed_by_other ? nullptr : &found->second;
  }
  if (logs_.size() >= kLogsOfHostMax) {
    return nullptr;
  }
  Followed followed{.log = nullptr,
                    .room = offered.room,
                    .pending = std::nullopt,
                    .lag = ClockLag(context_.options.interval + kRecorderRound)};
  if (!context_.claims.claim(offered.origin, name_)) {
    log::error("mirror.log-of-two-hosts", {{"origin", offered.origin}, {"host", name_}});
    followed.is_claimed_by_other = true;
    logs_.emplace(offered.origin, std::move(followed));
    return nullptr;
  }
  auto opened = MirroredLog::open(context_.options.folder, offered.origin, context_.units, now());
  if (!opened.has_value()) {
    log::error("mirror.not-opened",
               {{"origin", offered.origin}, {"error", opened.error().message()}});
    return nullptr;  // Tried again in the next round.
  }
  followed.log = std::move(*opened);
  return &logs_.emplace(offered.origin, std::move(followed)).first->second;
}

Result<void> HostMirror::follow(const OfferedLog& offered, Followed& followed) {
  // Whoever keeps a checkpoint back holds up no entry.
  Result<void> fetched = fetch_checkpoint(offered, followed);
  const std::uint64_t before = followed.log->size();
  CANDOR_CHECK(pull(offered, followed));
  compare_checkpoint(followed);
  compare_witnessed(followed);
  const std::uint64_t after = followed.log->size();
  if (after >= offered.size) {
    context_.units.note_read(followed.room);
    const auto& last = followed.log->engine().last();
    if (after > before && after - before < kEntriesPerBundle && last.has_value()) {
      followed.lag.add(last->real, now());
    }
  }
  take_discrepancies(followed);
  CANDOR_CHECK(followed.log->findings().look_for_settlement());
  return fetched;
}

Result<void> HostMirror::pull(const OfferedLog& offered, Followed& followed) {
  MirroredLog& log = *followed.log;
  if (offered.size < log.size()) {
    log.note("rewritten",
             fmt::format("{} entries were mirrored, {} are offered", log.size(), offered.size),
             now());
    return {};
  }
  while (log.size() < offered.size && budget_ > 0 && !stopping_.stop_requested()) {
    CANDOR_TRY(const bool has_more, pull_some(offered, followed));
    if (!has_more) {
      break;
    }
  }
  return {};
}

// One request. The last entry that is here is asked for again: what follows must follow it.
Result<bool> HostMirror::pull_some(const OfferedLog& offered, Followed& followed) {
  MirroredLog& log = *followed.log;
  CANDOR_TRY(const MirroredLog::LastFrame last, log.last_frame());
  const std::uint64_t number = log.size() / kEntriesPerBundle;
  CANDOR_TRY(const Bytes bytes, client_.bundle(offered, number, last.offset));
  budget_ -= std::min<std::uint64_t>(budget_, bytes.size() + 1);
  const ByteView view(bytes);
  if (view.size() < last.bytes.size() ||
      !std::ranges::equal(view.first(last.bytes.size()), last.bytes)) {
    log.note("rewritten",
             fmt::format("entry {} is offered otherwise than it was mirrored", log.size() - 1),
             now());
    return false;
  }
  const evidence::Bundle read = evidence::read_bundle(view.subspan(last.bytes.size()));
  const std::uint64_t wanted =
      std::min(offered.size - log.size(), kEntriesPerBundle - log.size() % kEntriesPerBundle);
  std::size_t frames = 0;
  for (std::size_t i = 0; i < read.entries.size() && i < wanted; ++i) {
    frames += 2 + read.entries[i].size();
  }
  if (frames == 0) {
    return false;
  }
  if (auto taken = log.take(view.subspan(last.bytes.size(), frames), now()); !taken.has_value()) {
    log::error("mirror.disk-failed",
               {{"origin", log.origin()}, {"error", taken.error().message()}});
    followed.must_reopen = true;
    return fail(std::move(taken).error());
  }
  return true;
}

// Kept until the entries that it covers are here.
Result<void> HostMirror::fetch_checkpoint(const OfferedLog& offered, Followed& followed) {
  MirroredLog& log = *followed.log;
  if (followed.pending.has_value() || offered.vkey.empty() ||
      offered.signed_size <= followed.compared) {
    return {};
  }
  CANDOR_TRY(const bool is_known, log.keep_vkey(offered.vkey));
  const auto witnessed =
      context_.witnessed ? context_.witnessed(offered.origin) : std::optional<WitnessedHead>();
  const std::string& enrolled = witnessed.has_value() ? witnessed->vkey : offered.vkey;
  if (!is_known || enrolled != offered.vkey) {
    log.note("unknown-key", "the log is signed with another key than before: " + offered.vkey,
             now());
    return {};
  }
  const auto key = evidence::parse_vkey(offered.vkey);
  CANDOR_TRY(const std::string note, client_.checkpoint(offered));
  const auto opened = key.has_value() ? evidence::open_checkpoint(note, std::array{*key})
                                      : Result<evidence::OpenedCheckpoint>(fail(key.error()));
  if (!opened.has_value() || opened->checkpoint.origin != offered.origin) {
    log.note("unknown-key",
             "the checkpoint is not signed by the log's key" +
                 (opened.has_value() ? std::string() : ": " + opened.error().message()),
             now());
    return {};
  }
  followed.pending = opened->checkpoint;
  return {};
}

void HostMirror::compare_checkpoint(Followed& followed) {
  if (followed.pending.has_value() && followed.pending->size <= followed.log->size()) {
    compare(*followed.log, followed.pending->size, followed.pending->root, "the recorder signed");
    followed.compared = followed.pending->size;
    followed.pending.reset();
  }
}

void HostMirror::compare_witnessed(Followed& followed) {
  if (!context_.witnessed) {
    return;
  }
  const auto head = context_.witnessed(followed.log->origin());
  if (head.has_value() && head->size > followed.witnessed && head->size <= followed.log->size()) {
    compare(*followed.log, head->size, head->root, "the witness cosigned");
    followed.witnessed = head->size;
  }
}

void HostMirror::compare(MirroredLog& log, std::uint64_t size, const evidence::Digest& root,
                         const std::string& whose) {
  if (size == 0) {
    return;
  }
  const auto ours = log.root_at(size);
  if (!ours.has_value()) {
    log::error("mirror.root-unknown",
               {{"origin", log.origin()}, {"error", ours.error().message()}});
  } else if (*ours != root) {
    log.note(
        "rewritten",
        fmt::format("the first {} entries that were mirrored are not those that {}", size, whose),
        now());
  }
}

void HostMirror::take_discrepancies(Followed& followed) {
  for (const Discrepancy& one : context_.units.take(followed.room)) {
    followed.log->note(one.kind, one.detail, one.seen);
  }
}

void HostMirror::publish() {
  std::vector<alarms::Alarm> open;
  for (auto& [origin, followed] : logs_) {
    if (followed.is_claimed_by_other) {
      open.push_back({.kind = "rewritten",
                      .room = followed.room,
                      .host = name_,
                      .origin = origin,
                      .since = now(),
                      .detail = "two hosts offer this log; the other one's is mirrored"});
      continue;
    }
    add_alarms(followed, open);
    add_live_alarms(followed, open);
  }
  const MutexLock lock(mutex_);
  alarms_ = std::move(open);
}

// One alarm for each kind; the first finding tells.
void HostMirror::add_alarms(Followed& followed, std::vector<alarms::Alarm>& open) const {
  std::map<std::string, std::pair<const KeptFinding*, std::size_t>> by_kind;
  for (const KeptFinding& finding : followed.log->findings().open_findings()) {
    if (!finding.kind.empty()) {
      auto& [first, count] = by_kind[finding.kind];
      first = count++ == 0 ? &finding : first;
    }
  }
  for (const auto& [kind, found] : by_kind) {
    const auto& [first, count] = found;
    std::string detail = fmt::format("entry {}: {}", first->index, first->sentence);
    if (count > 1) {
      detail += fmt::format("; and {} more", count - 1 + followed.log->findings().left_out());
    }
    open.push_back({.kind = kind,
                    .room = followed.room,
                    .host = name_,
                    .origin = followed.log->origin(),
                    .since = first->seen,
                    .detail = std::move(detail)});
  }
}

// What ends by itself.
void HostMirror::add_live_alarms(const Followed& followed, std::vector<alarms::Alarm>& open) const {
  const rules::RuleEngine& engine = followed.log->engine();
  const auto is_open = [&](std::string_view kind) {
    return std::ranges::any_of(open, [&](const alarms::Alarm& alarm) {
      return alarm.kind == kind && alarm.origin == followed.log->origin();
    });
  };
  const auto add = [&](std::string kind, std::string detail) {
    if (!is_open(kind)) {
      open.push_back({.kind = std::move(kind),
                      .room = followed.room,
                      .host = name_,
                      .origin = followed.log->origin(),
                      .since = now(),
                      .detail = std::move(detail)});
    }
  };
  const auto& last = engine.last();
  if (last.has_value() && last->clock_state == evidence::ClockState::kFreeRunning) {
    add("clock-free", "the recorder's wall clock is not synchronised");
  }
  if (const auto offset = followed.lag.offset(); offset.has_value()) {
    add("clock-offset", fmt::format("the recorder's wall clock is {} {} this monitor's",
                                    rules::seconds_text(std::abs(offset->count())),
                                    offset->count() > 0 ? "ahead of" : "behind"));
  }
  const auto opened = engine.session_opened();
  if (opened.has_value() && now() - *opened > context_.options.session_max) {
    add("session-long", fmt::format("a session is open since {}", to_rfc3339(*opened)));
  }
}

std::vector<alarms::Alarm> HostMirror::alarms() const {
  const MutexLock lock(mutex_);
  return alarms_;
}

}  // namespace candor::mirror
