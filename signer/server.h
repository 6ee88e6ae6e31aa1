// SPDX-License-Identifier: Apache-2.0
// The Unix socket of candor-signer: one thread and one poll over all who ask. What is answered is
// given by a function; frames are those of protocol.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "signer/descriptor.h"

namespace candor::signer {

/// Above this the one that has asked nothing for the longest time is closed.
inline constexpr std::size_t kClientsMax = 32;
/// For the rest of a message that has begun, and for taking an answer; then the client is closed.
inline constexpr std::chrono::milliseconds kClientPatience{1000};

/// One thread. The socket's name is removed when destroyed.
class Server {
 public:
  /// Never waits for anything but the key and the disk.
  using Answer = std::function<std::string(std::string_view message)>;

  /// Makes the socket, mode 0660; one that a dead program left is replaced.
  ///
  /// Errors: kPermissionDenied  the socket's folder is open to others (check_socket_folder);
  ///         kAlreadyExists     somebody answers there, or it is another kind of file;
  ///         kInvalidArgument   the path is too long; errno kinds.
  [[nodiscard]] static Result<Server> listen(std::string path, Answer answer);
  ~Server();
  Server(Server&&) noexcept;
  Server& operator=(Server&&) = delete;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Until `stop` can be read. `each_round` is called once a second at least.
  /// Errors: kInternal  poll fails.
  [[nodiscard]] Result<void> run(int stop, const std::function<void()>& each_round);

 private:
  using Clock = std::chrono::steady_clock;
  struct Client {
    Descriptor socket;
    std::string in;             // Of one message, at most, and what follows it.
    std::string out;            // What of an answer was not taken yet.
    Clock::time_point since{};  // Last change between waiting for a message and anything else.
  };

  Server(std::string path, Descriptor listener, Answer answer);

  void accept_clients();
  /// False: the client is to be closed.
  [[nodiscard]] bool serve(Client& client, short events);
  [[nodiscard]] static bool receive(Client& client);
  [[nodiscard]] bool answer_next(Client& client);
  [[nodiscard]] static bool send_rest(Client& client);

  std::string path_;
  Descriptor listener_;
  Answer answer_;
  std::vector<Client> clients_;  // At most kClientsMax.
};

}  // namespace candor::signer
