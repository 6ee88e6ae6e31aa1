// SPDX-License-Identifier: Apache-2.0
// The event loop: one thread, one epoll over the listening socket, all clients and the signals.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "bench/camsim/connection.h"
#include "bench/camsim/settings.h"
#include "core/result.h"
#include "core/time.h"

namespace candor::camsim {

/// A file descriptor that is closed with its owner.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor();
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// Serves cameras until SIGTERM or SIGINT. SIGUSR1 silences the faulty cameras or lets them speak
/// again, SIGUSR2 closes their connections. One thread.
class Server {
 public:
  /// Port 0 takes any free one. The signals above are blocked for the calling thread from here on.
  /// Errors: kInvalidArgument the address; as errno says when the port cannot be had.
  [[nodiscard]] static Result<Server> open(const std::string& address, std::uint16_t port,
                                           const Site& site);

  void run();

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Final after run(): closes what is open.
  [[nodiscard]] Counters finish();

 private:
  Server(FileDescriptor listener, FileDescriptor signals, FileDescriptor poll, std::uint16_t port,
         const Site& site);

  void wait_and_handle(UtcTime deadline);
  void handle(int fd, std::uint32_t events);
  void accept_clients();
  void take_signal();
  [[nodiscard]] UtcTime send_due();
  void watch(int fd, bool writable, bool is_new);

  FileDescriptor listener_;
  FileDescriptor signals_;
  FileDescriptor poll_;
  std::uint16_t port_;
  const Site* site_;
  std::unique_ptr<Counters> counters_;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;
  std::uint32_t seed_ = 1;
  bool stopping_ = false;
};

}  // namespace candor::camsim
