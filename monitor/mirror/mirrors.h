// SPDX-License-Identifier: Apache-2.0
// The mirrors of all hosts, and the way of their alarms to the net thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "monitor/mirror/host_mirror.h"

namespace candor::mirror {

/// On the net thread; has a thread for each host. stop() comes before the pools and the clock end.
class Mirrors {
 public:
  Mirrors(MirrorOptions options, const Clock& clock, FindWitnessed witnessed);

  void add(std::string host, net::Endpoint endpoint);
  void start();
  void stop();

  /// For who hashes what is watched.
  [[nodiscard]] UnitBook& units() { return units_; }

  /// Tells `publish` every second which alarms are open at which host, until the io_context stops.
  [[nodiscard]] boost::asio::awaitable<void> watch(
      std::function<void(const std::string& host, std::vector<alarms::Alarm>)> publish);

 private:
  UnitBook units_;
  Claims claims_;
  const MirrorContext context_;
  std::vector<std::unique_ptr<HostMirror>> hosts_;
};

}  // namespace candor::mirror
