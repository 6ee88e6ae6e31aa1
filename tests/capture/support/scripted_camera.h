// SPDX-License-Identifier: Apache-2.0
// An RTSP server on a loopback socket that does what a list of steps says, in their order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/bytes.h"
#include "tests/capture/support/packets.h"

namespace candor::test {

/// Steps, one string each:
///   "DESCRIBE -> 200 h264"   waits for this request and answers it. After the status, words:
///                            h264, aac, jpeg (what is offered), digest, qop, stale (a challenge),
///                            base (Content-Base), absolute (control URLs), lf (bare \n).
///   "play IPPP"              sends the frames (VideoPackets) on channel 0; "sound 3" so many
///                            packets of sound on channel 2; "report" a sender report on channel 1.
///   "murmur"                 sends sound every 20 ms until the client goes or says something.
///   "raw hello"              these bytes; "OPTIONS" asks the client and waits for its answer.
///   "silence"                waits until the client goes; "close" closes. The end closes too.
class ScriptedCamera {
 public:
  explicit ScriptedCamera(std::vector<std::string> steps);
  ~ScriptedCamera();
  ScriptedCamera(const ScriptedCamera&) = delete;
  ScriptedCamera& operator=(const ScriptedCamera&) = delete;

  [[nodiscard]] std::string url() const;

  /// Ends the script. The requests that came: "SETUP rtsp://.../trackID=0", or a line that says
  /// which step was not met.
  [[nodiscard]] std::vector<std::string> requests();
  /// The Authorization headers that came with them. After requests().
  [[nodiscard]] const std::vector<std::string>& authorizations() const { return authorizations_; }

 private:
  void serve();
  [[nodiscard]] bool run_step(std::string_view step);
  [[nodiscard]] bool answer(std::string_view method, std::string_view words);
  [[nodiscard]] std::string next_message();
  void send_sound();
  void send_interleaved(std::uint8_t channel, const Bytes& packet);
  void send_bytes(std::string_view bytes);
  [[nodiscard]] std::string description(std::string_view words) const;

  std::vector<std::string> steps_;
  std::vector<std::string> requests_;
  std::vector<std::string> authorizations_;
  VideoPackets video_;
  std::uint16_t sound_sequence_ = 0;
  std::string arrived_;
  int listener_ = -1;
  int client_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace candor::test
