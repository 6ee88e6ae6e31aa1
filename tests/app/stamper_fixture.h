// SPDX-License-Identifier: Apache-2.0
// A stamper over a board of checkpoints, authorities in memory and volumes that are folders: verbs
// to publish, to lose things and to look at what is kept.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "app/capture/time/stamper.h"
#include "evidence/bodies.h"
#include "evidence/checkpoint.h"
#include "evidence/signer.h"
#include "tests/support/memory_tsa.h"
#include "tests/support/temp_folder.h"

namespace candor::app {

using namespace std::chrono_literals;

class SetClock final : public Clock {
 public:
  std::atomic<std::int64_t> seconds = 1'790'000'000;
  [[nodiscard]] UtcTime utc() const override { return {seconds * 1'000'000'000}; }
  [[nodiscard]] BootTime boot() const override { return {seconds * 1'000'000'000}; }
};

// An authority and the way to it, as bad as the test says.
class TestLine final : public TimestampLine {
 public:
  enum class Way : std::uint8_t { kGood, kDown, kGarbage, kOtherNote };
  std::atomic<Way> way = Way::kGood;
  std::atomic<bool> is_slow = false;
  std::atomic<int> asked = 0;

  [[nodiscard]] std::string pem() const { return tsa_.pem(); }

  [[nodiscard]] Result<Bytes> ask(const Bytes& query) override {
    ++asked;
    while (is_slow) {
      std::this_thread::sleep_for(1ms);
    }
    const std::lock_guard lock(mutex_);
    switch (way) {
      case Way::kDown:
        return fail(ErrorKind::kUnavailable, "nobody listens");
      case Way::kGarbage:
        return Bytes(100, 0x30);
      case Way::kOtherNote:
        return tsa_.answer(evidence::make_timestamp_query(as_bytes("another note")).value().der);
      case Way::kGood:
        break;
    }
    return tsa_.answer(query);
  }

 private:
  std::mutex mutex_;
  test::MemoryTsa tsa_{{}};
};

class StamperFixture : public testing::Test {
 protected:
  static constexpr auto kPatience = 20s;  // Never waited out, unless the test fails.
  static constexpr std::int64_t kNs = 1'000'000'000;

  StamperFixture() {
    for (const char* volume : {"a", "b"}) {
      volumes_.push_back(storage::Volume::open(folder_ / volume, volume, clock_.utc()).value());
      std::filesystem::create_directories(folder_ / volume + "/log/room-1/1");
    }
  }
  ~StamperFixture() override {
    one_->is_slow = two_->is_slow = false;
    stamper_.reset();
  }

  void start() {
    stamper_.reset();
    StamperContext context{
        .state_folder = folder_ / "state", .board = &board_, .clock = &clock_, .volumes = {}};
    for (const storage::Volume& volume : volumes_) {
      context.volumes.push_back(
          {.name = volume.name(),
           .write = [this, &volume](const storage::LogName& log, const storage::StampFiles& files,
                                    const StampVolume::Done& done) {
             done(volume.name() == lost_volume() ? fail(ErrorKind::kUnavailable, "is away")
                                                 : storage::write_stamp(volume, log, files));
           }});
    }
    context.log = [this](const std::string& room, storage::AddEvent event,
                         const storage::Recorder::Done& done) {
      const std::lock_guard lock(mutex_);
      if (room == "room-1") {
        anchors_.push_back(evidence::decode_time_anchor(event.body).value());
        if (makes_durable_) {
          done();
        }
      }
      return room == "room-1";
    };
    std::vector<std::unique_ptr<Authority>> authorities;
    for (const auto& [name, line] : {std::pair{"tsa-1", one_}, std::pair{"tsa-2", two_}}) {
      authorities.push_back(std::make_unique<Authority>(
          AuthoritySpec{.name = name,
                        .host = "",
                        .trust = std::make_shared<const evidence::TimestampTrust>(
                            evidence::TimestampTrust::parse(line->pem()).value())},
          line, retry_));
    }
    auto started =
        Stamper::start(std::move(context), std::move(authorities),
                       {.look = 1ms, .rewrite = 10ms, .choice = choice_, .retry = retry_});
    ASSERT_TRUE(started.has_value()) << started.error().message();
    stamper_ = std::move(*started);
  }

  struct Head {
    std::uint64_t size = 0;
    std::uint64_t session_end = 0;
    bool is_cosigned = true;
    LogStanding standing = LogStanding::kVerified;
    std::string room = "room-1";
  };
  // The notary publishes a checkpoint.
  void publish(const Head& head) {
    const std::string origin = "rec.example/site7/" + head.room + "/1";
    evidence::Note note{.text = evidence::format_checkpoint(
                            {.origin = origin, .size = head.size, .root = {}, .extensions = {}}),
                        .signatures = {}};
    note.signatures.push_back(evidence::sign_note(note.text, origin, signer_).value());
    auto view = std::make_shared<LogView>();
    view->log = {.room = head.room, .epoch = 1};
    view->standing = head.standing;
    view->note = note;
    view->signed_size = head.size;
    view->session_end = head.session_end;
    if (head.is_cosigned) {
      note.signatures.push_back(
          evidence::cosign_note(note.text, "witness.example", 1, signer_).value());
      view->cosigned_note = note;
    }
    board_.put(view);
  }

  [[nodiscard]] std::vector<std::string> names(const std::string& folder) const {
    std::vector<std::string> found;
    std::error_code none;
    for (const auto& file : std::filesystem::directory_iterator(folder_ / folder, none)) {
      found.push_back(file.path().filename().string());
    }
    return found;
  }
  [[nodiscard]] std::vector<std::string> tokens(const std::string& volume = "a") const {
    return names(volume + "/log/room-1/1/timestamps");
  }
  [[nodiscard]] std::vector<std::string> jobs() const {
    std::vector<std::string> all = names("state/timestamps");
    std::erase_if(all, [](const std::string& name) {
      return name == "last.json" || !name.ends_with(".json");  // It may be writing one.
    });
    return all;
  }
  [[nodiscard]] std::string bytes_of(const std::string& path) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / path, std::ios::binary).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::vector<evidence::TimeAnchorBody> anchors() const {
    const std::lock_guard lock(mutex_);
    return anchors_;
  }
  [[nodiscard]] std::string lost_volume() const {
    const std::lock_guard lock(mutex_);
    return lost_volume_;
  }
  void lose_volume(const std::string& name) {
    const std::lock_guard lock(mutex_);
    lost_volume_ = name;
  }
  [[nodiscard]] AuthorityStatus status(std::size_t authority) const {
    return stamper_->status().at(authority);
  }
  [[nodiscard]] bool is_settled(std::size_t count) const {
    return anchors().size() >= count && jobs().empty();
  }

  static bool until(const std::function<bool()>& is_so) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!is_so() && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(1ms);
    }
    return is_so();
  }

  test::TempFolder folder_;
  SetClock clock_;
  LogBoard board_;
  evidence::MemorySigner signer_ = evidence::MemorySigner::from_seed(evidence::Seed{}).value();
  std::vector<storage::Volume> volumes_;
  std::shared_ptr<TestLine> one_ = std::make_shared<TestLine>();
  std::shared_ptr<TestLine> two_ = std::make_shared<TestLine>();
  ChoiceRhythm choice_{.every = 1h, .cosign_wait = 50ms};
  RetryRhythm retry_{.first = 5ms, .most = 20ms, .give_up = 10s};
  bool makes_durable_ = true;
  mutable std::mutex mutex_;
  std::string lost_volume_;
  std::vector<evidence::TimeAnchorBody> anchors_;
  std::unique_ptr<Stamper> stamper_;
};

}  // namespace candor::app
