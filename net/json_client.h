// SPDX-License-Identifier: Apache-2.0
// Asks the other side of the link for JSON (docs/design/link.md): its refusals become errors of
// ours.
#pragma once

#include <chrono>
#include <string>

#include <boost/json/object.hpp>

#include "net/client.h"

namespace candor::net {

/// Sends the request and reads the whole answer; blocks.
/// Errors: those of send_request(); kDataLoss  the answer is no JSON object; what the other side
/// refused, with its kind and sentence.
[[nodiscard]] Result<boost::json::object> ask_json(const Endpoint& endpoint,
                                                   const ClientRequest& request,
                                                   std::chrono::seconds timeout);

/// A POST with a JSON body.
[[nodiscard]] ClientRequest json_post(std::string target, const boost::json::object& body);

}  // namespace candor::net
