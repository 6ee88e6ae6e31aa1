// SPDX-License-Identifier: Apache-2.0
// The program as an operator meets it: what it says when it does not start, and what it survives.
#include <filesystem>
#include <string>
#include <sys/socket.h>

#include <gmock/gmock.h>

#include "signer/socket_address.h"
#include "tests/signer/signer_process.h"

namespace candor::signer {
namespace {

using ::testing::HasSubstr;

class ProcessTest : public ::testing::Test {
 protected:
  std::string key_file() { return path_of_origin(signer_.state(), kOrigin) + ".key"; }
  std::string state_file() { return path_of_origin(signer_.state(), kOrigin) + ".last"; }

  SignerProcess signer_;
  GrownLog log_;
};

TEST_F(ProcessTest, SignsAndGoesOnAfterARestart) {
  signer_.start_ready();
  SignerClient client(signer_.socket());
  const auto key = client.vkey(kOrigin).value();
  ASSERT_TRUE(client.sign(log_.request(0, 5)).has_value()) << signer_.said();
  EXPECT_EQ(signer_.stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(signer_.socket()));

  signer_.start_ready();

  EXPECT_EQ(client.vkey(kOrigin).value(), key);
  EXPECT_TRUE(client.sign(log_.request(5, 11)).has_value());
  EXPECT_THAT(signer_.said(), HasSubstr("signer.key-made"));
}

TEST_F(ProcessTest, AForkIsAnAlarmLineInItsLog) {
  GrownLog other("two");
  signer_.start_ready();
  SignerClient client(signer_.socket());
  ASSERT_TRUE(client.sign(log_.request(0, 5)).has_value());

  EXPECT_EQ(client.sign(other.request(5, 5)).error().kind(), ErrorKind::kPermissionDenied);

  EXPECT_THAT(signer_.said(), HasSubstr("signer.alarm"));
  EXPECT_THAT(signer_.said(), HasSubstr("fork"));
}

TEST_F(ProcessTest, AKeyThatOthersCanReadKeepsItFromStarting) {
  signer_.start_ready();
  signer_.stop();
  ::chmod(key_file().c_str(), 0644);

  EXPECT_EQ(signer_.run(), 1);

  EXPECT_THAT(signer_.said(),
              HasSubstr(key_file() + ": mode 0644 is open to other accounts: chmod 600"));
}

TEST_F(ProcessTest, AStateThatOthersCanEnterKeepsItFromStarting) {
  std::filesystem::create_directory(signer_.state());
  ::chmod(signer_.state().c_str(), 0755);

  EXPECT_EQ(signer_.run(), 1);

  EXPECT_THAT(signer_.said(), HasSubstr("key 'signer.state': " + signer_.state() + ": mode 0755"));
}

TEST_F(ProcessTest, ASocketInAFolderThatOthersCanEnterKeepsItFromStarting) {
  ::chmod(signer_.folder().c_str(), 0755);

  EXPECT_EQ(signer_.run(), 1);

  EXPECT_THAT(signer_.said(), HasSubstr("mode 0755 lets other accounts at the socket: chmod 750"));
}

TEST_F(ProcessTest, ASecondOneDoesNotStart) {
  signer_.start_ready();
  SignerProcess second;
  second.configure("");
  std::filesystem::copy_file(signer_.folder() + "/signer.toml", second.folder() + "/signer.toml",
                             std::filesystem::copy_options::overwrite_existing);

  EXPECT_EQ(second.run(), 1);

  EXPECT_THAT(second.said(), HasSubstr("another candor-signer works here"));
}

TEST_F(ProcessTest, AFileWithoutItsSectionIsRefused) {
  std::ofstream(signer_.folder() + "/signer.toml")
      << "[site]\nname = \"s\"\nauthority = \"rec.example\"\n";

  EXPECT_EQ(signer_.run(), 2);

  EXPECT_THAT(signer_.said(), HasSubstr("candor-signer needs the section [signer]"));
}

TEST_F(ProcessTest, APersonMayAdoptACheckpointWhileItIsStopped) {
  signer_.start_ready();
  SignerClient client(signer_.socket());
  const auto request = log_.request(0, 5);
  const auto line = client.sign(request).value();
  std::ofstream(signer_.folder() + "/note")
      << evidence::format_checkpoint(request.checkpoint) << "\n"
      << evidence::format_signature(line);
  EXPECT_EQ(signer_.stop(), 0);
  std::filesystem::remove(state_file());
  signer_.start_ready();
  EXPECT_EQ(client.sign(log_.request(0, 5)).error().kind(), ErrorKind::kPermissionDenied);
  EXPECT_EQ(signer_.stop(), 0);

  EXPECT_EQ(signer_.run({"--adopt", signer_.folder() + "/note"}), 0) << signer_.said();

  signer_.start_ready();
  EXPECT_TRUE(client.sign(log_.request(5, 11)).has_value());
}

TEST_F(ProcessTest, SaysThatItIsReadyAndAlive) {
  const std::string path = signer_.folder() + "/notify";
  const Descriptor notify(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(call_with(::bind, notify.get(), socket_address(path).value()), 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  signer_.start();
  ::unsetenv("NOTIFY_SOCKET");
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(notify.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));

  std::string said;
  for (int i = 0; i < 3; ++i) {
    std::array<char, 64> word{};
    const auto size = ::recv(notify.get(), word.data(), word.size(), 0);
    said += std::string(word.data(), size < 0 ? 0 : static_cast<std::size_t>(size)) + " ";
  }

  EXPECT_EQ(said, "READY=1 WATCHDOG=1 WATCHDOG=1 ");
  EXPECT_EQ(signer_.stop(), 0);
}

}  // namespace
}  // namespace candor::signer
