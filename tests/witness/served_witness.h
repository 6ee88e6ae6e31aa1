// SPDX-License-Identifier: Apache-2.0
// A witness behind real HTTP on a socket of its own, with its memory on disk, and what a log and a
// person do with it.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "monitor/witness/witness.h"
#include "net/client.h"
#include "net/server.h"
#include "tests/support/temp_folder.h"
#include "tests/witness/shown_log.h"

namespace candor::test {

namespace asio = boost::asio;

inline constexpr const char* kWitnessName = "supervision.example/w1";

struct Reply {
  unsigned status = 0;
  std::string type;
  std::string body;
};

class ServedWitness : public testing::Test {
 protected:
  ServedWitness() { start(); }
  ~ServedWitness() override { stop(); }

  void start() {
    context_ = std::make_unique<asio::io_context>(1);
    pool_ = std::make_unique<asio::thread_pool>(2);
    auto cosigner = witness::Cosigner::open_in(state(), kWitnessName, clock_.utc());
    ASSERT_TRUE(cosigner.has_value()) << cosigner.error().message();
    witness_ = std::make_unique<witness::Witness>(*std::move(cosigner), *pool_, clock_);
    auto served = net::HttpServer::listen(
        *context_, *pool_, {.unix_socket = socket()},
        [this](net::HttpRequest request) { return witness_->handle(std::move(request)); });
    ASSERT_TRUE(served.has_value()) << served.error().message();
    server_ = *std::move(served);
    asio::co_spawn(*context_, witness_->run(),
                   [](const std::exception_ptr& problem) { EXPECT_EQ(problem, nullptr); });
    thread_ = std::thread([this] { context_->run(); });
  }

  void stop() {
    context_->stop();
    thread_.join();
    server_.reset();
    context_->restart();
    context_->poll();
    pool_->join();
    context_.reset();
    witness_.reset();
  }

  [[nodiscard]] std::string state() const { return folder_ / "state"; }
  [[nodiscard]] std::string socket() const { return folder_ / "http.sock"; }

  /// As `candor witness` does, from another connection to the memory.
  std::unique_ptr<records::WitnessRecords> open_records() const {
    return records::WitnessRecords::open_in(state()).value();
  }
  void enrol(const ShownLog& log) const {
    const auto done =
        open_records()->logs.enrol(log.origin(), log.vkey(), {.name = "anna", .at = clock_.utc()});
    ASSERT_TRUE(done.has_value()) << done.error().message();
  }
  [[nodiscard]] std::vector<records::Refused> refusals(const ShownLog& log) const {
    return open_records()->offers.refusals(log.origin()).value();
  }

  Reply send(const std::string& method, const std::string& target, std::string body = "") const {
    net::ClientRequest request;
    request.method = method;
    request.target = target;
    request.body = std::move(body);
    auto answer =
        net::send_request(net::Endpoint::local(socket()), request, std::chrono::seconds(10));
    if (!answer.has_value()) {
      return {.status = 0, .type = "", .body = answer.error().message()};
    }
    return {.status = (*answer)->status(),
            .type = (*answer)->header("content-type"),
            .body = (*answer)->read_all(std::size_t{1} << 20).value_or("")};
  }
  Reply offer(const std::string& body) const {
    return send("POST", "/witness/add-checkpoint", body);
  }
  /// "200", or "409 20" with the size that the witness told.
  std::string verdict(const std::string& body) const {
    const Reply reply = offer(body);
    const bool tells_size = reply.type == "text/x.tlog.size" && reply.body.ends_with('\n');
    return std::to_string(reply.status) +
           (tells_size ? " " + reply.body.substr(0, reply.body.size() - 1) : "");
  }

  // The pool reads it; the tests that step it do so before they ask.
  SystemClock clock_;
  TempFolder folder_;
  std::unique_ptr<witness::Witness> witness_;

 private:
  std::unique_ptr<asio::io_context> context_;
  std::unique_ptr<asio::thread_pool> pool_;
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
};

}  // namespace candor::test
