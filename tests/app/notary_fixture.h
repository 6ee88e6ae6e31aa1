// SPDX-License-Identifier: Apache-2.0
// A recorder over two volumes, the notary behind it, a signer and witnesses in memory: verbs to
// make entries, to lose things and to look at what is signed.
#pragma once

#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "app/capture/notary/notary.h"
#include "storage/write/log_paths.h"
#include "storage/write/recorder.h"
#include "tests/support/evidence_parties.h"
#include "tests/support/failing_files.h"
#include "tests/support/temp_folder.h"
#include "tests/support/volume_slots.h"

namespace candor::app {

using namespace std::chrono_literals;

class NotaryFixture : public testing::Test {
 protected:
  static constexpr auto kPatience = 20s;  // Never waited out, unless the test fails.
  static constexpr std::string_view kOrigin = "rec.example/site7/room-1/1";

  class NoIndex final : public storage::IndexSink {
    void submit(std::vector<storage::IndexUpdate> /*updates*/) override {}
  };

  ~NotaryFixture() override {
    disk_a_.heal();
    disk_b_.heal();
    stop();
  }

  void start() {
    auto a = storage::Volume::open(folder_ / "a", "a", clock_.utc(), disk_a_);
    auto b = storage::Volume::open(folder_ / "b", "b", clock_.utc(), disk_b_);
    ASSERT_TRUE(a.has_value() && b.has_value());
    feed_ = std::make_unique<storage::LeafFeed>(feed_batches_);
    reach_ = std::make_shared<storage::LogReach>();
    board_ = std::make_unique<LogBoard>();
    storage::RecorderOptions options{
        .authority = "rec.example", .site = "site7", .software = "test"};
    options.sync_interval = 10ms;
    options.volume_stuck_after = stuck_after_;
    options.leaves = feed_.get();
    options.reach = reach_;
    options.cosignatures = newest_;
    auto recorder = storage::Recorder::open(
        test::slots_of({*a, *b}), clock_, std::move(options),
        {{.room = "room-1", .streams = {}, .epoch = epoch_, .former = former_}}, index_);
    ASSERT_TRUE(recorder.has_value()) << recorder.error().message();
    recorder_ = std::move(*recorder);
    NotaryContext context;
    for (const auto& volume : recorder_->volumes()) {
      volumes_.push_back(storage::VolumeTree::start(volume, reach_, clock_));
    }
    context.volumes = volumes_;
    context.signer = has_signer_ ? &desk_ : nullptr;
    for (test::MemoryWitness& witness : witnesses_) {
      context.witnesses.push_back(witness.key().name);
    }
    context.newest = newest_;
    context.board = board_.get();
    context.alarms = &alarms_;
    context.clock = &clock_;
    context.on_broken = [this](const BrokenLog& log) {
      const std::lock_guard lock(mutex_);
      broken_.push_back(log);
    };
    context.on_event = [this](const std::string& /*room*/, std::string event, std::string detail) {
      recorder_->note_event(0, {.event = std::move(event), .detail = std::move(detail)});
    };
    notary_ = Notary::start(*feed_, std::move(context),
                            {.authority = "rec.example", .site = "site7", .rhythm = rhythm_});
    for (test::MemoryWitness& witness : witnesses_) {
      clients_.push_back(std::make_unique<WitnessClient>(
          WitnessSpec{.key = witness.key(), .host = "", .path = ""}, witness.line(), *board_,
          *notary_, WitnessClient::Rhythm{.look = 2ms, .live = 10ms, .idle = 10ms}));
      clients_.back()->start();
    }
  }

  void stop() {
    if (recorder_ != nullptr) {
      recorder_->stop();
    }
    clients_.clear();
    if (notary_ != nullptr) {
      notary_->stop();
    }
    for (const auto& volume : volumes_) {
      volume->stop();
    }
    notary_.reset();
    volumes_.clear();
    recorder_.reset();
  }

  // Entries that need not hurry; returns when they are durable.
  void log_entries(std::uint64_t count) {
    const std::uint64_t wanted = committed() + count;
    for (std::uint64_t i = 0; i < count; ++i) {
      recorder_->note_event(0, {.event = "test", .detail = ""});
    }
    ASSERT_TRUE(until([&] { return committed() >= wanted; }));
  }

  [[nodiscard]] std::uint64_t committed() const { return feed_->committed()[log()]; }
  [[nodiscard]] storage::LogName log() const { return {.room = "room-1", .epoch = epoch_}; }
  [[nodiscard]] std::string origin() const {
    return "rec.example/site7/room-1/" + std::to_string(epoch_);
  }
  [[nodiscard]] LogView view() const {
    const LogViewPtr found = board_->find(log());
    return found == nullptr ? LogView{} : *found;
  }
  [[nodiscard]] bool all_is_signed() const {
    return committed() > 0 && view().signed_size >= committed();
  }
  [[nodiscard]] bool has_alarm(std::string_view kind) const {
    return std::ranges::any_of(alarms_.all(),
                               [&](const Alarm& alarm) { return alarm.kind == kind; });
  }
  [[nodiscard]] std::vector<BrokenLog> broken() const {
    const std::lock_guard lock(mutex_);
    return broken_;
  }

