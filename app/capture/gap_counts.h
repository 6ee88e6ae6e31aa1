// SPDX-License-Identifier: Apache-2.0
// How many gaps the index tells of the sessions that run, for the status: which must not wait for
// somebody who reads a recording.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include "core/ids.h"
#include "net/http.h"

namespace candor::app {

/// On the net thread; reads the catalogue on the strand.
class GapCounts {
 public:
  using Strand = boost::asio::strand<boost::asio::thread_pool::executor_type>;
  using Counts = std::map<Uuid, std::uint64_t>;

  GapCounts(Strand strand, std::string index_path);

  /// What the index told last, and asks it anew meanwhile; waits for it only when a session is
  /// among them that it never told of. A session is missing while there is no index.
  [[nodiscard]] net::asio::awaitable<Counts> of(std::vector<Uuid> sessions);
  /// Asks the index now.
  [[nodiscard]] net::asio::awaitable<Counts> ask(std::vector<Uuid> sessions);

 private:
  struct State;
  [[nodiscard]] static net::asio::awaitable<void> refresh(std::shared_ptr<State> state,
                                                          std::vector<Uuid> sessions);

  std::shared_ptr<State> state_;
};

}  // namespace candor::app
