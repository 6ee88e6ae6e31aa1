// SPDX-License-Identifier: Apache-2.0
#include "tests/crash/power/scenario.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "storage/write/index_follower.h"
#include "storage/write/index_rebuild.h"
#include "tests/crash/power/journal.h"
#include "tests/crash/power/recording_files.h"
#include "tests/support/index_dump.h"

namespace candor::crash {
namespace {

using namespace std::chrono_literals;

constexpr auto kStep = 10ms;
constexpr auto kAfterRecovery = 500ms;
constexpr int kShortSessions = 75;  // A bundle of the log is full soon after.

class NoIndex final : public storage::IndexSink {
  void submit(std::vector<storage::IndexUpdate> /*updates*/) override {}
};

// One start of the program after another on the same disk.
class Recording {
 public:
  Recording(std::string root, const std::string& folder, const SiteOptions& options)
      : root_(std::move(root)), options_(options), journal_(folder, clock_) {}

  [[nodiscard]] Result<void> start() {
    files_ = std::make_unique<RecordingFiles>(root_, journal_);
    journal_.note("start", "");
    CANDOR_TRY(Site site, Site::open(root_, *files_, index_, options_));
    site_.emplace(std::move(site));
    site_->begin(clock_.utc());
    return {};
  }

  void kill() {
    files_->kill();
    journal_.note("kill", "");
    site_.reset();
  }

  void stop() {
    site_->stop();
    site_.reset();
  }

  [[nodiscard]] Result<void> run_for(std::chrono::milliseconds time) {
    const UtcTime end = clock_.utc() + time;
    while (clock_.utc() < end) {
      std::this_thread::sleep_for(kStep);
      CANDOR_CHECK(site_->deliver(clock_.utc()));
    }
    return {};
  }

  void lose_camera(std::chrono::milliseconds time) {
    site_->lose_camera(clock_.utc(), clock_.utc() + time);
  }
  void open_session() { site_->open_session(clock_.utc(), told("session-open")); }
  void close_session() { site_->close_session(clock_.utc(), told("session-close")); }

 private:
  [[nodiscard]] Site::Told told(const std::string& what) {
    return [this, what](const std::string& session) {
      journal_.note("told", "", {{"what", what}, {"session", session}});
    };
  }

  SystemClock clock_;
  NoIndex index_;
  std::string root_;
  SiteOptions options_;
  Journal journal_;
  std::unique_ptr<RecordingFiles> files_;
  std::optional<Site> site_;
};

Result<std::string> rows_of(const std::vector<std::string>& roots, const std::string& index) {
  CANDOR_TRY(const storage::RebuildReport report, storage::rebuild_index(roots, index));
  if (!report.problems.empty()) {
    return fail(ErrorKind::kDataLoss,
                report.problems.front().path + ": " + report.problems.front().what);
  }
  return storage::dump(index);
}

// The first row of the one that the other one has not got: "table|...".
std::string first_row_only_in(const std::string& one, const std::string& other) {
  const std::string rows = "\n" + other;
  std::istringstream lines(one);
  for (std::string line; std::getline(lines, line);) {
    if (rows.find("\n" + line + "\n") == std::string::npos) {
      return line;
    }
  }
  return "no row";
}

// Thousands of starts wait for what a round tells.
constexpr auto kQuickSync = 50ms;

}  // namespace

Result<void> record(const std::string& root, const std::string& folder,
                    const SiteOptions& options) {
  Recording recording(root, folder, options);
  CANDOR_CHECK(recording.start());
  for (int i = 0; i < kShortSessions; ++i) {
    recording.open_session();
    recording.close_session();
  }
  CANDOR_CHECK(recording.run_for(500ms));
  recording.open_session();
  CANDOR_CHECK(recording.run_for(2000ms));
  recording.lose_camera(700ms);
  CANDOR_CHECK(recording.run_for(1000ms));
  recording.close_session();
  CANDOR_CHECK(recording.run_for(500ms));
  recording.open_session();
  CANDOR_CHECK(recording.run_for(1600ms));
  recording.kill();
  CANDOR_CHECK(recording.start());
  CANDOR_CHECK(recording.run_for(300ms));
  recording.kill();
  CANDOR_CHECK(recording.start());
  CANDOR_CHECK(recording.run_for(4500ms));
  recording.close_session();
  CANDOR_CHECK(recording.run_for(700ms));
  recording.stop();
  return {};
}

Result<boost::json::object> recover(const std::string& root, SiteOptions options) {
  options.sync_interval = kQuickSync;
  const SystemClock clock;
  const std::string index = root + ".index";
  const std::vector<std::string> roots = volume_roots(root, options.volumes);
  std::filesystem::create_directories(index);
  CANDOR_TRY(const std::unique_ptr<storage::IndexFollower> follower,
             storage::IndexFollower::open({.volume_roots = roots, .index_path = index + "/live.db"},
                                          clock));
  UtcTime first;
  {
    CANDOR_TRY(Site site, Site::open(root, storage::posix_files(), *follower, options));
    if (options.volumes > 1) {
      CANDOR_CHECK(site.wait_for_copies());
    }
    first = site.begin(clock.utc());
    CANDOR_CHECK(site.deliver(first + std::chrono::nanoseconds(kAfterRecovery)));
    site.stop();
  }
  follower->stop();
  const std::string live = storage::dump(index + "/live.db");
  CANDOR_TRY(const std::string anew, rows_of(roots, index + "/anew.db"));
  boost::json::object answer{{"feed_from", first.ns}, {"is_index_equal", live == anew}};
  if (live != anew) {
    const auto fault = follower->fault();
    answer["index_live"] = first_row_only_in(live, anew);
    answer["index_anew"] = first_row_only_in(anew, live);
    answer["index_fault"] = fault.has_value() ? fault->message() : "none";
  }
  return answer;
}

}  // namespace candor::crash
