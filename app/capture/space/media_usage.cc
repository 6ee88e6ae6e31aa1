// SPDX-License-Identifier: Apache-2.0
#include "app/capture/space/media_usage.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "core/log.h"

namespace candor::app {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// A million files must not keep the disk from the recording.
constexpr std::uint64_t kFilesAtOnce = 100;
constexpr auto kPause = 1ms;
constexpr auto kStopWait = 2s;

}  // namespace

struct MediaUsage::State {
  std::vector<std::string> roots;
  std::vector<std::string> rooms;
  std::atomic<std::uint64_t> bytes = 0;
  std::atomic<bool> is_wanted = true;
  std::atomic<bool> is_measured = false;

  void run() {
    for (const std::string& root : roots) {
      std::uint64_t found = 0;
      for (const std::string& room : rooms) {
        count(fs::path(root) / "media" / room, found);
      }
    }
    is_measured = is_wanted.load();
  }

  // What cannot be read counts as nothing: it is an alarm of its own by then.
  void count(const fs::path& folder, std::uint64_t& found) {
    std::error_code code;
    std::uint64_t files = 0;
    fs::recursive_directory_iterator each(folder, fs::directory_options::skip_permission_denied,
                                          code);
    for (; !code && is_wanted && each != fs::recursive_directory_iterator(); each.increment(code)) {
      std::error_code ignored;
      if (each->is_regular_file(ignored)) {
        const auto size = each->file_size(ignored);
        found += ignored ? 0 : size;
        bytes = std::max(bytes.load(), found);
      }
      if (++files % kFilesAtOnce == 0) {
        std::this_thread::sleep_for(kPause);
      }
    }
  }
};

MediaUsage::MediaUsage(std::vector<std::string> roots, std::vector<std::string> rooms)
    : state_(std::make_shared<State>()) {
  state_->roots = std::move(roots);
  state_->rooms = std::move(rooms);
  thread_ = AbandonableThread([state = state_] { state->run(); });
}

MediaUsage::~MediaUsage() {
  state_->is_wanted = false;
  if (!thread_.end_within(kStopWait)) {
    log::warn("space.count-stuck");
  }
}

std::uint64_t MediaUsage::bytes() const { return state_->bytes; }
bool MediaUsage::is_measured() const { return state_->is_measured; }

}  // namespace candor::app
