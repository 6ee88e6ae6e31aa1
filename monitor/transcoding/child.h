// SPDX-License-Identifier: Apache-2.0
// A candor-transcode process: messages of a feed go in and come out. Which streams need one is
// transcodes.h's.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "core/result.h"
#include "monitor/live_message.h"

namespace candor::monitor {

/// On the net thread. Ends with its process, at the latest with stop().
class TranscodeChild : public std::enable_shared_from_this<TranscodeChild> {
 public:
  struct Handlers {
    std::function<void(std::string message)> on_message;
    std::function<void()> on_end;  // Once; not after stop().
  };

  /// Starts `program` with the arguments; it sees two ends of one socket and nothing else of ours.
  /// Errors: errno kinds, naming the program.
  [[nodiscard]] static Result<std::shared_ptr<TranscodeChild>> start(
      const boost::asio::any_io_executor& executor, const std::string& program,
      std::vector<std::string> arguments, Handlers handlers);
  ~TranscodeChild() = default;
  TranscodeChild(const TranscodeChild&) = delete;
  TranscodeChild& operator=(const TranscodeChild&) = delete;
  TranscodeChild(TranscodeChild&&) = delete;
  TranscodeChild& operator=(TranscodeChild&&) = delete;

  /// False: more is waiting than it can take; nothing was queued.
  [[nodiscard]] bool send(const LiveMessagePtr& message);
  void stop();

 private:
  using Socket = boost::asio::local::stream_protocol::socket;
  TranscodeChild(Socket socket, boost::asio::posix::stream_descriptor process, pid_t id,
                 Handlers handlers);

  [[nodiscard]] boost::asio::awaitable<void> read_messages();
  [[nodiscard]] boost::asio::awaitable<void> write_messages();
  [[nodiscard]] boost::asio::awaitable<void> reap();
  void end();

  Socket socket_;
  boost::asio::posix::stream_descriptor process_;
  pid_t id_;
  Handlers handlers_;
  std::deque<LiveMessagePtr> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool is_writing_ = false;
  bool is_over_ = false;
  bool is_stopped_ = false;  // By us.
};

}  // namespace candor::monitor
