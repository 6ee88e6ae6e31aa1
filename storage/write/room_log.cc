// SPDX-License-Identifier: Apache-2.0
#include "storage/write/room_log.h"

#include <algorithm>
#include <sys/random.h>

#include <fmt/format.h>

#include "core/assert.h"

namespace candor::storage {
namespace {

constexpr std::uint64_t kEntriesPerBundle = 256;
constexpr std::uint64_t kBundleBytesMax = kEntriesPerBundle * (2 + evidence::kEntryBytesMax);

evidence::Salt random_salt() {
  evidence::Salt salt{};
  CANDOR_ASSERT(::getrandom(salt.data(), salt.size(), 0) == static_cast<ssize_t>(salt.size()));
  return salt;
}

}  // namespace

std::string tile_number(std::uint64_t number) {
  std::string text = fmt::format("{:03}", number % 1000);
  for (number /= 1000; number > 0; number /= 1000) {
    text = fmt::format("x{:03}/{}", number % 1000, text);
  }
  return text;
}

std::string RoomLog::Origin::line() const {
  return fmt::format("{}/{}/{}/{}", authority, site, room, epoch);
}

RoomLog::RoomLog(const Volume& volume, Origin origin, const EntryClock& clock)
    : files_(&volume.files()),
      origin_(std::move(origin)),
      log_id_(evidence::log_id_of(origin_.line())),
      clock_(&clock),
      folder_(volume.log_folder(origin_.room, origin_.epoch)) {}

Result<RoomLog> RoomLog::open(const Volume& volume, Origin origin, const EntryClock& clock,
                              std::string software) {
  RoomLog log(volume, std::move(origin), clock);
  CANDOR_CHECK(make_folders(*log.files_, log.folder_ + "/tile/entries"));
  CANDOR_CHECK(log.check_origin());
  CANDOR_CHECK(with_context(log.replay(volume), log.folder_));
  if (log.state_.size() == 0) {
    const Bytes body = evidence::encode(
        evidence::GenesisBody{.origin = log.origin_.line(), .software = std::move(software)});
    CANDOR_TRY(const Bytes entry,
               log.append(evidence::EntryType::kGenesis, evidence::kEventChain, body));
    CANDOR_CHECK(log.commit());
  }
  return log;
}

Result<void> RoomLog::check_origin() {
  const std::string path = folder_ + "/origin";
  const std::string line = origin_.line() + "\n";
  CANDOR_TRY(const bool is_known, exists(*files_, path));
  if (!is_known) {
    return replace_file(*files_, path, as_bytes(line));
  }
  CANDOR_TRY(const Bytes found, read_file(*files_, path, 4096));
  if (as_text(found) != line) {
    return fail(ErrorKind::kDataLoss,
                fmt::format("{}: the log's origin is '{}', the configuration makes it '{}'", path,
                            as_text(found).substr(0, found.empty() ? 0 : found.size() - 1),
                            origin_.line()));
  }
  return {};
}

std::string RoomLog::bundle_path(std::uint64_t number, bool is_whole) const {
  return fmt::format("{}/tile/entries/{}{}", folder_, tile_number(number), is_whole ? "" : ".part");
}

Result<void> RoomLog::replay(const Volume& volume) {
  for (std::uint64_t number = 0;; ++number) {
    CANDOR_TRY(const bool is_whole, exists(*files_, bundle_path(number, true)));
    const std::string path = bundle_path(number, is_whole);
    CANDOR_TRY(const bool is_there, exists(*files_, path));
    if (!is_there) {
      return {};
    }
    CANDOR_TRY(const Bytes bundle, read_file(*files_, path, kBundleBytesMax));
    const std::uint64_t before = written_;
    std::size_t whole = 0;
    CANDOR_CHECK(with_context(replay_bundle(bundle, !is_whole, whole), path));
    if (is_whole) {
      continue;
    }
    if (whole < bundle.size()) {
      was_torn_ = true;
      const std::string relative = path.substr(volume.root().size() + 1);
      CANDOR_CHECK(quarantine_tail(*files_, path, whole,
                                   volume.quarantine_path(relative, clock_->now().real)));
    }
    CANDOR_TRY(AppendFile file, AppendFile::open(*files_, path));
    bundle_.push_back(std::move(file));
    // Killed between the last entry of a bundle and its renaming. A bundle without an entry stays.
    return written_ - before == kEntriesPerBundle ? finish_bundle() : Result<void>();
  }
}

Result<void> RoomLog::replay_bundle(const Bytes& bundle, bool is_last, std::size_t& whole) {
  const evidence::Bundle read = evidence::read_bundle(bundle);
  if (!is_last && (read.consumed != bundle.size() || read.entries.size() != kEntriesPerBundle)) {
    return fail(ErrorKind::kDataLoss, "a finished bundle does not hold 256 whole entries");
  }
  for (const ByteView entry : read.entries) {
    CANDOR_CHECK(state_.apply(entry));
  }
  if (state_.size() > 0 && state_.last_header().log_id != log_id_) {
    return fail(ErrorKind::kDataLoss, "the entries belong to another log");
  }
  written_ = state_.size();
  whole = read.consumed;
  return {};
}

Result<Bytes> RoomLog::append(evidence::EntryType type, std::uint32_t chain, ByteView body) {
  const EntryTime time = clock_->now();
  const LogState::ChainEnd end = state_.chain_end(chain);
  evidence::EntryHeader header;
  header.type = type;
  header.clock_state = time.state;
  header.log_id = log_id_;
  header.index = state_.size();
  header.real = time.real;
  header.boot = time.boot;
  header.boot_id = time.boot_id;
  header.clock_error_us = time.error_us;
  header.chain = chain;
  header.chain_sequence = end.next_sequence;
  header.chain_previous = end.previous;
  header.salt = random_salt();
  Bytes entry = evidence::encode_entry(header, body);
  CANDOR_CHECK(state_.apply(entry));
  queued_.push_back(entry);
  return entry;
}

Result<void> RoomLog::commit() {
  Bytes frames;
  std::uint64_t framed = 0;
  for (const Bytes& entry : queued_) {
    evidence::append_framed(frames, entry);
    ++framed;
    if ((written_ + framed) % kEntriesPerBundle == 0) {
      CANDOR_CHECK(write_to_bundle(frames));
      written_ += std::exchange(framed, 0);
      frames.clear();
      CANDOR_CHECK(finish_bundle());
    }
  }
  if (framed > 0) {
    CANDOR_CHECK(write_to_bundle(frames));
    written_ += framed;
  }
  queued_.clear();
  return {};
}

Result<void> RoomLog::write_to_bundle(ByteView frames) {
  if (bundle_.empty()) {
    const std::string path = bundle_path(written_ / kEntriesPerBundle, false);
    CANDOR_CHECK(make_folders(*files_, parent_of(path)));
    CANDOR_TRY(AppendFile file, AppendFile::create(*files_, path));
    bundle_.push_back(std::move(file));
  }
  AppendFile& file = bundle_.back();
  const std::uint64_t at = file.size();
  CANDOR_CHECK(file.append(frames));
  CANDOR_CHECK(file.sync());
  Bytes back(frames.size());
  CANDOR_CHECK(file.read_back(at, back));
  if (!std::equal(back.begin(), back.end(), frames.begin())) {
    return fail(ErrorKind::kDataLoss,
                file.path() + ": entries read back differ from those written");
  }
  return {};
}

Result<void> RoomLog::finish_bundle() {
  const std::uint64_t number = written_ / kEntriesPerBundle - 1;
  const std::string path = bundle_path(number, true);
  bundle_.clear();
  CANDOR_CHECK(files_->rename(bundle_path(number, false), path));
  return files_->sync_folder(parent_of(path));
}

}  // namespace candor::storage
