// SPDX-License-Identifier: Apache-2.0
// candor-monitor: start, signals, stop. Everything else is in monitor/.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <boost/asio.hpp>

#include "app/service/heartbeat.h"
#include "app/service/notifier.h"
#include "app/version.h"
#include "config/loader.h"
#include "core/log.h"
#include "monitor/alarms/book.h"
#include "monitor/alarms/hook.h"
#include "monitor/api.h"
#include "monitor/host_alarms.h"
#include "monitor/host_endpoint.h"
#include "monitor/mirror/mirrors.h"
#include "monitor/records/records.h"
#include "monitor/witness/witness.h"
#include "monitor/witnessed_heads.h"
#include "net/fresh_credentials.h"
#include "net/server.h"

namespace candor::app {
namespace {

namespace asio = boost::asio;

// A read of a recording may wait for the other side's disk: the console's own files must not. The
// questions for each host's status have a thread more, and so have the witness and the program for
// alarms.
constexpr std::size_t kBlockingThreads = 6;

Result<config::Config> load(const std::string& path) {
  CANDOR_TRY(config::Config config, config::load_config(path));
  if (config.monitor.name.empty()) {
    return fail(ErrorKind::kInvalidArgument, path + ": candor-monitor needs the section [monitor]");
  }
  return config;
}

std::string program_beside_this(const std::string& name) {
  std::error_code code;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", code);
  return code ? name : (self.parent_path() / name).string();
}

// A program for alarms that cannot run would be missed when it is needed.
Result<void> check_hook(const config::MonitorConfig& monitor) {
  if (!monitor.alarm_hook.empty() && ::access(monitor.alarm_hook.c_str(), X_OK) != 0) {
    return fail(error_from_errno(errno, monitor.alarm_hook).within(monitor.alarm_hook_at));
  }
  return {};
}

std::size_t mib(std::uint64_t count) { return static_cast<std::size_t>(count) << 20; }

// The monitor and the threads it runs on. Coroutines refer to all its parts and live in the
// io_context, those that wait for the pool excepted: so the pool ends first, then the io_context
// with them, then the rest.
class Monitor {
 public:
  // `cosigner` is null without a witness.
  Monitor(const config::Config& config, std::unique_ptr<records::Records> records,
          std::shared_ptr<pki::Credentials> credentials,
          std::unique_ptr<witness::Cosigner> cosigner, mirror::FindWitnessed witnessed)
      : credentials_(std::move(credentials)),
        mirrors_(
            {.folder = config.monitor.state + "/mirror", .session_max = config.limits.session_max},
            clock_, std::move(witnessed)),
        blocking_(kBlockingThreads + config.monitor.hosts.size()),
        context_(std::make_unique<asio::io_context>(1)),
        desk_(std::move(records), blocking_),
        hook_(blocking_, {.program = config.monitor.alarm_hook, .monitor = config.monitor.name}),
        book_([this](const alarms::Alarm& alarm, bool has_ended) { tell_alarm(alarm, has_ended); }),
        hub_(context_->get_executor(), [this](const auto& room) { return endpoint_of(room); },
             {.program = program_beside_this("candor-transcode"),
              .pictures_max = config.limits.picture_transcodes}),
        api_(desk_, hosts_, hub_, blocking_,
             {.name = config.monitor.name,
              .version = std::string(kVersion),
              .console = config.monitor.console,
              .viewer_ring_bytes_max = mib(config.limits.viewer_ring_mib),
              .alarms = [this] { return book_.json(); }}) {
    if (cosigner != nullptr) {
      witness_ = std::make_unique<witness::Witness>(
          std::move(cosigner), blocking_, clock_,
          [this](std::string_view room) { return monitor::records_session(hosts_, room); });
    }
    hub_.check_content(mirrors_.units());
    for (const config::HostConfig& host : config.monitor.hosts) {
      mirrors_.add(host.name, monitor::endpoint_of(host, config.site, credentials_));
      hosts_.push_back(std::make_unique<monitor::HostLink>(
          host.name, monitor::endpoint_of(host, config.site, credentials_), blocking_,
          [this](const monitor::HostLink& changed) { api_.tell_host(changed); }));
    }
  }
  // NOLINTNEXTLINE(bugprone-exception-escape): without memory to post a stop, the end is right.
  ~Monitor() {
    mirrors_.stop();
    server_.reset();
    hub_.stop();
    hook_.stop();
    context_->restart();
    context_->poll();
    blocking_.join();
    context_.reset();
  }
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;
  Monitor(Monitor&&) = delete;
  Monitor& operator=(Monitor&&) = delete;

  // Errors: those of HttpServer::listen.
  Result<void> listen(const config::Config& config) {
    net::ServerOptions options;
    options.address = config.monitor.address;
    options.port = config.monitor.port;
    options.connections_max = config.limits.connections;
    options.body_bytes_max = config.limits.body_kib * 1024;
    CANDOR_TRY(server_, net::HttpServer::listen(*context_, blocking_, options,
                                                [this](net::HttpRequest request) {
                                                  return handle(std::move(request));
                                                }));
    return {};
  }

