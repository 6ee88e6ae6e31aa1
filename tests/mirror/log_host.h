// SPDX-License-Identifier: Apache-2.0
// A capture host as a mirror sees it: its logs over HTTP on a real Unix socket, honest or not as
// the test says.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "evidence/checkpoint.h"
#include "evidence/entry.h"
#include "evidence/note_key.h"
#include "evidence/tiles.h"
#include "evidence/tree.h"
#include "net/json.h"
#include "net/server.h"

namespace candor::test {

inline evidence::Digest root_of(const std::vector<Bytes>& entries, std::size_t size) {
  evidence::Frontier frontier;
  for (std::size_t i = 0; i < size; ++i) {
    frontier.append(evidence::leaf_hash(entries[i]));
  }
  return frontier.root();
}

/// One log that is offered.
struct ServedLog {
  std::string room = "room-1";
  std::string origin = "rec.example/site7/room-1/1";
  std::vector<Bytes> entries;  // What its files hold.
  std::size_t size = 0;        // What it says of them.
  std::string vkey;
  std::size_t signed_size = 0;
  std::string checkpoint;

  void sign(evidence::Signer& signer, std::size_t at) {
    const evidence::Checkpoint head{
        .origin = origin, .size = at, .root = root_of(entries, at), .extensions = {}};
    checkpoint = evidence::format_note(evidence::sign_checkpoint(head, signer).value());
    vkey = evidence::format_vkey(
        {.type = evidence::KeyType::kEd25519, .name = origin, .key = signer.public_key()});
    signed_size = at;
  }
};

/// Thread: any.
class LogHost {
 public:
  explicit LogHost(std::string socket) : socket_(std::move(socket)) {
    auto listening = net::HttpServer::listen(
        context_, pool_, {.unix_socket = socket_},
        [this](net::HttpRequest request) { return handle(std::move(request)); });
    EXPECT_TRUE(listening.has_value()) << listening.error().message();
    server_ = std::move(*listening);
    thread_ = std::thread([this] { context_.run(); });
  }
  ~LogHost() {
    context_.stop();
    thread_.join();
    server_.reset();
    context_.restart();
    context_.poll();
    pool_.join();
  }
  LogHost(const LogHost&) = delete;
  LogHost& operator=(const LogHost&) = delete;
  LogHost(LogHost&&) = delete;
  LogHost& operator=(LogHost&&) = delete;

  void serve(std::vector<ServedLog> logs) {
    const std::lock_guard lock(mutex_);
    logs_ = std::move(logs);
  }
  /// From now on it answers nothing for so long.
  void stall(std::chrono::milliseconds time) {
    const std::lock_guard lock(mutex_);
    stall_ = time;
  }
  [[nodiscard]] std::uint64_t bytes_sent() {
    const std::lock_guard lock(mutex_);
    return bytes_sent_;
  }
  [[nodiscard]] net::Endpoint endpoint() const { return net::Endpoint::local(socket_); }

 private:
  net::asio::awaitable<net::HttpResponse> handle(net::HttpRequest request) {
    std::chrono::milliseconds stall{0};
    {
      const std::lock_guard lock(mutex_);
      stall = stall_;
    }
    if (stall.count() > 0) {
      boost::asio::steady_timer timer(context_, stall);
      co_await timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    }
    co_return answer(request);
  }

  net::HttpResponse answer(const net::HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    const auto& path = request.segments;
    if (path.size() == 2) {
      return list();
    }
    for (const ServedLog& log : logs_) {
      if (path.size() > 4 && path[2] == log.room) {
        return path[4] == "checkpoint" ? net::HttpResponse{.status = 200, .body = log.checkpoint}
                                       : bundle(log, request);
      }
    }
    return net::error_response(Error(ErrorKind::kNotFound, "no such log"));
  }

  net::HttpResponse list() {
    boost::json::array logs;
    for (const ServedLog& log : logs_) {
      logs.push_back(
          {{"room", log.room},
           {"epoch", 1},
           {"origin", log.origin},
           {"vkey", log.vkey.empty() ? boost::json::value() : boost::json::value(log.vkey)},
           {"size", log.size},
           {"signed_size", log.signed_size}});
    }
    return net::json_response(200, {{"logs", std::move(logs)}});
  }

  net::HttpResponse bundle(const ServedLog& log, const net::HttpRequest& request) {
    std::string name = request.segments.back();
    for (std::size_t i = request.segments.size() - 1; request.segments[i - 1] != "entries"; --i) {
      name = request.segments[i - 1] + "/" + name;
    }
    Bytes bytes;
    for (std::uint64_t i = 0; i < log.entries.size(); ++i) {
      if (evidence::tile_number(i / 256) == name) {
        evidence::append_framed(bytes, log.entries[i]);
      }
    }
    net::HttpResponse response;
    std::size_t offset = 0;
    if (const std::string range(request.header("range")); !range.empty()) {
      offset = std::stoul(range.substr(range.find('=') + 1));
      response.status = offset < bytes.size() ? 206 : 416;
    }
    response.body = std::string(as_text(bytes).substr(std::min(offset, bytes.size())));
    bytes_sent_ += response.body.size();
    return response;
  }

  const std::string socket_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
  boost::asio::thread_pool pool_{1};
  std::unique_ptr<net::HttpServer> server_;
  std::thread thread_;
  std::mutex mutex_;
  std::vector<ServedLog> logs_;
  std::chrono::milliseconds stall_{0};
  std::uint64_t bytes_sent_ = 0;
};

}  // namespace candor::test
