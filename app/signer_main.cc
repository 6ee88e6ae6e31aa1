// SPDX-License-Identifier: Apache-2.0
// candor-signer: start, signals, stop. Everything else is in signer/.
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <utility>

#include <CLI/CLI.hpp>

#include "app/service/notifier.h"
#include "app/version.h"
#include "config/loader.h"
#include "core/log.h"
#include "signer/desk.h"
#include "signer/file_keys.h"
#include "signer/private_files.h"
#include "signer/server.h"
#include "signer/token_keys.h"

namespace candor::app {
namespace {

constexpr int kFailed = 1;
constexpr int kBadConfiguration = 2;
constexpr int kPinRefused = 3;  // systemd must not start it again: a few tries lock the token.
constexpr mode_t kOwnerOnlyMask = 0077;
constexpr mode_t kOwnerOnlyFolder = 0700;

struct Ending {
  int code = 0;
  std::string message;
};

Ending failed(const Error& error) { return {.code = kFailed, .message = error.message()}; }

Result<config::Config> load(const std::string& path) {
  CANDOR_TRY(config::Config config, config::load_config(path));
  if (!config.signer.has_value()) {
    return fail(ErrorKind::kInvalidArgument, path + ": candor-signer needs the section [signer]");
  }
  return config;
}

// No memory with a key in it is written to a disk.
void forbid_core_files() {
  const rlimit none{};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) {
    log::warn("signer.core-files-allowed");
  }
}

Result<signer::Descriptor> open_state(const config::SignerConfig& config) {
  if (::mkdir(config.state.c_str(), kOwnerOnlyFolder) == 0) {
    log::warn("signer.state-begun", {{"folder", config.state}});
  } else if (errno != EEXIST) {
    return fail(error_from_errno(errno, config.state_at + ": " + config.state));
  }
  CANDOR_CHECK(with_context(signer::check_private_folder(config.state), config.state_at));
  return with_context(signer::lock_folder(config.state), config.state_at);
}

Result<std::string> read_pin(const std::string& path) {
  CANDOR_TRY(std::string pin, signer::read_private_file(path));
  pin.resize(std::min(pin.find_first_of("\r\n"), pin.size()));
  return pin;
}

Result<std::unique_ptr<signer::KeyStore>> open_file_keys(const std::string& state) {
  auto keys = std::make_unique<signer::FileKeys>(state);
  CANDOR_CHECK(keys->check_all());
  return keys;
}

Result<std::unique_ptr<signer::KeyStore>> open_token_keys(const config::Pkcs11Config& config,
                                                          std::string pin) {
  CANDOR_TRY(auto keys,
             signer::TokenKeys::open(
                 {.module = config.module, .label = config.token, .pin = std::move(pin)}));
  return keys;
}

// A descriptor that can be read when SIGTERM or SIGINT came.
signer::Descriptor stop_signals() {
  sigset_t signals{};
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  ::sigprocmask(SIG_BLOCK, &signals, nullptr);
  return signer::Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

Ending serve(const config::SignerConfig& config, signer::SigningDesk& desk) {
  const signer::Descriptor stop = stop_signals();
  auto server = signer::Server::listen(
      config.socket, [&desk](std::string_view message) { return desk.answer(message); });
  if (!server.has_value()) {
    return failed(std::move(server.error()).within(config.socket_at));
  }
  const ServiceNotifier notifier = ServiceNotifier::from_environment();
  log::info("signer.started",
            {{"socket", config.socket}, {"keys", config.pkcs11.has_value() ? "token" : "files"}});
  notifier.ready();
  auto told = std::chrono::steady_clock::time_point();
  const auto ended = server->run(stop.get(), [&] {
    const auto now = std::chrono::steady_clock::now();
    if (now - told >= std::chrono::seconds(1)) {
      told = now;
      notifier.alive();
    }
  });
  notifier.stopping();
  log::info("signer.stopped");
  return ended.has_value() ? Ending() : failed(ended.error());
}

Ending adopt(signer::SigningDesk& desk, const std::string& path) {
  std::ifstream file(path);
  const std::string note((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file) {
    return {.code = kFailed, .message = path + ": cannot be read"};
  }
  const auto head = desk.adopt(note);
  if (!head.has_value()) {
    return failed(head.error());
  }
  std::printf("The log goes on from size %llu.\n", static_cast<unsigned long long>(head->size));
  return {};
}

Ending work(const config::Config& config, const std::string& adopted) {
  const auto own =
      config.signer.value_or(config::SignerConfig());  // load() has seen that it is there.
  const auto lock = open_state(own);
  if (!lock.has_value()) {
    return failed(lock.error());
  }
  Result<std::unique_ptr<signer::KeyStore>> keys = fail(ErrorKind::kInternal, "");
  if (own.pkcs11.has_value()) {
    auto pin = read_pin(own.pkcs11->pin_file);
    if (!pin.has_value()) {
      return failed(pin.error());
    }
    keys = open_token_keys(*own.pkcs11, std::move(*pin));
    if (!keys.has_value() && keys.error().kind() == ErrorKind::kPermissionDenied) {
      return {.code = kPinRefused, .message = keys.error().message()};
    }
  } else {
    keys = open_file_keys(own.state);
  }
  if (!keys.has_value()) {
    return failed(keys.error());
  }
  signer::SigningDesk desk({.state = own.state,
                            .origin_prefix = config.authority + "/" + config.site + "/",
                            .makes_keys = own.makes_keys},
                           **keys);
  return adopted.empty() ? serve(own, desk) : adopt(desk, adopted);
}

int run(int argc, char** argv) {
  CLI::App app{"Signs the logs of this host, never a shorter or other one: docs/design/signer.md"};
  std::string config_path = "/etc/candor/signer.toml";
  std::string adopted;
  app.add_option("--config", config_path, "the configuration file")->capture_default_str();
  app.add_option("--adopt", adopted,
                 "a file with the newest checkpoint of a log whose state was lost: go on from it");
  app.set_version_flag("--version", std::string(kVersion));
  CLI11_PARSE(app, argc, argv);
  const auto config = load(config_path);
  if (!config.has_value()) {
    std::fprintf(stderr, "candor-signer: %s\n", config.error().message().c_str());
    return kBadConfiguration;
  }
  ::umask(kOwnerOnlyMask);
  log::start("candor-signer", config->log_level);
  forbid_core_files();
  const Ending ending = work(*config, adopted);
  if (ending.code != 0) {
    std::fprintf(stderr, "candor-signer: %s\n", ending.message.c_str());
  }
  return ending.code;
}

}  // namespace
}  // namespace candor::app

int main(int argc, char** argv) {
  try {
    return candor::app::run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "candor-signer: %s\n", problem.what());
    return 1;
  }
}
