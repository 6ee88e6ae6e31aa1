// SPDX-License-Identifier: Apache-2.0
#include "net/fresh_credentials.h"

#include <boost/asio.hpp>

#include "core/log.h"
#include "net/run_blocking.h"

namespace candor::net {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::hours kWarnBefore{24 * 14};
constexpr std::chrono::hours kWarnInterval{24};

// The log of one program's credentials: a fault is told once, an end that is near once a day.
class Told {
 public:
  void reloaded(const Result<bool>& result) {
    if (result.has_value() && *result) {
      log::info("link.credentials-read");
    } else if (!result.has_value() && result.error().message() != fault_) {
      log::warn("link.credentials-refused",
                {{"error", result.error().message()}, {"in_use", "those before"}});
    }
    fault_ = result.has_value() ? "" : result.error().message();
  }
  void good_until(UtcTime until) {
    const UtcTime now = SystemClock().utc();
    if (until - now < kWarnBefore && now - warned_ > kWarnInterval) {
      log::warn("link.credentials-expire",
                {{"at", to_rfc3339(until)}, {"do", "enrol again and install the newest list"}});
      warned_ = now;
    }
  }

 private:
  std::string fault_;
  UtcTime warned_;
};

}  // namespace

asio::awaitable<void> keep_credentials_fresh(std::shared_ptr<pki::Credentials> credentials,
                                             asio::thread_pool& blocking,
                                             std::function<void()> each_time,
                                             std::chrono::milliseconds interval) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  Told told;
  for (;;) {
    told.good_until(credentials->good_until());
    timer.expires_after(interval);
    co_await timer.async_wait(asio::use_awaitable);
    const auto reload = [credentials] { return credentials->reload(); };
    auto reloading = run_blocking(blocking.get_executor(), reload);
    const Result<bool> result = co_await std::move(reloading);
    told.reloaded(result);
    each_time();
  }
}

}  // namespace candor::net
