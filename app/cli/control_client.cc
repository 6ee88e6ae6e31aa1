// SPDX-License-Identifier: Apache-2.0
#include "app/cli/control_client.h"

#include <chrono>

#include "net/json_client.h"

namespace candor::app::cli {
namespace {

constexpr std::chrono::seconds kTimeout{15};

}  // namespace

Result<boost::json::object> ControlClient::get(
    const std::string& path, const std::vector<std::pair<std::string, std::string>>& query) {
  net::ClientRequest request;
  request.target = path;
  for (const auto& [name, value] : query) {
    if (!value.empty()) {
      request.target += (request.target.find('?') == std::string::npos ? "?" : "&") + name + "=" +
                        net::encode_parameter(value);
    }
  }
  return net::ask_json(net::Endpoint::local(socket_), request, kTimeout);
}

Result<boost::json::object> ControlClient::post(const std::string& path,
                                                const boost::json::object& body) {
  return net::ask_json(net::Endpoint::local(socket_), net::json_post(path, body), kTimeout);
}

}  // namespace candor::app::cli