  // The entries of a volume, as they stand in its files.
  [[nodiscard]] std::vector<Bytes> entries(const std::string& volume) const {
    std::vector<Bytes> all;
    const std::string folder = folder_ / volume + "/" + storage::log_folder("room-1", epoch_);
    for (std::uint64_t number = 0;; ++number) {
      auto bytes = storage::read_file(storage::posix_files(),
                                      storage::bundle_path(folder, number, true), 1 << 30);
      const bool is_last = !bytes.has_value();
      if (is_last) {
        bytes = storage::read_file(storage::posix_files(),
                                   storage::bundle_path(folder, number, false), 1 << 30);
      }
      if (bytes.has_value()) {
        for (const ByteView entry : evidence::read_bundle(*bytes).entries) {
          all.emplace_back(entry.begin(), entry.end());
        }
      }
      if (is_last) {
        return all;
      }
    }
  }

  [[nodiscard]] std::string path(const std::string& volume, const std::string& name) const {
    return folder_ / volume + "/" + storage::log_folder("room-1", epoch_) + "/" + name;
  }
  [[nodiscard]] Bytes bytes_of(const std::string& volume, const std::string& name) const {
    return storage::read_file(storage::posix_files(), path(volume, name), 1 << 20)
        .value_or(Bytes());
  }
  // "" or why the volume's checkpoint is not what its entries say.
  [[nodiscard]] std::string objection(const std::string& volume) const {
    const auto bytes =
        storage::read_file(storage::posix_files(), path(volume, "checkpoint"), 1 << 20);
    if (!bytes.has_value()) {
      return "";
    }
    const std::array keys{desk_.key_of(origin())};
    const auto opened = evidence::open_checkpoint(as_text(*bytes), keys);
    return opened.has_value() ? objection(volume, opened->checkpoint) : opened.error().message();
  }
  [[nodiscard]] std::string objection(const std::string& volume,
                                      const evidence::Checkpoint& checkpoint) const {
    const std::vector<Bytes> all = entries(volume);
    if (all.size() < checkpoint.size) {
      return std::to_string(checkpoint.size) + " signed, " + std::to_string(all.size()) +
             " on disk";
    }
    evidence::Frontier tree;
    for (std::uint64_t i = 0; i < checkpoint.size; ++i) {
      tree.append(evidence::leaf_hash(all[static_cast<std::size_t>(i)]));
    }
    return tree.root() == checkpoint.root ? "" : "another root";
  }

  [[nodiscard]] static bool until(const std::function<bool()>& is_so) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!is_so()) {
      if (std::chrono::steady_clock::now() > deadline) {
        return false;
      }
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }

  // The volumes as they are now, and back again: an old snapshot of the disks.
  void take_snapshot() {
    std::filesystem::copy(folder_ / "a", folder_ / "snapshot-a",
                          std::filesystem::copy_options::recursive);
    std::filesystem::copy(folder_ / "b", folder_ / "snapshot-b",
                          std::filesystem::copy_options::recursive);
  }
  void restore_snapshot() {
    for (const std::string volume : {"a", "b"}) {
      std::filesystem::remove_all(folder_ / volume);
      std::filesystem::rename(folder_ / ("snapshot-" + volume), folder_ / volume);
    }
  }

  test::TempFolder folder_;
  test::FailingFiles disk_a_;
  test::FailingFiles disk_b_;
  SystemClock clock_;
  NoIndex index_;
  test::MemoryDesk desk_;
  std::deque<test::MemoryWitness> witnesses_;
  AlarmBoard alarms_;
  NotaryRhythm rhythm_{.sign = 10ms,
                       .start_wait = 100ms,
                       .lag_max = 100ms,
                       .unsigned_after = 50ms,
                       .unwitnessed_live = 100ms,
                       .unwitnessed_idle = 100ms};
  bool has_signer_ = true;
  std::uint32_t epoch_ = 1;
  evidence::LinkBody former_;
  std::size_t feed_batches_ = storage::LeafFeed::kBatchesMax;
  std::chrono::milliseconds stuck_after_{10'000};
  std::unique_ptr<LogBoard> board_;
  std::unique_ptr<storage::LeafFeed> feed_;
  std::shared_ptr<storage::LogReach> reach_;
  std::shared_ptr<storage::NewestCosignatures> newest_ =
      std::make_shared<storage::NewestCosignatures>();
  std::unique_ptr<storage::Recorder> recorder_;
  std::vector<std::shared_ptr<storage::VolumeTree>> volumes_;
  std::unique_ptr<Notary> notary_;
  std::vector<std::unique_ptr<WitnessClient>> clients_;
  mutable std::mutex mutex_;
  std::vector<BrokenLog> broken_;
};

}  // namespace candor::app
