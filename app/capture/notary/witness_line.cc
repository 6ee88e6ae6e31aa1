// SPDX-License-Identifier: Apache-2.0
#include "app/capture/notary/witness_line.h"

#include <chrono>

#include "evidence/witness_request.h"
#include "net/client.h"

namespace candor::app {
namespace {

// Of each step of a request. A witness that takes longer is asked again later.
constexpr std::chrono::seconds kTimeout{3};

}  // namespace

HttpWitnessLine::HttpWitnessLine(const WitnessSpec& witness)
    : endpoint_{.host = witness.host, .port = witness.port}, path_(witness.path) {}

Result<WitnessAnswer> HttpWitnessLine::get(const std::string& path) { return ask("GET", path, ""); }

Result<WitnessAnswer> HttpWitnessLine::post(const std::string& path, const std::string& body) {
  return ask("POST", path, body);
}

Result<WitnessAnswer> HttpWitnessLine::ask(const std::string& method, const std::string& path,
                                           const std::string& body) {
  CANDOR_TRY(const auto response,
             net::send_request(
                 endpoint_, {.method = method, .target = path_ + path, .headers = {}, .body = body},
                 kTimeout));
  WitnessAnswer answer{
      .status = response->status(), .content_type = response->header("Content-Type"), .body = {}};
  CANDOR_TRY(answer.body, response->read_all(evidence::kWitnessRequestBytesMax));
  return answer;
}

}  // namespace candor::app
