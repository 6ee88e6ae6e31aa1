// SPDX-License-Identifier: Apache-2.0
// A page that does not read must cost nothing for long.
#include "monitor/live_session.h"

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace candor::monitor {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// A peer that sends nothing and takes nothing.
class StuckSocket final : public net::WebSocket {
 public:
  explicit StuckSocket(asio::io_context& context) : never_(context) {
    never_.expires_at(asio::steady_timer::time_point::max());
  }
  asio::awaitable<Result<net::WebSocketMessage>> read() override {
    co_await wait();
    co_return fail(ErrorKind::kUnavailable, "closed");
  }
  asio::awaitable<Result<void>> write_text(std::string /*text*/) override {
    co_await wait();
    co_return fail(ErrorKind::kUnavailable, "closed");
  }
  asio::awaitable<Result<void>> write_binary(ByteView /*head*/, ByteView /*body*/) override {
    co_await wait();
    co_return fail(ErrorKind::kUnavailable, "closed");
  }
  void cancel() override {
    is_cancelled = true;
    never_.cancel();
  }

  bool is_cancelled = false;

 private:
  asio::awaitable<void> wait() {
    if (!is_cancelled) {
      co_await never_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
  asio::steady_timer never_;
};

class LiveSessionTest : public testing::Test {
 protected:
  void serve(std::chrono::milliseconds write_max) {
    LiveSession::Options options;
    options.viewer_name = "alice";
    options.waiting_max = 100;
    options.write_max = write_max;
    session_.emplace(hub_, socket_, context_.get_executor(), std::move(options));
    asio::co_spawn(context_, session_->serve(),
                   [this](const std::exception_ptr&) { has_ended_ = true; });
  }
  void tell(int messages) {
    for (int i = 0; i < messages; ++i) {
      session_->tell({{"type", "away"}, {"host", "host-1"}});
    }
  }

  asio::io_context context_{1};
  LiveHub hub_{context_.get_executor(), [](const auto&) { return std::nullopt; }};
  std::shared_ptr<StuckSocket> socket_ = std::make_shared<StuckSocket>(context_);
  std::optional<LiveSession> session_;
  bool has_ended_ = false;
};

TEST_F(LiveSessionTest, APageThatLeavesTooMuchUnreadIsEnded) {
  serve(1h);
  tell(1);
  context_.poll();
  tell(100);
  context_.poll();
  EXPECT_FALSE(has_ended_);  // One is being written, a hundred wait.

  tell(1);
  context_.poll();

  EXPECT_TRUE(has_ended_);
}

TEST_F(LiveSessionTest, APageThatTakesNothingForTooLongIsEnded) {
  serve(20ms);
  tell(1);

  context_.run_for(10s);

  EXPECT_TRUE(has_ended_);
}

TEST_F(LiveSessionTest, APageThatIsOnlyQuietIsNot) {
  serve(20ms);

  context_.run_for(100ms);

  EXPECT_FALSE(socket_->is_cancelled);
  socket_->cancel();
  context_.poll();
  EXPECT_TRUE(has_ended_);
}

}  // namespace
}  // namespace candor::monitor
