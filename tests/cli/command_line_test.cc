// SPDX-License-Identifier: Apache-2.0
// The real program: what it says, and its exit code: 0 done, 1 failed with one line, 2 used
// wrongly.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/wait.h>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "storage/write/state_lock.h"
#include "tests/support/temp_folder.h"

namespace candor::app::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Ran {
  int exit_code = -1;
  std::string out;
  std::string err;
};

class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() { write_config(config()); }

  [[nodiscard]] std::string config() const {
    return fmt::format(
        "[site]\nname = \"site7\"\nauthority = \"rec.example\"\n"
        "[capture]\nhost = \"host-1\"\nstate = \"{0}/capture\"\nsocket = \"{0}/c.sock\"\n"
        "[[volume]]\nname = \"a\"\npath = \"{0}/a\"\n"
        "[monitor]\nname = \"monitor-1\"\nlisten = \"127.0.0.1:8080\"\nstate = \"{0}/monitor\"\n"
        "console = \"{0}/console\"\n"
        "[[monitor.host]]\nname = \"host-1\"\nsocket = \"{0}/c.sock\"\n",
        folder_.path());
  }
  void write_config(const std::string& text) { std::ofstream(config_path_) << text; }

  // With this configuration; `input` is standard input.
  Ran candor(const std::string& arguments, const std::string& input = "") {
    return run("--config " + config_path_ + " " + arguments, input);
  }
  Ran run(const std::string& arguments, const std::string& input = "") {
    std::ofstream(folder_ / "in") << input;
    const std::string command = fmt::format("'{}' {} <'{}' >'{}' 2>'{}'", CANDOR_PROGRAM, arguments,
                                            folder_ / "in", folder_ / "out", folder_ / "err");
    const int status = std::system(command.c_str());
    return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            .out = text_of(folder_ / "out"),
            .err = text_of(folder_ / "err")};
  }

  static std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // "1: the line"; more than one line is shown as such.
  static std::string failure(const Ran& ran) {
    const bool is_one_line = ran.err.find('\n') == ran.err.size() - 1;
    return fmt::format("{}: {}{}", ran.exit_code, ran.out,
                       is_one_line ? ran.err.substr(0, ran.err.size() - 1) : "LINES " + ran.err);
  }
  std::string users() { return candor("user list").out; }

  test::TempFolder folder_;
  std::string config_path_ = folder_ / "candor.toml";
};

TEST_F(CommandLineTest, WrongUseEndsWithTwoAndChangesNothing) {
  for (const char* wrong : {"", "dance", "user", "user add", "user add bob", "session list --limit",
                            "session end", "config check", "--nonsense", "index"}) {
    const Ran ran = candor(wrong);
    EXPECT_EQ(ran.exit_code, 2) << wrong;
    EXPECT_THAT(ran.err, HasSubstr("--help")) << wrong;
  }
  EXPECT_FALSE(std::filesystem::exists(folder_ / "monitor"));
}

TEST_F(CommandLineTest, HelpAndVersionAreNoErrors) {
  EXPECT_THAT(candor("--help").out, HasSubstr("session"));
  EXPECT_EQ(candor("user --help").exit_code, 0);
  EXPECT_THAT(candor("--version").out, StartsWith("candor "));
  EXPECT_EQ(candor("--version").out, candor("version").out);
}

TEST_F(CommandLineTest, SaysThatThereIsNoConfiguration) {
  EXPECT_EQ(failure(run("--config /nowhere.toml room list")),
            "1: candor: /nowhere.toml: cannot be read");
  EXPECT_EQ(failure(run("--config /nowhere.toml user list")),
            "1: candor: /nowhere.toml: cannot be read");
}

TEST_F(CommandLineTest, SaysWhereTheConfigurationIsWrong) {
  write_config(config() + "[[monitor.host]]\nname = \"Host 2\"\nsocket = \"/x\"\n");

  for (const char* command : {"room list", "user list", "index rebuild"}) {
    EXPECT_THAT(failure(candor(command)),
                StartsWith("1: candor: " + config_path_ + ":20: key 'monitor.host.name': "));
  }
}

TEST_F(CommandLineTest, ChecksTheExampleFile) {
  const Ran ran = run("config check " CANDOR_EXAMPLE);

  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_THAT(ran.out, StartsWith(CANDOR_EXAMPLE ": in order; "));
}

TEST_F(CommandLineTest, ChecksAFileThatIsWrong) {
  write_config("[site]\nname = 7\n");

  EXPECT_THAT(failure(run("config check " + config_path_)),
              StartsWith("1: candor: " + config_path_ + ":2: key 'site.name': "));
}

TEST_F(CommandLineTest, SaysThatNobodyListens) {
  for (const char* command : {"room list", "session list", "session show x",
                              "session start --room r --case c --person P-1 --interrogator O-1"}) {
    EXPECT_EQ(failure(candor(command)), "1: candor: " + (folder_ / "c.sock") +
                                            ": No such file or directory; is candor-capture "
                                            "running?")
        << command;
  }
}

TEST_F(CommandLineTest, TheSocketCanBeNamedWithoutAConfiguration) {
  EXPECT_THAT(failure(run("--socket /nowhere.sock room list")),
              StartsWith("1: candor: /nowhere.sock: "));
}

TEST_F(CommandLineTest, AddsAnAccount) {
  const Ran ran = candor("user add bob --role custodian --password-stdin", "a long password\n");

  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_EQ(ran.out + ran.err, "");
  EXPECT_EQ(users(), "ACCOUNT  ROLE       STATE\nbob      custodian  active\n");
}

