// SPDX-License-Identifier: Apache-2.0
// Asks candor-capture over its Unix socket (docs/design/link.md): JSON in, JSON out.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "core/result.h"

namespace candor::app::cli {

/// One request at a time; blocks.
class ControlClient {
 public:
  explicit ControlClient(std::string unix_socket) : socket_(std::move(unix_socket)) {}

  /// Query values that are empty are left out.
  /// Errors: kUnavailable  nobody listens; what the other side refused, with its kind and sentence.
  [[nodiscard]] Result<boost::json::object> get(
      const std::string& path, const std::vector<std::pair<std::string, std::string>>& query = {});
  [[nodiscard]] Result<boost::json::object> post(const std::string& path,
                                                 const boost::json::object& body);

 private:
  std::string socket_;
};

}  // namespace candor::app::cli
