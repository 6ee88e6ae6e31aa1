// SPDX-License-Identifier: Apache-2.0
// candor-monitor: start, signals, stop. Everything else is in monitor/.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/asio.hpp>

#include "app/version.h"
#include "config/loader.h"
#include "core/log.h"
#include "monitor/api.h"
#include "monitor/records/records.h"
#include "net/server.h"

namespace candor::app {
namespace {

namespace asio = boost::asio;

// A read of a recording may wait for the other side's disk: the console's own files must not.
constexpr std::size_t kBlockingThreads = 4;

Result<config::Config> load(const std::string& path) {
  CANDOR_TRY(config::Config config, config::load_config(path));
  if (config.monitor.name.empty()) {
    return fail(ErrorKind::kInvalidArgument, path + ": candor-monitor needs the section [monitor]");
  }
  return config;
}

// The folder is the monitor's alone: it holds password hashes and the register of persons.
Result<std::unique_ptr<records::Records>> open_records(const std::string& state) {
  std::error_code code;
  std::filesystem::create_directories(state, code);
  if (!code) {
    std::filesystem::permissions(state, std::filesystem::perms::owner_all, code);
  }
  if (code) {
    return fail(error_from_errno(code.value(), state));
  }
  return records::Records::open(state + "/monitor.db");
}

std::size_t mib(std::uint64_t count) { return static_cast<std::size_t>(count) << 20; }

// Runs until SIGTERM or SIGINT.
Result<void> serve(const config::Config& config) {
  CANDOR_TRY(auto records, open_records(config.monitor.state));
  asio::io_context net_context(1);
  asio::thread_pool blocking(kBlockingThreads);
  asio::signal_set signals(net_context, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) { net_context.stop(); });

  monitor::Desk desk(std::move(records), blocking);
  monitor::Api::Hosts hosts;
  monitor::LiveHub hub(net_context.get_executor(), [&hosts](const std::string& room) {
    for (const auto& host : hosts) {
      if (host->has_room(room)) {
        return std::optional(host->socket());
      }
    }
    return std::optional<std::string>();
  });
  monitor::Api api(desk, hosts, hub, blocking,
                   {.name = config.monitor.name,
                    .version = std::string(kVersion),
                    .console = config.monitor.console,
                    .viewer_ring_bytes_max = mib(config.limits.viewer_ring_mib)});
  for (const config::HostConfig& host : config.monitor.hosts) {
    hosts.push_back(std::make_unique<monitor::HostLink>(
        host.name, host.socket, blocking,
        [&api](const monitor::HostLink& changed) { api.tell_host(changed); }));
    asio::co_spawn(net_context, hosts.back()->run(), asio::detached);
  }
  net::ServerOptions options;
  options.address = config.monitor.address;
  options.port = config.monitor.port;
  options.connections_max = config.limits.connections;
  options.body_bytes_max = config.limits.body_kib * 1024;
  CANDOR_TRY(const auto server, net::HttpServer::listen(net_context, blocking, options,
                                                        [&api](net::HttpRequest request) {
                                                          return api.handle(std::move(request));
                                                        }));
  log::info("monitor.started", {{"name", config.monitor.name},
                                {"address", config.monitor.address},
                                {"port", server->port()}});
  net_context.run();

  log::info("monitor.stopping");
  server->stop();
  net_context.restart();
  net_context.poll();
  blocking.join();
  log::info("monitor.stopped");
  return {};
}

int run(int argc, char** argv) {
  CLI::App app{"Shows rooms live and hands out recordings: docs/ARCHITECTURE.md"};
  std::string config_path = "/etc/candor/candor.toml";
  app.add_option("--config", config_path, "the configuration file")->capture_default_str();
  app.set_version_flag("--version", std::string(kVersion));
  CLI11_PARSE(app, argc, argv);
  const auto config = load(config_path);
  if (!config.has_value()) {
    std::fprintf(stderr, "candor-monitor: %s\n", config.error().message().c_str());
    return 2;
  }
  log::start("candor-monitor", config->log_level);
  const auto ended = serve(*config);
  if (!ended.has_value()) {
    std::fprintf(stderr, "candor-monitor: %s\n", ended.error().message().c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace candor::app

int main(int argc, char** argv) { return candor::app::run(argc, argv); }