TEST_F(CommandLineTest, ItsFolderAndItsDatabaseAreTheOwnersAlone) {
  candor("user list");

  EXPECT_EQ(std::filesystem::status(folder_ / "monitor").permissions(),
            std::filesystem::perms::owner_all);
  EXPECT_EQ(std::filesystem::status(folder_ / "monitor/monitor.db").permissions(),
            static_cast<std::filesystem::perms>(0600));
}

TEST_F(CommandLineTest, RefusesAnAccountThatCannotBe) {
  const auto add = [this](const std::string& arguments, const std::string& password) {
    return failure(candor("user add " + arguments + " --password-stdin", password));
  };

  EXPECT_EQ(add("bob --role supervisor", "short\n"),
            "1: candor: the password has 5 bytes; give it 10 to 256");
  EXPECT_THAT(add("bob --role boss", "a long password\n"), StartsWith("1: candor: no role 'boss'"));
  EXPECT_THAT(add("Bob --role supervisor", "a long password\n"), HasSubstr("account name 'Bob'"));
  EXPECT_EQ(add("bob --role supervisor", ""), "1: candor: no password was given");
  EXPECT_EQ(users(), "ACCOUNT  ROLE  STATE\n");
}

TEST_F(CommandLineTest, AddsNobodyTwice) {
  candor("user add bob --role custodian --password-stdin", "a long password\n");

  EXPECT_EQ(failure(candor("user add bob --role supervisor --password-stdin", "a long password\n")),
            "1: candor: there is an account 'bob'");
}

TEST_F(CommandLineTest, APasswordIsNotTakenFromAPipeUnasked) {
  EXPECT_THAT(failure(candor("user add bob --role supervisor", "a long password\n")),
              StartsWith("1: candor: standard input is no terminal: give --password-stdin"));
}

TEST_F(CommandLineTest, LocksUnlocksAndGivesANewPassword) {
  candor("user add bob --role supervisor --password-stdin", "a long password\n");

  EXPECT_EQ(candor("user lock bob").exit_code, 0);
  EXPECT_THAT(users(), HasSubstr("bob      supervisor  locked"));
  EXPECT_EQ(candor("user unlock bob").exit_code, 0);
  EXPECT_THAT(users(), HasSubstr("bob      supervisor  active"));
  EXPECT_EQ(candor("user password bob --password-stdin", "another password\r\n").exit_code, 0);
}

TEST_F(CommandLineTest, AnAccountThatIsNotThereIsNamed) {
  for (const char* command : {"user lock carl", "user unlock carl"}) {
    EXPECT_EQ(failure(candor(command)), "1: candor: no account 'carl'");
  }
  EXPECT_EQ(failure(candor("user password carl --password-stdin", "a long password\n")),
            "1: candor: no account 'carl'");
}

TEST_F(CommandLineTest, TheWitnessIsUsedRightly) {
  for (const char* wrong : {"witness", "witness enrol", "witness settle x", "witness retire"}) {
    EXPECT_EQ(candor(wrong).exit_code, 2) << wrong;
  }
  EXPECT_THAT(failure(candor("witness list")),
              HasSubstr("the section [monitor.witness] is needed"));
}

TEST_F(CommandLineTest, AWitnessSaysWhatIsMissing) {
  write_config(config() + "[monitor.witness]\nname = \"supervision.example/w1\"\n");

  EXPECT_THAT(failure(candor("witness show")), HasSubstr("at its first start"));
  EXPECT_EQ(candor("witness list").out, "LOG  STATE  SIZE  COSIGNED  BY\n");
  EXPECT_EQ(failure(candor("witness retire a/b/1")), "1: candor: no log a/b/1 is enrolled");
  EXPECT_EQ(failure(candor("witness settle a/b/1 --reason x")),
            "1: candor: nothing is open of log a/b/1");
  const std::string witness_key =
      "supervision.example/w1+ee5a8dd0+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";
  EXPECT_THAT(failure(candor("witness enrol supervision.example/w1 --yes --vkey " + witness_key)),
              HasSubstr("a witness's key, not a log's"));
  const std::string log_key =
      "rec.example/site7/room-03/1+01413e6a+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
  EXPECT_THAT(failure(candor("witness enrol a/b/1 --yes --vkey " + log_key)),
              HasSubstr("this is the key of rec.example/site7/room-03/1, not of a/b/1"));
  EXPECT_EQ(candor("witness enrol rec.example/site7/room-03/1 --yes --vkey " + log_key).exit_code,
            0);
  EXPECT_THAT(candor("witness list").out, HasSubstr("rec.example/site7/room-03/1  enrolled  -"));
}

TEST_F(CommandLineTest, TheIndexIsNotRebuiltWhileCaptureRuns) {
  const auto lock = storage::StateLock::take(folder_ / "capture");
  ASSERT_TRUE(lock.has_value());

  const std::string said = failure(candor("index rebuild"));

  EXPECT_THAT(said, StartsWith("1: candor: " + (folder_ / "capture")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "capture/index.db"));
}

TEST_F(CommandLineTest, TheIndexNeedsAVolume) {
  EXPECT_THAT(failure(candor("index rebuild")), StartsWith("1: candor: " + (folder_ / "a")));
}

}  // namespace
}  // namespace candor::app::cli
