// SPDX-License-Identifier: Apache-2.0
#include "storage/write/copies/copy_work.h"

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

#include "core/log.h"
#include "storage/write/copies/segment_copy.h"
#include "storage/write/log_paths.h"

namespace candor::storage {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr std::size_t kBatch = 64;
constexpr int kLostRetries = 40;

}  // namespace

Result<CopyWork> CopyWork::open(std::vector<Writer> volumes, const Clock& clock,
                                CopyOptions options, std::function<bool()> must_stop) {
  std::vector<Uuid> ids;
  std::ranges::transform(volumes, std::back_inserter(ids),
                         [](const Writer& writer) { return writer->volume().id(); });
  CANDOR_TRY(CopyRegister copies, CopyRegister::open(options.register_path, ids));
  return CopyWork(std::move(copies), std::move(volumes), clock, std::move(options),
                  std::move(must_stop));
}

CopyWork::CopyWork(CopyRegister copies, std::vector<Writer> volumes, const Clock& clock,
                   CopyOptions options, std::function<bool()> must_stop)
    : register_(std::move(copies)),
      volumes_(std::move(volumes)),
      clock_(&clock),
      options_(std::move(options)),
      must_stop_(std::move(must_stop)) {}

// What closed since the last start and was not noted, because the program was killed.
Result<void> CopyWork::find_segments(const LogEnd& log) {
  CANDOR_TRY(const std::uint64_t from, register_.log_position(log.room, log.epoch));
  const std::optional<LogPlace> place = log_of(log.room, log.epoch);
  if (!place.has_value() || from >= log.entries) {
    return {};
  }
  std::uint64_t next = from / kEntriesPerBundle * kEntriesPerBundle;
  const auto take_bundle = [&](const std::vector<ByteView>& entries) -> Result<void> {
    for (const ByteView bytes : entries) {
      const std::uint64_t index = next++;
      if (index >= from && index < log.entries) {
        CANDOR_CHECK(add_if_init(log, index, bytes));
      }
    }
    return {};
  };
  CANDOR_CHECK(read_log(*place, from / kEntriesPerBundle, take_bundle));
  return register_.set_log_position(log.room, log.epoch, log.entries);
}

Result<void> CopyWork::add_if_init(const LogEnd& log, std::uint64_t index, ByteView bytes) {
  CANDOR_TRY(const evidence::EntryView entry, evidence::decode_entry(bytes));
  if (entry.header.type != evidence::EntryType::kInit) {
    return {};
  }
  CANDOR_TRY(const evidence::InitBody init, evidence::decode_init(entry.body));
  return register_.add({.path = init.path,
                        .room = log.room,
                        .epoch = log.epoch,
                        .init_entry = index,
                        .session = init.session});
}

Result<void> CopyWork::take(const ClosedCopy& copy) {
  CANDOR_CHECK(register_.add(copy.segment));
  if (copy.is_whole) {
    CANDOR_CHECK(register_.set_verified(copy.segment.path, copy.volume, clock_->utc()));
  }
  postpone(copy.segment.path, options_.settle);
  return {};
}

Result<void> CopyWork::look_around() {
  std::erase_if(due_, [now = steady_clock::now()](const auto& one) { return one.second < now; });
  std::string after;
  while (!must_stop_()) {
    CANDOR_TRY(const std::vector<SegmentCopies> batch, register_.incomplete(after, kBatch));
    for (const SegmentCopies& copies : batch) {
      after = copies.segment.path;
      if (is_due(after) && !must_stop_()) {
        CANDOR_CHECK(complete(copies));
      }
    }
    if (batch.size() < kBatch) {
      return {};
    }
  }
  return {};
}

Result<void> CopyWork::complete(const SegmentCopies& copies) {
  postpone(copies.segment.path, options_.retry);
  std::vector<Found> found = present_of(copies);
  const std::optional<LogPlace> log = log_of(copies.segment.room, copies.segment.epoch);
  if (!log.has_value() || std::ranges::all_of(found, &Found::is_known)) {
    return {};
  }
  const auto entries = read_segment_entries(*log, copies.segment.init_entry);
  if (!entries.has_value()) {
    log::warn("storage.copy-unread",
              {{"path", copies.segment.path}, {"error", entries.error().message()}});
    return {};
  }
  return settle(found, copies.segment.path, *entries) ? make_equal(copies.segment, *entries, found)
                                                      : Result<void>();
}

