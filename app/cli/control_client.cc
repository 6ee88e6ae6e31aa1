// SPDX-License-Identifier: Apache-2.0
#include "app/cli/control_client.h"

#include <chrono>
#include <cstddef>
#include <string_view>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "net/client.h"
#include "net/json.h"

namespace candor::app::cli {
namespace {

constexpr std::chrono::seconds kTimeout{15};
constexpr std::size_t kAnswerBytesMax = std::size_t{16} << 20;
constexpr unsigned kFirstErrorStatus = 400;

ErrorKind kind_of(std::string_view word) {
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::kInternal); ++kind) {
    if (to_string(static_cast<ErrorKind>(kind)) == word) {
      return static_cast<ErrorKind>(kind);
    }
  }
  return ErrorKind::kInternal;
}

// The error that the other side put into its answer.
Error error_of(unsigned status, const boost::json::object& answer) {
  const boost::json::value* error = answer.if_contains("error");
  if (error != nullptr && error->is_object()) {
    const auto kind = net::text_field(error->get_object(), "kind");
    const auto message = net::text_field(error->get_object(), "message");
    if (kind.has_value() && message.has_value()) {
      return {kind_of(*kind), *message};
    }
  }
  return {ErrorKind::kInternal, fmt::format("candor-capture answered with status {}", status)};
}

Result<boost::json::object> exchange(const std::string& socket, const net::ClientRequest& request) {
  CANDOR_TRY(const auto response, net::send_request(socket, request, kTimeout));
  CANDOR_TRY(const std::string body, response->read_all(kAnswerBytesMax));
  CANDOR_TRY(boost::json::object answer, net::parse_object(body));
  if (response->status() >= kFirstErrorStatus) {
    return fail(error_of(response->status(), answer));
  }
  return answer;
}

}  // namespace

Result<boost::json::object> ControlClient::get(
    const std::string& path, const std::vector<std::pair<std::string, std::string>>& query) {
  std::string target = path;
  for (const auto& [name, value] : query) {
    if (!value.empty()) {
      target += (target.find('?') == std::string::npos ? "?" : "&") + name + "=" +
                net::encode_parameter(value);
    }
  }
  return exchange(socket_, {.method = "GET", .target = target});
}

Result<boost::json::object> ControlClient::post(const std::string& path,
                                                const boost::json::object& body) {
  return exchange(socket_, {.method = "POST",
                            .target = path,
                            .headers = {{"Content-Type", "application/json"}},
                            .body = boost::json::serialize(body)});
}

}  // namespace candor::app::cli
