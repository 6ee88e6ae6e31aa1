// SPDX-License-Identifier: Apache-2.0
// The first question on the link: does the other side speak a version that we understand?
#pragma once

#include <chrono>

#include <boost/json/object.hpp>

#include "net/endpoint.h"

namespace candor::monitor {

/// Errors: kUnsupported  a newer link, saying what to do; kDataLoss  no hello of
/// docs/design/link.md.
[[nodiscard]] Result<void> check_hello(const boost::json::object& hello);

/// Asks for /v1/hello and checks it; blocks. Errors: those of net::ask_json() and above.
[[nodiscard]] Result<void> say_hello(const net::Endpoint& endpoint, std::chrono::seconds timeout);

}  // namespace candor::monitor
