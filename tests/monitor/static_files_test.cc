// SPDX-License-Identifier: Apache-2.0
// The console's files: everybody gets them, and nothing else of the disk.
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "tests/monitor/monitored.h"

namespace candor::monitor {
namespace {

using test::Answer;
using testing::HasSubstr;

class StaticFilesTest : public test::MonitoredTest {
 protected:
  void SetUp() override {
    MonitoredTest::SetUp();
    std::filesystem::create_directories(folder_ / "console/assets");
    write("console/index.html", "the page");
    write("console/assets/app-1a2b.js", "the script");
    write("secret.txt", "secret");
    write("console/.hidden", "secret");
  }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  Answer get(const std::string& path, const std::string& method = "GET") {
    return test::Browser(server_->port()).send(method, path, {});
  }
};

TEST_F(StaticFilesTest, ThePageMayNotBeKeptNorFramed) {
  const Answer answer = get("/");

  EXPECT_EQ(answer.body, "the page");
  EXPECT_EQ(answer.headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(answer.headers.at("cache-control"), "no-cache");
  EXPECT_THAT(answer.headers.at("content-security-policy"), HasSubstr("frame-ancestors 'none'"));
  EXPECT_EQ(answer.headers.at("x-content-type-options"), "nosniff");
}

TEST_F(StaticFilesTest, AssetsAreKeptForEver) {
  const Answer answer = get("/assets/app-1a2b.js");

  EXPECT_EQ(answer.body, "the script");
  EXPECT_EQ(answer.headers.at("content-type"), "text/javascript; charset=utf-8");
  EXPECT_THAT(answer.headers.at("cache-control"), HasSubstr("immutable"));
}

TEST_F(StaticFilesTest, APathOfTheConsoleGetsThePage) {
  for (const char* path : {"/wall", "/sessions/018f?x=1", "/assets", "/assets/", "/apiary"}) {
    EXPECT_EQ(get(path).body, "the page") << path;
  }
}

TEST_F(StaticFilesTest, NoPathLeavesTheFolder) {
  for (const char* path : {"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt",
                           "/assets/../../secret.txt", "/assets/..%5c..%5csecret.txt", "/.hidden",
                           "//etc/passwd", "/%00", "/assets/app-1a2b.js%00"}) {
    EXPECT_EQ(get(path).body, "the page") << path;
  }
}

TEST_F(StaticFilesTest, FilesAreOnlyRead) {
  EXPECT_EQ(get("/", "POST").status, 400U);
  EXPECT_EQ(get("/", "HEAD").headers.at("content-length"), "8");
}

TEST_F(StaticFilesTest, WithoutAConsoleItSaysWhatToDo) {
  std::filesystem::remove_all(folder_ / "console");

  EXPECT_EQ(get("/").verdict(),
            "404 not-found: the console is not built: run npm run build in web/");
}

}  // namespace
}  // namespace candor::monitor
