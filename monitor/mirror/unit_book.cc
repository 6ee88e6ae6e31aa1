// SPDX-License-Identifier: Apache-2.0
#include "monitor/mirror/unit_book.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace candor::mirror {
namespace {

constexpr std::size_t kFoundMax = 1'000;

template <typename Item>
void keep(std::deque<Item>& items, Item item) {
  items.push_back(std::move(item));
  if (items.size() > kUnitsKept) {
    items.pop_front();
  }
}

}  // namespace

UnitBook::Stream* UnitBook::find_or_add(const Uuid& stream) {
  const auto found = streams_.find(stream);
  if (found != streams_.end()) {
    return &found->second;
  }
  return streams_.size() < kBookStreamsMax ? &streams_[stream] : nullptr;
}

void UnitBook::note_logged(const evidence::MediaBody& media) {
  const MutexLock lock(mutex_);
  Stream* stream = find_or_add(media.stream);
  if (stream == nullptr) {
    return;
  }
  const Logged logged{.decode_time = static_cast<std::int64_t>(media.decode_time),
                      .duration = static_cast<std::int64_t>(media.duration),
                      .bytes = media.fragment_bytes,
                      .digest = media.fragment_digest};
  keep(stream->logged, logged);
  const auto waiting = std::ranges::find_if(stream->waiting, [&](const Waiting& one) {
    return one.unit.decode_time == logged.decode_time;
  });
  if (waiting != stream->waiting.end()) {
    const WatchedUnit unit = waiting->unit;
    stream->waiting.erase(waiting);
    compare(*stream, unit, logged);
  }
}

void UnitBook::note_gap(const Uuid& stream_id, std::int64_t from, std::int64_t to) {
  const MutexLock lock(mutex_);
  if (Stream* stream = find_or_add(stream_id); stream != nullptr) {
    keep(stream->gaps, Gap{.from = from, .to = std::max(from, to)});
  }
}

void UnitBook::note_watched(const WatchedUnit& unit) {
  const MutexLock lock(mutex_);
  Stream* stream = find_or_add(unit.stream);
  if (stream == nullptr) {
    return;
  }
  const auto logged = std::ranges::find_if(
      stream->logged, [&](const Logged& one) { return one.decode_time == unit.decode_time; });
  if (logged != stream->logged.end()) {
    compare(*stream, unit, *logged);
  } else if (stream->logged.empty() || unit.decode_time > stream->logged.front().decode_time) {
    keep(stream->waiting, Waiting{.unit = unit, .since = clock_.boot()});
  }
}

// A unit that the recorder ended early, at a gap, has fewer bytes than were sent.
void UnitBook::compare(Stream& stream, const WatchedUnit& unit, const Logged& logged) {
  if (unit.bytes == logged.bytes && unit.digest == logged.digest) {
    ++counts_.equal;
    return;
  }
  const std::int64_t end = logged.decode_time + logged.duration;
  if (unit.bytes != logged.bytes && has_gap_at(stream, logged.decode_time, end)) {
    return;
  }
  ++counts_.different;
  tell(unit, "digest-mismatch",
       fmt::format("what was watched of stream {} at {} ({} bytes) is not what the log says was "
                   "recorded ({} bytes)",
                   to_string(unit.stream), unit.decode_time, unit.bytes, logged.bytes));
}

bool UnitBook::has_gap_at(const Stream& stream, std::int64_t begin, std::int64_t end) {
  return std::ranges::any_of(stream.gaps,
                             [&](const Gap& gap) { return gap.from <= end && gap.to >= begin; });
}

void UnitBook::note_read(const std::string& room) {
  const MutexLock lock(mutex_);
  for (auto& [id, stream] : streams_) {
    look_for_missing(stream, room);
  }
}

void UnitBook::look_for_missing(Stream& stream, const std::string& room) {
  while (!stream.waiting.empty() && stream.waiting.front().unit.room == room &&
         clock_.boot() - stream.waiting.front().since > kUnitPatience) {
    const WatchedUnit unit = std::move(stream.waiting.front().unit);
    stream.waiting.pop_front();
    if (!has_gap_at(stream, unit.decode_time, unit.decode_time)) {
      ++counts_.missing;
      tell(unit, "undeclared-gap",
           fmt::format(
               "what was watched of stream {} at {} is not in the log after {} s, and no gap "
               "says so",
               to_string(unit.stream), unit.decode_time, kUnitPatience.count()));
    }
  }
}

void UnitBook::tell(const WatchedUnit& unit, std::string kind, std::string detail) {
  if (found_.size() < kFoundMax) {
    found_.push_back({.kind = std::move(kind),
                      .room = unit.room,
                      .seen = clock_.utc(),
                      .detail = std::move(detail)});
  }
}

std::vector<Discrepancy> UnitBook::take(const std::string& room) {
  const MutexLock lock(mutex_);
  std::vector<Discrepancy> taken;
  std::erase_if(found_, [&](Discrepancy& one) {
    if (one.room != room) {
      return false;
    }
    taken.push_back(std::move(one));
    return true;
  });
  return taken;
}

UnitBook::Counts UnitBook::counts() const {
  const MutexLock lock(mutex_);
  return counts_;
}

}  // namespace candor::mirror
