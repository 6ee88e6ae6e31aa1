// SPDX-License-Identifier: Apache-2.0
// A whole monitor on a free port with real records, and the capture hosts it is linked to.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "monitor/alarms/book.h"
#include "monitor/api.h"
#include "net/server.h"
#include "tests/monitor/browser.h"
#include "tests/monitor/capture_host.h"
#include "tests/support/temp_folder.h"

namespace candor::test {

namespace asio = boost::asio;

/// Accounts: one of each role, called as the role.
class MonitoredTest : public testing::Test {
 protected:
  static constexpr const char* kPassword = "correct horse battery";

  explicit MonitoredTest(int hosts = 1)
      : work_(context_->get_executor()),
        desk_(open_records(), pool_),
        hub_(
            context_->get_executor(), [this](const auto& room) { return endpoint_of(room); }, {},
            std::chrono::milliseconds(100)),
        api_(desk_, links_, hub_, pool_,
             {.name = "monitor-1",
              .version = "1.2.3",
              .console = folder_ / "console",
              .viewer_ring_bytes_max = std::size_t{1} << 20,
              .login_check_interval = std::chrono::milliseconds(20),
              .alarms = [this] { return book_.json(); }}) {
    for (int i = 1; i <= hosts; ++i) {
      add_host(fmt::format("host-{}", i));
    }
  }

  ~MonitoredTest() override { stop(); }

  void SetUp() override {
    thread_ = std::thread([this] { context_->run(); });
    for (const auto& host : hosts_) {
      host->start();
    }
    auto listening = net::HttpServer::listen(
        *context_, pool_, {.address = "127.0.0.1"},
        [this](net::HttpRequest request) { return api_.handle(std::move(request)); });
    ASSERT_TRUE(listening.has_value()) << listening.error().message();
    server_ = *std::move(listening);
    for (const auto& link : links_) {
      asio::co_spawn(*context_, link->run(), asio::detached);
    }
    for (const auto& host : hosts_) {
      wait_until(host->name(), true);
    }
  }

  /// In the order of app/monitor_main.cc, with whatever is open.
  void stop() {
    if (context_ == nullptr) {
      return;
    }
    context_->stop();
    if (thread_.joinable()) {
      thread_.join();
    }
    server_.reset();
    hub_.stop();
    for (const auto& host : hosts_) {
      host->end();
    }
    context_->restart();
    work_.reset();
    context_->poll();
    pool_.join();
    context_.reset();
  }

  Browser logged_in(const std::string& account = "supervisor") {
    Browser browser(server_->port());
    EXPECT_EQ(browser.login(account).status, 200U);
    return browser;
  }
  /// Says why for a room, or for a session's id.
  static void state_reason(const Browser& browser, const std::string& target) {
    const bool is_room = target.size() < 36;
    const auto answer = browser.post(
        "/api/viewings", {{is_room ? "room" : "session", target}, {"reason", "supervision"}});
    EXPECT_EQ(answer.status, 201U) << answer.body;
  }

  /// Waits until the monitor sees the host come or go.
  void wait_until(const std::string& host, bool is_connected) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      return connected_[host] == is_connected;
    })) << host;
  }

  CaptureHost& host(std::size_t number = 1) { return *hosts_.at(number - 1); }

  /// Another program on the same database, as `candor user` is.
  std::unique_ptr<records::Records> open_records() {
    auto records =
        records::Records::open(folder_ / "monitor.db", {.memory_kib = 8, .passes = 1}).value();
    if (records->accounts.list()->empty()) {
      for (const auto role : kRoles) {
        EXPECT_TRUE(records->accounts
                        .add(std::string(to_string(role)), role, kPassword, SystemClock().utc())
                        .has_value());
      }
    }
    return records;
  }

  static constexpr std::array kRoles = {records::Role::kSupervisor, records::Role::kInvestigator,
                                        records::Role::kCustodian, records::Role::kTechnician,
                                        records::Role::kAdministrator};

 private:
  void add_host(const std::string& name) {
    const std::string socket = folder_ / (name + ".sock");
    hosts_.push_back(std::make_unique<CaptureHost>(*context_, host_pool_, name, socket));
    const auto on_change = [this](const monitor::HostLink& link) {
      api_.tell_host(link);
      const std::lock_guard lock(mutex_);
      connected_[link.name()] = link.is_connected();
      changed_.notify_all();
    };
    links_.push_back(std::make_unique<monitor::HostLink>(name, net::Endpoint::local(socket), pool_,
                                                         on_change, std::chrono::milliseconds(20)));
  }
  std::optional<net::Endpoint> endpoint_of(const std::string& room) {
    for (const auto& link : links_) {
      if (link->has_room(room)) {
        return link->endpoint();
      }
    }
    return std::nullopt;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, bool> connected_;

 protected:
  TempFolder folder_;
  std::unique_ptr<asio::io_context> context_ = std::make_unique<asio::io_context>(1);
  std::thread thread_;

 private:
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::thread_pool pool_{2};
  asio::thread_pool host_pool_{1};
  std::vector<std::unique_ptr<CaptureHost>> hosts_;
  monitor::Desk desk_;

 protected:
  alarms::AlarmBook book_;  // On the context's thread.

 private:
  monitor::Api::Hosts links_;
  monitor::LiveHub hub_;
  monitor::Api api_;

 protected:
  std::unique_ptr<net::HttpServer> server_;
};

class TwoHostsTest : public MonitoredTest {
 protected:
  TwoHostsTest() : MonitoredTest(2) {}
};

}  // namespace candor::test
