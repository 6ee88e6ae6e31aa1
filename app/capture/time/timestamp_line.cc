// SPDX-License-Identifier: Apache-2.0
#include "app/capture/time/timestamp_line.h"

#include <array>
#include <string_view>

#include "net/client.h"

namespace candor::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kQueryType = "application/timestamp-query";
constexpr std::string_view kReplyType = "application/timestamp-reply";
constexpr unsigned kOk = 200;
constexpr std::size_t kBlockBytes = 4096;

// Each read has a limit of its own, and so have all of them together.
Result<Bytes> read_body(net::ClientResponse& response, const std::string& from,
                        Clock::time_point until) {
  Bytes body;
  std::array<std::uint8_t, kBlockBytes> block{};
  while (true) {
    CANDOR_TRY(const std::size_t got, response.read(block));
    if (got == 0) {
      return body;
    }
    body.insert(body.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got));
    if (body.size() > evidence::kTimestampReplyBytesMax) {
      return fail(ErrorKind::kResourceExhausted, from + ": the answer is too long");
    }
    if (Clock::now() > until) {
      return fail(ErrorKind::kDeadlineExceeded, from + ": the answer comes too slowly");
    }
  }
}

}  // namespace

HttpTimestampLine::HttpTimestampLine(const AuthoritySpec& authority, std::chrono::seconds limit)
    : host_(authority.host), port_(authority.port), target_(authority.target), limit_(limit) {}

Result<Bytes> HttpTimestampLine::ask(const Bytes& query) {
  const net::Endpoint endpoint{.host = host_, .port = port_};
  const net::ClientRequest request{
      .method = "POST",
      .target = target_,
      .headers = {{"Content-Type", std::string(kQueryType)}, {"Accept", std::string(kReplyType)}},
      .body = std::string(as_text(query))};
  const auto until = Clock::now() + limit_;
  CANDOR_TRY(const auto response, net::send_request(endpoint, request, limit_));
  if (response->status() != kOk) {
    return fail(ErrorKind::kUnavailable,
                endpoint.text() + ": answers " + std::to_string(response->status()));
  }
  if (!response->header("Content-Type").starts_with(kReplyType)) {
    return fail(ErrorKind::kDataLoss, endpoint.text() + ": answers no time stamp");
  }
  return read_body(*response, endpoint.text(), until);
}

}  // namespace candor::app
