// SPDX-License-Identifier: Apache-2.0
// Pulls each watched room's feed once and hands it to its viewers, however many; keeps the last GOP
// for instant start.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "monitor/content_check.h"
#include "monitor/live_message.h"
#include "monitor/transcoding/transcodes.h"
#include "net/endpoint.h"
#include "net/http.h"

namespace candor::monitor {

/// Somebody who watches. Called on the net thread; must not block.
class LiveViewer {
 public:
  LiveViewer() = default;
  LiveViewer(const LiveViewer&) = delete;
  LiveViewer& operator=(const LiveViewer&) = delete;
  LiveViewer(LiveViewer&&) = delete;
  LiveViewer& operator=(LiveViewer&&) = delete;
  virtual ~LiveViewer() = default;
  virtual void on_live(const std::string& room, const LiveMessagePtr& message) = 0;
  [[nodiscard]] virtual const std::string& viewer_name() const = 0;
};

/// Somebody who reloads the page finds the feed running.
inline constexpr std::chrono::seconds kKeepAfterLastViewer{5};

/// On the net thread. stop() comes before the viewers' connections are destroyed.
class LiveHub {
 public:
  /// Tells where a room's feed is; none while its host is unknown.
  using FindHost = std::function<std::optional<net::Endpoint>(const std::string& room)>;

  LiveHub(boost::asio::any_io_executor executor, FindHost find_host,
          TranscodeOptions transcodes = {},
          std::chrono::milliseconds keep_after_last_viewer = kKeepAfterLastViewer);

  /// The viewer is told where the room stands, then everything that follows. Attaching again starts
  /// it anew.
  void attach(const std::string& room, LiveViewer& viewer);
  void detach(const std::string& room, LiveViewer& viewer);

  /// From now on the units of every feed are hashed and noted here; the book outlives the hub.
  void check_content(mirror::UnitBook& units) { units_ = &units; }

  [[nodiscard]] const TranscodeCounts& transcodes() const { return transcode_counts_; }

  /// Ends the feeds of hosts that the credentials do not let in any more; they are tried again.
  void check_hosts();

  /// Ends all feeds and tells nobody anything more.
  void stop();

 private:
  struct Channel {
    LiveMessagePtr stream;  // The text that announced it.
    LiveMessagePtr init;
    LiveMessagePtr lost;
    std::deque<LiveMessagePtr> gop;
    std::size_t gop_bytes = 0;
    bool is_video = false;
  };
  struct Feed {
    Feed(std::string name, const boost::asio::any_io_executor& executor)
        : room(std::move(name)), unwatched(executor) {}

    std::string room;
    std::vector<LiveViewer*> viewers;
    std::map<std::uint32_t, Channel> channels;
    LiveMessagePtr state;
    std::shared_ptr<net::WebSocket> socket;
    std::unique_ptr<FeedTranscodes> transcodes;
    std::unique_ptr<ContentCheck> check;  // Null: nothing is compared.
    boost::asio::steady_timer unwatched;  // Runs while there is no viewer.
    bool is_over = false;
  };

  [[nodiscard]] net::asio::awaitable<void> run_feed(std::shared_ptr<Feed> feed);
  [[nodiscard]] net::asio::awaitable<Result<void>> pull(std::shared_ptr<Feed> feed);
  [[nodiscard]] std::shared_ptr<Feed> begin_feed(const std::string& room);
  void end_unless_watched(const std::shared_ptr<Feed>& feed) const;
  static void end(Feed& feed);
  static void forget_channels(Feed& feed);
  static void tell(const Feed& feed, const LiveMessagePtr& message);
  static void take(Feed& feed, net::WebSocketMessage message);
  static void remember(Feed& feed, const LiveMessagePtr& message);
  static void remember_text(Feed& feed, const LiveMessagePtr& message);
  static void tell_viewers(const Feed& feed);

  boost::asio::any_io_executor executor_;
  FindHost find_host_;
  const TranscodeOptions transcode_options_;
  TranscodeCounts transcode_counts_;
  std::chrono::milliseconds keep_after_last_viewer_;
  mirror::UnitBook* units_ = nullptr;
  std::map<std::string, std::shared_ptr<Feed>> feeds_;
};

}  // namespace candor::monitor
