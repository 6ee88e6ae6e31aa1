// SPDX-License-Identifier: Apache-2.0
#include "monitor/hello.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "net/json.h"
#include "net/json_client.h"
#include "net/link_version.h"

namespace candor::monitor {

Result<void> check_hello(const boost::json::object& hello) {
  const auto program = net::text_field(hello, "program");
  const boost::json::value* link = hello.if_contains("link");
  if (!program.has_value() || *program != "candor-capture" || link == nullptr ||
      !link->is_int64()) {
    return fail(ErrorKind::kDataLoss, "it is no candor-capture");
  }
  if (link->get_int64() > net::kLinkVersion) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("it speaks version {} of the link, this monitor understands {}; "
                            "update candor-monitor first",
                            link->get_int64(), net::kLinkVersion));
  }
  return {};
}

Result<void> say_hello(const net::Endpoint& endpoint, std::chrono::seconds timeout) {
  net::ClientRequest request;
  request.target = "/v1/hello";
  CANDOR_TRY(const boost::json::object hello, net::ask_json(endpoint, request, timeout));
  return with_context(check_hello(hello), endpoint.text());
}

}  // namespace candor::monitor