  // Until SIGTERM or SIGINT.
  void run() {
    asio::signal_set signals(*context_, SIGTERM, SIGINT);
    signals.async_wait([this](const boost::system::error_code&, int) { context_->stop(); });
    for (const auto& host : hosts_) {
      start(host->run(), "monitor.host-threw");
    }
    if (credentials_ != nullptr) {
      start(net::keep_credentials_fresh(credentials_, blocking_, [this] { hub_.check_hosts(); }),
            "link.credentials-threw");
    }
    start(hook_.run(), "monitor.alarm-hook-threw");
    start(monitor::follow_host_alarms(hosts_, book_), "monitor.host-alarms-threw");
    if (witness_ != nullptr) {
      start(witness_->run(), "witness.threw");
      start(witness_->watch([this](std::vector<alarms::Alarm> open) {
        book_.publish("witness", std::move(open));
      }),
            "witness.watch-threw");
    }
    mirrors_.start();
    start(mirrors_.watch([this](const std::string& host, std::vector<alarms::Alarm> open) {
      book_.publish("mirror " + host, std::move(open));
    }),
          "mirror.watch-threw");
    const Heartbeat heartbeat(*context_, ServiceNotifier::from_environment(), [] { return true; });
    context_->run();
  }

 private:
  // An activity that goes on until the io_context stops.
  void start(asio::awaitable<void> activity, const char* threw) {
    asio::co_spawn(*context_, std::move(activity), [threw](const std::exception_ptr& problem) {
      if (problem) {
        log::error(threw);
      }
    });
  }

  asio::awaitable<net::HttpResponse> handle(net::HttpRequest request) {
    const bool is_for_witness = !request.segments.empty() && request.segments[0] == "witness";
    return witness_ != nullptr && is_for_witness ? witness_->handle(std::move(request))
                                                 : api_.handle(std::move(request));
  }

  void tell_alarm(const alarms::Alarm& alarm, bool has_ended) {
    const log::Fields fields = {{"kind", alarm.kind},
                                {"room", alarm.room},
                                {"host", alarm.host},
                                {"origin", alarm.origin},
                                {"detail", alarm.detail}};
    if (has_ended) {
      log::info("monitor.alarm-ended", fields);
    } else {
      log::error("monitor.alarm", fields);
    }
    hook_.tell(alarm, has_ended);
  }

  [[nodiscard]] std::optional<net::Endpoint> endpoint_of(const std::string& room) const {
    for (const auto& host : hosts_) {
      if (host->has_room(room)) {
        return host->endpoint();
      }
    }
    return std::nullopt;
  }

  const SystemClock clock_;
  const std::shared_ptr<pki::Credentials> credentials_;  // Null: all hosts are on this machine.
  mirror::Mirrors mirrors_;
  asio::thread_pool blocking_;
  std::unique_ptr<asio::io_context> context_;
  monitor::Desk desk_;
  alarms::AlarmHook hook_;
  alarms::AlarmBook book_;
  monitor::Api::Hosts hosts_;
  monitor::LiveHub hub_;
  monitor::Api api_;
  std::unique_ptr<witness::Witness> witness_;  // Null: there is none.
  std::unique_ptr<net::HttpServer> server_;
};

Result<std::unique_ptr<witness::Cosigner>> open_witness(const config::MonitorConfig& monitor) {
  if (!monitor.witness.has_value()) {
    return nullptr;
  }
  CANDOR_TRY(auto cosigner,
             witness::Cosigner::open_in(monitor.state, monitor.witness->name, SystemClock().utc()));
  log::info("witness.opened", {{"vkey", cosigner->vkey()}});
  return cosigner;
}

// After the witness itself: its memory is there then.
Result<mirror::FindWitnessed> open_heads(const config::MonitorConfig& monitor) {
  if (!monitor.witness.has_value()) {
    return mirror::FindWitnessed();
  }
  CANDOR_TRY(auto heads, monitor::WitnessedHeads::open_in(monitor.state));
  return [heads = std::move(heads)](const std::string& origin) { return heads->find(origin); };
}

Result<void> serve(const config::Config& config) {
  CANDOR_CHECK(check_hook(config.monitor));
  CANDOR_TRY(auto records, records::Records::open_in(config.monitor.state));
  CANDOR_TRY(auto credentials, monitor::load_credentials(config));
  CANDOR_TRY(auto cosigner, with_context(open_witness(config.monitor), "witness"));
  CANDOR_TRY(auto heads, with_context(open_heads(config.monitor), "witness"));
  Monitor monitor(config, std::move(records), std::move(credentials), std::move(cosigner),
                  std::move(heads));
  CANDOR_CHECK(monitor.listen(config));
  log::info("monitor.started", {{"name", config.monitor.name},
                                {"address", config.monitor.address},
                                {"port", config.monitor.port}});
  monitor.run();
  log::info("monitor.stopping");
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
  log::info("monitor.stopped");
  return 0;
}

}  // namespace
}  // namespace candor::app

int main(int argc, char** argv) {
  try {
    return candor::app::run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "candor-monitor: %s\n", problem.what());
    return 1;
  }
}
