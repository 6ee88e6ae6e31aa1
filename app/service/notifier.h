// SPDX-License-Identifier: Apache-2.0
// Tells whoever started the program (systemd, Type=notify) that it is ready and alive: datagrams to
// the socket that NOTIFY_SOCKET names, as sd_notify(3) describes them.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace candor::app {

/// Thread: any. What cannot be told is lost: the program goes on.
class ServiceNotifier {
 public:
  /// Empty: nobody listens. "@" in front: an abstract name.
  explicit ServiceNotifier(std::string socket) : socket_(std::move(socket)) {}
  [[nodiscard]] static ServiceNotifier from_environment();

  void ready() const { send("READY=1"); }
  void alive() const { send("WATCHDOG=1"); }
  void stopping() const { send("STOPPING=1"); }

 private:
  void send(std::string_view state) const;

  std::string socket_;
};

}  // namespace candor::app
