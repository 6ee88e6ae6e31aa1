// SPDX-License-Identifier: Apache-2.0
// candor-capture: start, signals, stop in the order of the flow. Everything else is in app/capture.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <malloc.h>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/asio.hpp>

#include "app/capture/control_api.h"
#include "app/capture/host.h"
#include "app/capture/plan.h"
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

Result<config::Config> load(const std::string& path) {
  CANDOR_TRY(config::Config config, config::load_config(path));
  if (config.capture.host.empty() || config.volume.path.empty()) {
    return fail(ErrorKind::kInvalidArgument,
                path + ": candor-capture needs the sections [capture] and [[volume]]");
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  config.digest = to_hex(evidence::sha256(as_bytes(text)));
  return config;
}

// Runs until SIGTERM, SIGINT or a fatal error of the recorder. Returns the exit code.
Result<int> serve(const config::Config& config) {
  const SystemClock clock;
  CANDOR_TRY(const auto lock, storage::StateLock::take(config.capture.state));
  CANDOR_TRY(const auto volume_lock, storage::StateLock::take_volume(config.volume.path));
  const std::string index_path = config.capture.state + "/index.db";
  asio::io_context net_context(1);
  asio::thread_pool blocking(kBlockingThreads);
  asio::signal_set signals(net_context, SIGTERM, SIGINT);
  int exit_code = 0;
  signals.async_wait([&](const boost::system::error_code&, int) { net_context.stop(); });

  HostPlan plan = make_plan(config, clock);
  plan.recorder.on_fatal = [&](const Error&) {
    asio::post(net_context, [&] {
      exit_code = 1;
      net_context.stop();
    });
  };
  CANDOR_TRY(const auto index,
             storage::IndexFollower::open(
                 {.volume_root = config.volume.path, .index_path = index_path}, clock));
  CANDOR_TRY(const auto host, CaptureHost::start(std::move(plan), clock, *index));
  ControlApi api(
      *host, *index, blocking,
      {.index_path = index_path,
       .feed_ring_bytes_max = static_cast<std::size_t>(config.limits.feed_ring_mib) << 20});
  net::ServerOptions options;
  options.unix_socket = config.capture.socket;
  options.connections_max = config.limits.connections;
  options.body_bytes_max = config.limits.body_kib * 1024;
  CANDOR_TRY(const auto server, net::HttpServer::listen(net_context, blocking, options,
                                                        [&api](net::HttpRequest request) {
                                                          return api.handle(std::move(request));
                                                        }));
  log::info("capture.started", {{"host", config.capture.host},
                                {"rooms", config.rooms.size()},
                                {"socket", config.capture.socket}});
  net_context.run();

  log::info("capture.stopping");
  host->stop();
  index->stop();
  server->stop();
  net_context.restart();
  net_context.poll();
  blocking.join();
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
  const auto ended = serve(*config);
  if (!ended.has_value()) {
    std::fprintf(stderr, "candor-capture: %s\n", ended.error().message().c_str());
    return 1;
  }
  return *ended;
}

}  // namespace
}  // namespace candor::app

int main(int argc, char** argv) { return candor::app::run(argc, argv); }
