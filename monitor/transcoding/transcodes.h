// SPDX-License-Identifier: Apache-2.0
// Which streams of a feed are made anew in a codec that browsers play: sound of G.711 always, a
// picture of H.265 when the camera has no substream of H.264; each once, however many watch,
// pictures no more at once than the machine bears.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "monitor/live_message.h"
#include "monitor/transcoding/child.h"

namespace candor::monitor {

struct TranscodeOptions {
  std::string program;  // candor-transcode; empty: nothing is transcoded.
  std::size_t pictures_max = 2;
  int height_max = 360;
};

/// How many run; shared by all feeds. On the net thread.
struct TranscodeCounts {
  std::size_t sounds = 0;
  std::size_t pictures = 0;
  std::size_t pictures_refused = 0;  // Since the start.
};

/// A derived stream's channel is that of its original plus this.
inline constexpr std::uint32_t kDerivedChannel = 0x40000000;

/// The derived streams of one feed. On the net thread.
class FeedTranscodes {
 public:
  /// Takes what the derived streams say: "stream", "unplayable", "end", init segments and chunks.
  using Tell = std::function<void(const LiveMessagePtr&)>;

  FeedTranscodes(boost::asio::any_io_executor executor, const TranscodeOptions& options,
                 TranscodeCounts& counts, std::string room, Tell tell);
  ~FeedTranscodes();
  FeedTranscodes(const FeedTranscodes&) = delete;
  FeedTranscodes& operator=(const FeedTranscodes&) = delete;
  FeedTranscodes(FeedTranscodes&&) = delete;
  FeedTranscodes& operator=(FeedTranscodes&&) = delete;

  /// Every message of the host, after the viewers were told.
  void take(const LiveMessagePtr& message);
  /// The feed was lost: all derived streams end, nobody is told.
  void clear();

 private:
  struct Derived {
    LiveMessagePtr stream;  // The original's announcement.
    LiveMessagePtr init;
    std::shared_ptr<TranscodeChild> child;
    std::chrono::steady_clock::time_point not_before;  // After a failure: no new one at once.
    bool is_picture = false;
    bool is_announced = false;
    bool waits_for_sync = true;
    bool is_refused = false;
  };

  void take_text(const LiveMessagePtr& message);
  void take_stream(const LiveMessagePtr& message);
  void take_chunk(std::uint32_t channel, Derived& derived, const LiveMessagePtr& message);
  [[nodiscard]] bool start(std::uint32_t channel, Derived& derived);
  void take_made(std::uint32_t channel, std::string bytes);
  void announce(std::uint32_t channel, Derived& derived, const LiveMessage& init);
  void stop(Derived& derived);
  void end(std::uint32_t channel);
  void fail_made(std::uint32_t channel);
  void drop(std::uint32_t channel);
  void refuse(Derived& derived, const char* reason);

  boost::asio::any_io_executor executor_;
  const TranscodeOptions& options_;
  TranscodeCounts& counts_;
  const std::string room_;
  const Tell tell_;
  std::map<std::uint32_t, Derived> derived_;
  std::set<std::string> sources_with_h264_;
};

}  // namespace candor::monitor
