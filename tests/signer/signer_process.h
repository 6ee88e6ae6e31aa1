// SPDX-License-Identifier: Apache-2.0
// The built candor-signer as a process of its own, in a folder of the test's.
#pragma once

#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <string>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "signer/client.h"
#include "tests/signer/signer_fixture.h"
#include "tests/support/temp_folder.h"

namespace candor::signer {

class SignerProcess {
 public:
  SignerProcess() { configure(""); }
  ~SignerProcess() { kill(); }
  SignerProcess(const SignerProcess&) = delete;
  SignerProcess& operator=(const SignerProcess&) = delete;

  void configure(const std::string& more) {
    std::ofstream(folder_ / "signer.toml")
        << "[site]\nname = \"site7\"\nauthority = \"rec.example\"\n[signer]\nsocket = \""
        << socket() << "\"\nstate = \"" << state() << "\"\n"
        << more;
  }

  void start(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {CANDOR_SIGNER, "--config", folder_ / "signer.toml"};
    words.insert(words.end(), more.begin(), more.end());
    std::vector<char*> arguments;
    for (std::string& word : words) {
      arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, log_path().c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
    ASSERT_EQ(::posix_spawn(&pid_, CANDOR_SIGNER, &actions, nullptr, arguments.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
  }
  /// Starts and waits until it answers.
  void start_ready() {
    start();
    SignerClient client(socket());
    for (int i = 0; i < 1000 && !client.vkey(kOrigin).has_value() && !client.refusal(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  /// Its exit code; 128 and the signal, if one ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  void kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      wait();
    }
  }
  int stop() {
    ::kill(pid_, SIGTERM);
    return wait();
  }
  /// Starts what is expected to refuse; its exit code.
  int run(const std::vector<std::string>& more = {}) {
    start(more);
    return wait();
  }

  [[nodiscard]] std::string socket() const { return folder_ / "signer.sock"; }
  [[nodiscard]] std::string state() const { return folder_ / "state"; }
  [[nodiscard]] std::string said() const { return content_of(log_path()); }
  [[nodiscard]] std::string folder() const { return folder_.path(); }

 private:
  [[nodiscard]] std::string log_path() const { return folder_ / "log"; }

  test::TempFolder folder_;
  pid_t pid_ = 0;
};

}  // namespace candor::signer
