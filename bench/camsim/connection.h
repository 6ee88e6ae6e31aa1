// SPDX-License-Identifier: Apache-2.0
// One client: its RTSP requests and the tracks it plays. The event loop is the server's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "bench/camsim/rtsp_message.h"
#include "bench/camsim/settings.h"
#include "bench/camsim/socket_writer.h"
#include "bench/camsim/track_sender.h"
#include "core/time.h"

namespace candor::camsim {

/// One thread. `site` and `counters` outlive it.
class Connection {
 public:
  Connection(int fd, const Site& site, Counters& counters, std::uint32_t seed);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  Connection(Connection&&) = delete;
  Connection& operator=(Connection&&) = delete;

  /// Reads and answers what came.
  void on_readable(UtcTime now);
  void on_writable() { writer_.flush(); }

  /// Sends what is due, unless a fault says otherwise.
  void send_due(UtcTime now);

  /// When send_due has something to do; none while nothing plays.
  [[nodiscard]] std::optional<UtcTime> due() const;

  /// Goes silent or speaks again; only for the cameras that have faults.
  void toggle_silence() { silent_ = has_faults() && !silent_; }
  void close_if_faulty() { closing_ = closing_ || has_faults(); }

  [[nodiscard]] bool wants_write() const { return writer_.has_pending(); }
  [[nodiscard]] bool is_over() const {
    return writer_.is_broken() || (closing_ && !writer_.has_pending());
  }
  [[nodiscard]] int fd() const { return writer_.fd(); }

 private:
  void answer(const RtspRequest& request, UtcTime now);
  void describe(const RtspRequest& request);
  void set_up(const RtspRequest& request);
  void play(const RtspRequest& request, UtcTime now);
  void reply(const RtspRequest& request, std::string_view status, std::string_view headers,
             std::string_view body = {});
  [[nodiscard]] bool is_allowed(const RtspRequest& request);
  [[nodiscard]] bool choose_camera(std::string_view url);
  [[nodiscard]] bool has_faults() const;
  void stop_playing(UtcTime now);

  static constexpr std::size_t kTracksMax = 2;

  const Site& site_;
  Counters& counters_;
  SocketWriter writer_;
  RtspReader reader_;
  std::mt19937 random_;
  std::string session_;
  std::uint32_t camera_ = 0;
  std::array<std::optional<TrackSender>, kTracksMax> tracks_;
  std::optional<UtcTime> playing_since_;
  bool silent_ = false;
  bool closing_ = false;
};

}  // namespace candor::camsim
