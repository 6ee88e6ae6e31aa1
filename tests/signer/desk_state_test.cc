// SPDX-License-Identifier: Apache-2.0
// What the desk makes of what it finds on disk: after a restart, and when something is lost.
#include <filesystem>
#include <string>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "tests/signer/signer_fixture.h"

namespace candor::signer {
namespace {

using ::testing::HasSubstr;

class DeskStateTest : public DeskTest {
 protected:
  static void write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::trunc) << text;
    ::chmod(path.c_str(), 0600);
  }
};

TEST_F(DeskStateTest, KeyAndSizeSurviveARestart) {
  const evidence::NoteKey before = vkey();
  EXPECT_EQ(sign(0, 5), "signed");

  restart();

  EXPECT_EQ(vkey(), before);
  EXPECT_EQ(ask(format_sign(log_.request(0, 11))), "refused: last 5\n");
  EXPECT_EQ(sign(5, 11), "signed");
}

TEST_F(DeskStateTest, NothingButItsOwnerCanReadWhatItWrites) {
  EXPECT_EQ(sign(0, 5), "signed");
  for (const std::string& path : {key_file(), state_file()}) {
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0) << path;
    EXPECT_EQ(status.st_mode & 07777U, 0600U) << path;
  }
}

TEST_F(DeskStateTest, ATornStateIsRefusedAtEveryLength) {
  EXPECT_EQ(sign(0, 5), "signed");
  const std::string whole = content_of(state_file());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write(state_file(), whole.substr(0, size));
    restart();
    const std::string answer = ask(format_sign(log_.request(0, 11)));
    EXPECT_THAT(answer, HasSubstr("what was signed last is unreadable")) << size;
    EXPECT_THAT(answer, HasSubstr("--adopt")) << size;
    EXPECT_EQ(parse_refusal(answer)->last, std::nullopt) << size;
  }
}

TEST_F(DeskStateTest, AFlippedBitOfTheStateIsRefused) {
  EXPECT_EQ(sign(0, 5), "signed");
  const std::string whole = content_of(state_file());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string bad = whole;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    write(state_file(), bad);
    restart();
    EXPECT_THAT(ask(format_sign(log_.request(5, 11))), HasSubstr("unreadable")) << i;
  }
}

TEST_F(DeskStateTest, AMissingStateIsRefusedWhileTheKeyIsThere) {
  EXPECT_EQ(sign(0, 5), "signed");
  std::filesystem::remove(state_file());

  restart();

  EXPECT_THAT(ask(format_sign(log_.request(0, 5))), HasSubstr("what was signed last is missing"));
  EXPECT_THAT(ask(format_vkey_question(kOrigin)), HasSubstr("begin a new epoch"));
  EXPECT_FALSE(std::filesystem::exists(state_file())) << "nothing is made in its place";
}

TEST_F(DeskStateTest, AMissingKeyIsNotReplacedOnceItHasSigned) {
  EXPECT_EQ(sign(0, 5), "signed");
  std::filesystem::remove(key_file());

  restart();

  EXPECT_THAT(ask(format_vkey_question(kOrigin)), HasSubstr("the key is missing"));
  EXPECT_FALSE(std::filesystem::exists(key_file()));
}

TEST_F(DeskStateTest, ACrashBetweenStateAndKeyOfANewOriginIsNoHarm) {
  vkey();
  std::filesystem::remove(key_file());

  restart();

  EXPECT_EQ(sign(0, 5), "signed");
}

TEST_F(DeskStateTest, AStateOfAnotherOriginIsRefused) {
  GrownLog second("two", "rec.example/site7/room-04/1");
  EXPECT_EQ(sign(0, 5), "signed");
  EXPECT_EQ(sign(second.request(0, 3)), "signed");
  write(state_file(),
        content_of(path_of_origin(folder(), "rec.example/site7/room-04/1") + ".last"));

  restart();

  EXPECT_THAT(ask(format_sign(log_.request(3, 11))), HasSubstr("is of another origin"));
}

TEST_F(DeskStateTest, AStateThatCannotBeWrittenGivesNoSignature) {
  if (::geteuid() == 0) {
    std::filesystem::create_directory(state_file() + ".new");  // Root may write anywhere else.
  }
  const std::string answer = ask(format_sign(log_.request(0, 5)));

  EXPECT_TRUE(parse_refusal(answer).has_value()) << answer;
  std::filesystem::remove(state_file() + ".new");
  EXPECT_EQ(sign(0, 5), "signed") << "it goes on when the disk does";
}

TEST_F(DeskStateTest, AWriteThatFailsLaterLeavesTheOldSize) {
  EXPECT_EQ(sign(0, 5), "signed");
  std::filesystem::create_directory(state_file() + ".new");

  EXPECT_TRUE(parse_refusal(ask(format_sign(log_.request(5, 11)))).has_value());

  std::filesystem::remove(state_file() + ".new");
  EXPECT_EQ(ask(format_sign(log_.request(0, 12))), "refused: last 5\n");
  EXPECT_EQ(sign(5, 12), "signed");
}

TEST_F(DeskStateTest, APersonMayGoOnFromASignedCheckpoint) {
  EXPECT_EQ(sign(0, 5), "signed");
  const std::string note = signed_note(log_.request(5, 11));
  std::filesystem::remove(state_file());
  restart();

  EXPECT_EQ(adopt(note), "size 11");

  EXPECT_THAT(sign(0, 5), HasSubstr("smaller"));
  EXPECT_EQ(sign(11, 12), "signed");
}

TEST_F(DeskStateTest, ATornStateIsKeptBesideTheAdoptedOne) {
  const std::string note = signed_note(log_.request(0, 5));
  write(state_file(), "torn");
  restart();

  EXPECT_EQ(adopt(note), "size 5");

  EXPECT_EQ(content_of(state_file() + ".torn"), "torn");
}

TEST_F(DeskStateTest, AWholeStateIsNeverReplacedByAnAdoptedOne) {
  const std::string note = signed_note(log_.request(0, 5));
  EXPECT_EQ(sign(5, 11), "signed");

  EXPECT_THAT(adopt(note), HasSubstr("the state is whole, at size 11"));
  EXPECT_EQ(sign(11, 12), "signed");
}

TEST_F(DeskStateTest, OnlyWhatThisKeySignedIsAdopted) {
  const std::string note = signed_note(log_.request(0, 5));
  std::filesystem::remove(state_file());
  std::filesystem::remove(key_file());
  restart();
  vkey();
  std::filesystem::remove(state_file());
  restart();

  EXPECT_NE(adopt(note), "size 5");
  EXPECT_NE(adopt("no note"), "size 5");
  EXPECT_FALSE(std::filesystem::exists(state_file()));
}

}  // namespace
}  // namespace candor::signer
