// SPDX-License-Identifier: Apache-2.0
// The socket and those who ask on it, well-behaved and not.
#include "signer/server.h"

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

#include "signer/client.h"
#include "signer/socket_address.h"
#include "tests/signer/signer_fixture.h"

namespace candor::signer {
namespace {

using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

class ServerTest : public DeskTest {
 protected:
  ServerTest() { start(); }
  ~ServerTest() override { stop(); }

  void start() {
    server_.emplace(Server::listen(path(), [this](std::string_view message) {
                      return ask(std::string(message));
                    }).value());
    stop_ = Descriptor(::eventfd(0, EFD_CLOEXEC));
    thread_ = std::thread([this] {
      const auto ended = server_->run(stop_.get(), [this] { ++rounds_; });
      EXPECT_TRUE(ended.has_value());
    });
  }
  void stop() {
    if (thread_.joinable()) {
      ::eventfd_write(stop_.get(), 1);
      thread_.join();
      server_.reset();
    }
  }
  [[nodiscard]] std::string path() const { return sockets_ / "signer.sock"; }

  // A stranger's connection, blocking, with whatever bytes.
  [[nodiscard]] Descriptor stranger(const std::string& bytes) const {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(call_with(::connect, socket.get(), socket_address(path()).value()), 0);
    EXPECT_EQ(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    return socket;
  }
  // Waits for the other side to close.
  static std::chrono::milliseconds time_to_end(const Descriptor& socket) {
    const auto start = Clock::now();
    char byte = 0;
    while (::recv(socket.get(), &byte, 1, 0) > 0) {
    }
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
  }

  test::TempFolder sockets_;
  std::atomic<int> rounds_ = 0;
  SignerClient client_{path()};

 private:
  std::optional<Server> server_;
  Descriptor stop_;
  std::thread thread_;
};

TEST_F(ServerTest, AnswersOnAConnectionThatStaysOpen) {
  const auto key = client_.vkey(kOrigin).value();
  const auto request = log_.request(0, 5);
  const auto first = client_.sign(request).value();
  const auto again = client_.sign(request).value();

  EXPECT_EQ(first, again);
  EXPECT_EQ(verdict_of(evidence::format_signature(first), request, key), "signed");
  EXPECT_TRUE(client_.sign(log_.request(5, 11)).has_value());
}

TEST_F(ServerTest, ARefusalReachesTheClientWithItsReasonAndTheLastSize) {
  ASSERT_TRUE(client_.sign(log_.request(0, 5)).has_value());

  const auto refused = client_.sign(log_.request(3, 11));

  EXPECT_EQ(refused.error().kind(), ErrorKind::kPermissionDenied);
  ASSERT_TRUE(client_.refusal().has_value());
  EXPECT_EQ(client_.refusal()->last, 5U);
  EXPECT_TRUE(client_.sign(log_.request(5, 11)).has_value());
  EXPECT_FALSE(client_.refusal().has_value());
}

TEST_F(ServerTest, TheClientConnectsAnewWhenTheSignerWasStartedAgain) {
  ASSERT_TRUE(client_.sign(log_.request(0, 5)).has_value());
  stop();
  EXPECT_EQ(client_.sign(log_.request(5, 11)).error().kind(), ErrorKind::kUnavailable);
  start();

  EXPECT_TRUE(client_.sign(log_.request(5, 11)).has_value());
  stop();
  start();
  EXPECT_TRUE(client_.sign(log_.request(11, 12)).has_value()) << "on the connection that broke";
}

TEST_F(ServerTest, WhoBeginsAMessageAndStopsIsClosedWithinTwoSeconds) {
  const Descriptor half = stranger(std::string("\0\0\0\x10half", 8));

  EXPECT_TRUE(client_.sign(log_.request(0, 5)).has_value()) << "others are not held up";
  EXPECT_LT(time_to_end(half), std::chrono::seconds(2));
}

TEST_F(ServerTest, WhoSendsAByteNowAndThenIsClosedAllTheSame) {
  const Descriptor slow = stranger(std::string("\0\0\0\x10", 4));
  const auto start = Clock::now();
  while (::send(slow.get(), "x", 1, MSG_NOSIGNAL) == 1 &&
         Clock::now() - start < std::chrono::seconds(5)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }

  EXPECT_LT(Clock::now() - start, std::chrono::seconds(3));
}

TEST_F(ServerTest, AStuckClientDoesNotHoldUpAnother) {
  std::vector<Descriptor> stuck;
  for (int i = 0; i < 10; ++i) {
    stuck.push_back(stranger(std::string("\0\0\0\x10half", 8)));
  }
  const auto start = Clock::now();

  EXPECT_TRUE(client_.sign(log_.request(0, 5)).has_value());

  EXPECT_LT(Clock::now() - start, std::chrono::seconds(1));
}

TEST_F(ServerTest, WhoNeverTakesAnAnswerIsClosed) {
  std::string many;
  while (many.size() < 200'000) {
    many += frame(format_vkey_question(kOrigin));
  }
  const Descriptor deaf(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ASSERT_EQ(call_with(::connect, deaf.get(), socket_address(path()).value()), 0);
  const auto start = Clock::now();
  while ((::send(deaf.get(), many.data(), many.size(), MSG_NOSIGNAL) > 0 || errno == EAGAIN) &&
         Clock::now() - start < std::chrono::seconds(20)) {
    EXPECT_TRUE(client_.vkey(kOrigin).has_value());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  EXPECT_LT(Clock::now() - start, std::chrono::seconds(20));
}

TEST_F(ServerTest, WhoSendsNoFrameIsClosedAtOnce) {
  EXPECT_LT(time_to_end(stranger("GET / HTTP/1.1\r\n\r\n")), std::chrono::milliseconds(900));
}

TEST_F(ServerTest, ManyConnectionsPushOutTheOneThatWaitedLongest) {
  std::vector<Descriptor> idle;
  for (std::size_t i = 0; i < kClientsMax + 5; ++i) {
    idle.push_back(stranger(""));
  }

  EXPECT_TRUE(client_.sign(log_.request(0, 5)).has_value());
  EXPECT_LT(time_to_end(idle.front()), std::chrono::seconds(1));
}

TEST_F(ServerTest, TheSocketIsForItsOwnerAndGroup) {
  struct stat status{};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0660U);
}

TEST_F(ServerTest, ASecondOneDoesNotTakeTheSocket) {
  const auto second = Server::listen(path(), [](std::string_view) { return std::string("x"); });

  EXPECT_EQ(second.error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_TRUE(client_.vkey(kOrigin).has_value());
}

TEST_F(ServerTest, ASocketInAnOpenFolderIsRefused) {
  const test::TempFolder open;
  ::chmod(open.path().c_str(), 0755);

  const auto refused =
      Server::listen(open / "s", [](std::string_view) { return std::string("x"); });

  EXPECT_EQ(refused.error().kind(), ErrorKind::kPermissionDenied);
  EXPECT_THAT(refused.error().message(), HasSubstr("chmod 750"));
}

TEST_F(ServerTest, WithoutWorkItMakesRoundsForTheWatchdog) {
  const int before = rounds_;
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));

  EXPECT_GE(rounds_ - before, 2);
}

TEST(SignerClientTest, NobodyThereIsUnavailable) {
  const test::TempFolder folder;
  SignerClient client(folder / "nobody");

  EXPECT_EQ(client.vkey(kOrigin).error().kind(), ErrorKind::kUnavailable);
}

TEST(SignerClientTest, ASignerThatNeverAnswersIsGivenUpInTime) {
  const test::TempFolder folder;
  const std::string path = folder / "deaf";
  const Descriptor deaf(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(call_with(::bind, deaf.get(), socket_address(path).value()), 0);
  ASSERT_EQ(::listen(deaf.get(), 4), 0);
  SignerClient client(path, std::chrono::milliseconds(150));
  const auto start = Clock::now();

  EXPECT_EQ(client.vkey(kOrigin).error().kind(), ErrorKind::kDeadlineExceeded);
  EXPECT_LT(Clock::now() - start, std::chrono::seconds(1));
}

}  // namespace
}  // namespace candor::signer
