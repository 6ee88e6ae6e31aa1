// SPDX-License-Identifier: Apache-2.0
// The RTSP dialogue: requests with authorisation and their answers, from DESCRIBE to TEARDOWN.
// Media between the answers goes to a callback.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "capture/rtsp/connection.h"
#include "capture/rtsp/digest_auth.h"
#include "capture/rtsp/message.h"
#include "capture/rtsp/sdp.h"
#include "core/result.h"

namespace candor::rtsp {

/// A packet between the messages.
using OnInterleaved = std::function<void(std::uint8_t channel, ByteView payload)>;

/// One thread: the source's.
class Session {
 public:
  Session(Connection connection, Url url, Authorization authorization,
          std::chrono::milliseconds answer_timeout);
  /// Sends TEARDOWN when SETUP succeeded; does not wait for its answer.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  Session(Session&&) = delete;
  Session& operator=(Session&&) = delete;

  /// Errors: kPermissionDenied  401 that cannot be answered; kNotFound  404; kUnsupported  no track
  /// to record; those of the connection.
  [[nodiscard]] Result<Sdp> describe();
  /// Returns the interleaved channel of the track's RTP; RTCP is the next one.
  [[nodiscard]] Result<std::uint8_t> setup(const SdpTrack& track, std::uint8_t channel);
  [[nodiscard]] Result<void> play(const std::string& session_control);

  /// Hands on all packets that arrive until the deadline or the first receive that gave any; sends
  /// keep-alives when due. Errors: kDataLoss  neither a packet nor RTSP; those of the connection.
  [[nodiscard]] Result<void> pump(Deadline deadline, const OnInterleaved& on_interleaved);

 private:
  [[nodiscard]] Result<Message> request(std::string_view method, const std::string& url,
                                        Headers headers);
  [[nodiscard]] Result<void> send(std::string_view method, const std::string& url, Headers headers);
  [[nodiscard]] Result<Message> await_answer();
  [[nodiscard]] Result<std::optional<Message>> take_arrived(const OnInterleaved& on_interleaved);
  [[nodiscard]] Result<void> take_all(const OnInterleaved& on_interleaved);
  [[nodiscard]] Result<void> take_late_answer(const Message& answer);
  [[nodiscard]] Result<void> answer_server(const Message& message);
  [[nodiscard]] Result<void> keep_alive();

  Connection connection_;
  Url url_;
  Authorization authorization_;
  std::chrono::milliseconds answer_timeout_;
  std::string base_;
  std::string session_;
  std::chrono::seconds session_timeout_{60};
  Deadline next_keep_alive_ = Deadline::max();
  int sequence_ = 0;
};

}  // namespace candor::rtsp