// On the volumes that are not away.
std::vector<CopyWork::Found> CopyWork::present_of(const SegmentCopies& copies) const {
  std::vector<Found> found;
  for (const Writer& writer : volumes_) {
    if (!writer->is_away()) {
      const bool is_known =
          std::ranges::find(copies.volumes, writer->volume().id()) != copies.volumes.end();
      found.push_back({.writer = writer, .is_known = is_known, .copy = {}});
    }
  }
  return found;
}

// False: nothing can be done. What is known is not read again while it alone is there.
bool CopyWork::settle(std::vector<Found>& found, const std::string& path,
                      const SegmentEntries& entries) const {
  const auto settle_those = [&](bool is_known) {
    for (Found& one : found) {
      if (one.is_known == is_known) {
        one.copy = settle_segment(one.writer->volume(), path, entries, clock_->utc())
                       .value_or(SettledCopy{});
      }
    }
  };
  settle_those(false);
  const bool is_of_use = std::ranges::any_of(found, [](const Found& one) {
    return !one.is_known && (one.copy.bytes > 0 || one.writer->accepts_media());
  });
  if (is_of_use) {
    settle_those(true);
  }
  return is_of_use || std::ranges::none_of(found, &Found::is_known);
}

// A crash may leave the same units everywhere and the last seals on one volume only: the longest
// copy that is whole is the one that the others are made equal to, known ones too.
Result<void> CopyWork::make_equal(const SegmentRef& segment, const SegmentEntries& entries,
                                  const std::vector<Found>& found) {
  const auto best =
      std::ranges::max_element(found, {}, [](const Found& one) { return one.copy.bytes; });
  if (best->copy.bytes == 0) {
    return found.size() == volumes_.size() ? lose(segment) : Result<void>();
  }
  for (const Found& one : found) {
    if (one.copy == best->copy) {
      CANDOR_CHECK(register_.set_verified(segment.path, one.writer->volume().id(), clock_->utc()));
    } else if (one.writer->accepts_media()) {
      CANDOR_TRY(const bool is_copied, copy_to(one.writer, best->writer, segment, entries));
      copied_ += is_copied ? 1 : 0;
    }
  }
  return {};
}

Result<void> CopyWork::lose(const SegmentRef& segment) {
  log::error("storage.copy-lost", {{"path", segment.path}});
  postpone(segment.path, kLostRetries * options_.retry);
  return register_.set_lost(segment.path);
}

// What fails is tried again later; only the register's errors are errors here.
Result<bool> CopyWork::copy_to(const Writer& to, const Writer& from, const SegmentRef& segment,
                               const SegmentEntries& entries) {
  const auto bytes =
      copy_segment(from->volume(), to->volume(), segment.path, entries, clock_->utc());
  if (!bytes.has_value()) {
    log::warn("storage.copy-failed-again", {{"volume", to->volume().name()},
                                            {"path", segment.path},
                                            {"error", bytes.error().message()}});
    return false;
  }
  log::info("storage.copied", {{"volume", to->volume().name()}, {"path", segment.path}});
  CANDOR_CHECK(register_.set_verified(segment.path, to->volume().id(), clock_->utc()));
  pace(*bytes);
  return true;
}

// On a volume that has all entries: not one that is slow.
std::optional<LogPlace> CopyWork::log_of(const std::string& room, std::uint32_t epoch) const {
  for (const Writer& writer : volumes_) {
    if (writer->status().state == VolumeState::kOk || writer->is_full()) {
      return LogPlace{.room = room,
                      .epoch = epoch,
                      .folder = writer->volume().log_folder(room, epoch),
                      .log_id = {}};
    }
  }
  return std::nullopt;
}

bool CopyWork::is_due(const std::string& path) const {
  const auto found = due_.find(path);
  return found == due_.end() || found->second <= steady_clock::now();
}

void CopyWork::postpone(const std::string& path, std::chrono::milliseconds wait) {
  due_[path] = steady_clock::now() + wait;
}

// Recording comes first: a copy takes its share of the disk and no more.
void CopyWork::pace(std::uint64_t bytes) const {
  const auto wait = std::chrono::milliseconds(1000 * bytes / options_.bytes_per_second);
  const auto until = steady_clock::now() + wait;
  while (!must_stop_() && steady_clock::now() < until) {
    std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(wait, 50ms));
  }
}

}  // namespace candor::storage
