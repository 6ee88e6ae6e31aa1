// SPDX-License-Identifier: Apache-2.0
#include "net/json_client.h"

#include <string_view>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "net/json.h"

namespace candor::net {
namespace {

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
    const auto kind = text_field(error->get_object(), "kind");
    const auto message = text_field(error->get_object(), "message");
    if (kind.has_value() && message.has_value()) {
      return {kind_of(*kind), *message};
    }
  }
  return {ErrorKind::kInternal, fmt::format("candor-capture answered with status {}", status)};
}

}  // namespace

Result<boost::json::object> ask_json(const Endpoint& endpoint, const ClientRequest& request,
                                     std::chrono::seconds timeout) {
  CANDOR_TRY(const auto response, send_request(endpoint, request, timeout));
  CANDOR_TRY(const std::string body, response->read_all(kAnswerBytesMax));
  Result<boost::json::object> answer = parse_object(body);
  if (!answer.has_value()) {
    return fail(ErrorKind::kDataLoss,
                fmt::format("{}: the answer to {} is not JSON", endpoint.text(), request.target));
  }
  if (response->status() >= kFirstErrorStatus) {
    return fail(error_of(response->status(), *answer));
  }
  return answer;
}

ClientRequest json_post(std::string target, const boost::json::object& body) {
  return {.method = "POST",
          .target = std::move(target),
          .headers = {{"Content-Type", "application/json"}},
          .body = boost::json::serialize(body)};
}

}  // namespace candor::net
