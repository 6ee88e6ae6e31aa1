// SPDX-License-Identifier: Apache-2.0
// candor-capture: start, signals, stop in the order of the flow. Everything else is in app/capture.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <malloc.h>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/asio.hpp>

#include "app/capture/control_api.h"
#include "app/capture/host.h"
#include "app/capture/network_link.h"
#include "app/capture/notary/office.h"
#include "app/capture/plan.h"
#include "app/capture/time/time_plan.h"
#include "app/service/heartbeat.h"
#include "app/service/notifier.h"
#include "app/version.h"
#include "config/loader.h"
#include "core/log.h"
#include "evidence/digest.h"
#include "net/server.h"
#include "storage/write/index_follower.h"
#include "storage/write/state_lock.h"

namespace candor::app {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kBlockingThreads = 2;
// A hundred source threads need no hundred heaps: memory stays where it can be used again.
constexpr int kHeaps = 2;
// serve(): a room's log begins a new epoch, with a new start (docs/decisions/0015).
constexpr int kServeAgain = -1;

Result<config::Config> load(const std::string& path) {
  CANDOR_TRY(config::Config config, config::load_config(path));
  if (config.capture.host.empty() || config.volumes.empty()) {
    return fail(ErrorKind::kInvalidArgument,
                path + ": candor-capture needs the sections [capture] and [[volume]]");
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  config.digest = to_hex(evidence::sha256(as_bytes(text)));
  return config;
}

// The net thread and the pool. Coroutines refer to the host and to the pool: they end before both.
struct Threads {
  asio::thread_pool blocking{kBlockingThreads};
  std::unique_ptr<asio::io_context> net = std::make_unique<asio::io_context>(1);

  void stop() {
    net->restart();
    net->poll();
    blocking.join();
    net.reset();
  }
};

Result<std::unique_ptr<net::HttpServer>> listen(const config::Config& config, Threads& threads,
                                                ControlApi& api) {
  net::ServerOptions options;
  options.unix_socket = config.capture.socket;
  options.connections_max = config.limits.connections;
  options.body_bytes_max = config.limits.body_kib * 1024;
  auto listening = net::HttpServer::listen(
      *threads.net, threads.blocking, options,
      [&api](net::HttpRequest request) { return api.handle(std::move(request)); });
  return with_context(std::move(listening), config.capture.socket_at);
}

// Asked each second. A round takes as long as the slowest volume that is not given up yet.
class RecorderMakesRounds {
 public:
  explicit RecorderMakesRounds(const CaptureHost& host) : host_(&host) {}
  bool operator()() {
    const std::uint64_t rounds = host_->recorder_status().rounds;
    return std::exchange(rounds_, rounds) != rounds;
  }

 private:
  const CaptureHost* host_;
  std::uint64_t rounds_ = 0;
};

// Until SIGTERM, SIGINT or a fatal error of the recorder, which stops the io_context itself.
void run_until_stopped(asio::io_context& net) {
  asio::signal_set signals(net, SIGTERM, SIGINT);
  signals.async_wait([&net](const boost::system::error_code&, int) { net.stop(); });
  net.run();
}

// A new epoch needs a new start. Logs that are broken together begin theirs together, and who makes
// them break again and again does not keep the host from recording.
class NewEpochs {
 public:
  using Clock = std::chrono::steady_clock;

  explicit NewEpochs(bool is_first_start)
      : not_before_(Clock::now() + (is_first_start ? std::chrono::seconds(0) : kApart)) {}

  // Thread: any. `start_anew` is called on the net thread.
  void ask(asio::io_context& net, std::function<void()> start_anew) {
    asio::post(net, [this, &net, start_anew = std::move(start_anew)] {
      auto timer =
          std::make_shared<asio::steady_timer>(net, std::max(Clock::now() + kGather, not_before_));
      timer->async_wait([timer, start_anew](const boost::system::error_code& code) {
        if (!code) {
          start_anew();
        }
      });
    });
  }

 private:
  static constexpr std::chrono::seconds kGather{2};
  static constexpr std::chrono::seconds kApart{30};
  const Clock::time_point not_before_;
};

// Each room's log goes on in the epoch it is in.
Result<void> read_epochs_of(HostPlan& plan) {
  CANDOR_TRY(Epochs epochs, read_epochs(plan.state_folder, volume_roots(plan)));
  for (RoomPlan& room : plan.rooms) {
    room.epoch = std::move(epochs[room.options.room]);
  }
  return {};
}

struct EvidencePlans {
  OfficePlan office;
  TimePlan time;
};

Result<EvidencePlans> make_evidence_plans(const config::Config& config) {
  CANDOR_TRY(OfficePlan office, make_office_plan(config));
  CANDOR_TRY(TimePlan time, make_time_plan(config));
  return EvidencePlans{.office = std::move(office), .time = std::move(time)};
}

struct Start {
  const Clock& clock;  // Outlives serve(): a thread that a disk does not give back may, too.
  bool is_first = true;
};

// Returns the exit code, or kServeAgain.
Result<int> serve(const config::Config& config, const EvidencePlans& plans, const Start& start) {
  const Clock& clock = start.clock;
  CANDOR_TRY(const storage::StateLock lock,
             with_context(storage::StateLock::take(config.capture.state), config.capture.state_at));
  const std::string index_path = config.capture.state + "/index.db";
  int exit_code = 0;
  Threads threads;
  HostPlan plan = make_plan(config, clock);
  CANDOR_CHECK(read_epochs_of(plan));
  NotaryOffice office(plans.office);
  office.connect(plan.recorder);
  plan.recorder.on_fatal = [&](const Error&) {
    asio::post(*threads.net, [&] {
      exit_code = 1;
      threads.net->stop();
    });
  };
  CANDOR_TRY(const auto index,
             storage::IndexFollower::open(
                 {.volume_roots = volume_roots(plan), .index_path = index_path}, clock));
  CANDOR_TRY(const auto host, CaptureHost::start(std::move(plan), clock, *index));
  NewEpochs new_epochs(start.is_first);
  office.start(host->volumes(), clock,
               {.note =
                    [&](const std::string& room, std::string event, std::string detail) {
                      host->note_event(room,
                                       {.event = std::move(event), .detail = std::move(detail)});
                    },
                .on_new_epoch =
                    [&] {
                      new_epochs.ask(*threads.net, [&] {
                        exit_code = kServeAgain;
                        threads.net->stop();
                      });
                    }});
  const std::unique_ptr<ClockWatch> clock_watch = start_clock_watch(plans.time, *host);
  CANDOR_TRY(const std::unique_ptr<Stamper> stamper,
             start_stamper(plans.time, *host, office, clock));
  ControlApi api(
      *host, *index, office, threads.blocking,
      {.index_path = index_path,
       .feed_ring_bytes_max = static_cast<std::size_t>(config.limits.feed_ring_mib) << 20,
       .stamper = stamper.get()});
  CANDOR_TRY(auto server, listen(config, threads, api));
  const auto handle = [&api](net::HttpRequest request) { return api.handle(std::move(request)); };
  CANDOR_TRY(auto network, NetworkLink::open(config, *threads.net, threads.blocking, handle));
  log::info("capture.started", {{"host", config.capture.host},
                                {"rooms", config.rooms.size()},
                                {"socket", config.capture.socket}});
  {
    const Heartbeat heartbeat(*threads.net, ServiceNotifier::from_environment(),
                              RecorderMakesRounds(*host));
    run_until_stopped(*threads.net);
  }
  log::info("capture.stopping");
  clock_watch->stop();
  host->stop();
  if (stamper != nullptr) {
    stamper->stop();  // After the recorder, which tells it what is durable.
  }
  office.stop();
  index->stop();
  server.reset();
  network.reset();
  threads.stop();
  log::info("capture.stopped");
  return exit_code;
}

int run(int argc, char** argv) {
  CLI::App app{"Records the rooms of this host: docs/ARCHITECTURE.md"};
  std::string config_path = "/etc/candor/candor.toml";
  app.add_option("--config", config_path, "the configuration file")->capture_default_str();
  app.set_version_flag("--version", std::string(kVersion));
  CLI11_PARSE(app, argc, argv);
  ::mallopt(M_ARENA_MAX, kHeaps);
  const auto config = load(config_path);
  if (!config.has_value()) {
    std::fprintf(stderr, "candor-capture: %s\n", config.error().message().c_str());
    return 2;
  }
  log::start("candor-capture", config->log_level);
  const auto plans = make_evidence_plans(*config);
  if (!plans.has_value()) {
    std::fprintf(stderr, "candor-capture: %s\n", plans.error().message().c_str());
    return 2;
  }
  static const SystemClock kClock;
  Result<int> ended = serve(*config, *plans, {.clock = kClock});
  while (ended.has_value() && *ended == kServeAgain) {
    log::warn("capture.starts-anew", {{"why", "a room's log begins a new epoch"}});
    ended = serve(*config, *plans, {.clock = kClock, .is_first = false});
  }
  if (!ended.has_value()) {
    std::fprintf(stderr, "candor-capture: %s\n", ended.error().message().c_str());
    return 1;
  }
  return *ended;
}

}  // namespace
}  // namespace candor::app

int main(int argc, char** argv) { return candor::app::run(argc, argv); }
