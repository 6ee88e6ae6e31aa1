// SPDX-License-Identifier: Apache-2.0
// Real time stamp authorities, `openssl ts` behind HTTP: they are down, wrong or slow, and asked
// until they stamp.
#include "app/capture/time/authority.h"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <spawn.h>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gmock/gmock.h>

#include "tests/support/temp_folder.h"

namespace candor::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kNote = "rec.example/site7/room-03/1\n11\n...\n";

// tests/support/timestamp_server.py with a key of its own; it ends with this object.
class TimestampServer {
 public:
  TimestampServer(const test::TempFolder& folder, const std::string& name, const std::string& key,
                  const std::vector<std::string>& ways)
      : ca_(folder / name + "/ca.pem") {
    std::vector<std::string> words{"python3", CANDOR_TIMESTAMP_SERVER, folder.path(), name, key};
    words.insert(words.end(), ways.begin(), ways.end());
    std::vector<char*> argv;
    for (std::string& word : words) {
      argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    EXPECT_EQ(::pipe2(input.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(output.data(), O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    EXPECT_EQ(::posix_spawnp(&id_, "python3", &actions, nullptr, argv.data(), environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    std::array<char, 16> port{};
    EXPECT_GT(::read(output[0], port.data(), port.size() - 1), 0);
    ::close(output[0]);
    port_ = static_cast<std::uint16_t>(std::stoi(port.data()));
  }
  ~TimestampServer() {
    ::close(input_);
    ::waitpid(id_, nullptr, 0);
  }
  TimestampServer(const TimestampServer&) = delete;
  TimestampServer& operator=(const TimestampServer&) = delete;
  TimestampServer(TimestampServer&&) = delete;
  TimestampServer& operator=(TimestampServer&&) = delete;

  [[nodiscard]] AuthoritySpec spec() const {
    std::ostringstream pem;
    pem << std::ifstream(ca_).rdbuf();
    return {.name = "tsa",
            .host = "127.0.0.1",
            .port = port_,
            .target = "/tsa",
            .policy = "",
            .trust = std::make_shared<const evidence::TimestampTrust>(
                evidence::TimestampTrust::parse(pem.str()).value())};
  }

 private:
  std::string ca_;
  pid_t id_ = 0;
  int input_ = -1;
  std::uint16_t port_ = 0;
};

class AuthorityTest : public testing::Test {
 protected:
  static Authority authority_of(const AuthoritySpec& spec) {
    return {spec, std::make_shared<HttpTimestampLine>(spec, 1s), {.first = 1ms, .most = 5ms}};
  }

  // Asks until it is stamped; each fault on the way, once.
  static std::vector<std::string> faults_until_stamped(Authority& authority) {
    std::vector<std::string> faults;
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (std::chrono::steady_clock::now() < until) {
      const auto now = std::chrono::steady_clock::now();
      if (const auto outcome = authority.take(now); outcome.has_value()) {
        if (outcome->token.has_value()) {
          return faults;
        }
        faults.push_back(outcome->token.error().message());
      }
      if (authority.may_ask(now)) {
        authority.ask("key", std::string(kNote), now);
      }
      std::this_thread::sleep_for(1ms);
    }
    ADD_FAILURE() << "never stamped";
    return faults;
  }

  test::TempFolder folder_;
};

TEST_F(AuthorityTest, IsAskedAgainUntilItStamps) {
  const TimestampServer server(folder_, "one", "ec",
                               {"down", "garbage", "imprint", "slow", "trickle", "long"});
  Authority authority = authority_of(server.spec());

  EXPECT_THAT(faults_until_stamped(authority),
              ElementsAre(HasSubstr("answers 500"), HasSubstr("no time stamp answer"),
                          HasSubstr("message imprint mismatch"), HasSubstr("no answer in time"),
                          HasSubstr("no answer in time"), HasSubstr("the answer is too long")));
  EXPECT_EQ(authority.fault(), "");
}

TEST_F(AuthorityTest, StampsWithAnRsaKey) {
  const TimestampServer server(folder_, "two", "rsa", {});
  Authority authority = authority_of(server.spec());

  EXPECT_THAT(faults_until_stamped(authority), testing::IsEmpty());
}

TEST_F(AuthorityTest, APolicyThatItHasIsKeptAndAnotherOneIsRefused) {
  const TimestampServer server(folder_, "one", "ec", {});
  AuthoritySpec spec = server.spec();
  spec.policy = "1.2.3.4.5";
  Authority good = authority_of(spec);
  EXPECT_THAT(faults_until_stamped(good), testing::IsEmpty());
  spec.policy = "1.2.3.9";
  HttpTimestampLine line(spec);
  const auto query = evidence::make_timestamp_query(as_bytes(kNote), spec.policy).value();

  const auto verdict = evidence::verify_timestamp(line.ask(query.der).value(),
                                                  {.imprint = query.imprint}, *spec.trust);

  ASSERT_FALSE(verdict.has_value());
  EXPECT_EQ(verdict.error().kind(), ErrorKind::kUnavailable);
}

TEST_F(AuthorityTest, NobodyThereIsAFault) {
  AuthoritySpec spec{.name = "tsa", .host = "127.0.0.1", .port = 1};
  HttpTimestampLine line(spec, 1s);
  EXPECT_EQ(line.ask(Bytes(10)).error().kind(), ErrorKind::kUnavailable);
}

TEST_F(AuthorityTest, WaitsTwiceAsLongAfterEachFailureUpToALimit) {
  class Down final : public TimestampLine {
    [[nodiscard]] Result<Bytes> ask(const Bytes& /*query*/) override {
      return fail(ErrorKind::kUnavailable, "nobody listens");
    }
  };
  Authority authority({.name = "tsa", .host = ""}, std::make_shared<Down>(),
                      {.first = 60s, .most = 200s});
  Authority::Time now = std::chrono::steady_clock::now();
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 4; ++i) {
    authority.ask("key", "note", now);
    while (!authority.take(now).has_value()) {
      std::this_thread::sleep_for(1ms);
    }
    const Authority::Time failed = now;
    while (!authority.may_ask(now)) {
      now += 10s;
    }
    waits.push_back(std::chrono::duration_cast<std::chrono::seconds>(now - failed).count());
  }
  EXPECT_THAT(waits, ElementsAre(60, 120, 200, 200));
}

}  // namespace
}  // namespace candor::app
