// SPDX-License-Identifier: Apache-2.0
// Who may see a key, a PIN, a socket's folder.
#include "signer/private_files.h"

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>

#include "tests/signer/signer_fixture.h"

namespace candor::signer {
namespace {

using ::testing::HasSubstr;

class PrivateFilesTest : public ::testing::Test {
 protected:
  std::string file(mode_t mode, const std::string& text = "secret") {
    std::ofstream(path()) << text;
    ::chmod(path().c_str(), mode);
    return path();
  }
  std::string folder(mode_t mode) {
    ::mkdir(path().c_str(), 0700);
    ::chmod(path().c_str(), mode);
    return path();
  }
  [[nodiscard]] std::string path() const { return folder_ / "it"; }

  test::TempFolder folder_;
};

TEST_F(PrivateFilesTest, AFileOfTheOwnersIsRead) {
  EXPECT_EQ(read_private_file(file(0600)).value(), "secret");
  EXPECT_EQ(read_private_file(file(0400)).value(), "secret");
}

TEST_F(PrivateFilesTest, AFileThatOthersCanReadOrWriteIsRefused) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0644U, 0666U, 0601U}) {
    const auto read = read_private_file(file(mode));
    ASSERT_FALSE(read.has_value()) << mode;
    EXPECT_EQ(read.error().kind(), ErrorKind::kPermissionDenied);
    EXPECT_THAT(read.error().message(), HasSubstr("open to other accounts: chmod 600"));
  }
}

TEST_F(PrivateFilesTest, ALinkIsRefused) {
  std::filesystem::create_symlink(file(0600), folder_ / "link");

  EXPECT_THAT(read_private_file(folder_ / "link").error().message(), HasSubstr("is a link"));
}

TEST_F(PrivateFilesTest, AFileOfAnotherAccountIsRefused) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give a file away";
  }
  ASSERT_EQ(::chown(file(0600).c_str(), 65534, 65534), 0);

  EXPECT_THAT(read_private_file(path()).error().message(), HasSubstr("belongs to account 65534"));
}

TEST_F(PrivateFilesTest, AFileThatIsTooLongIsRefused) {
  EXPECT_EQ(
      read_private_file(file(0600, std::string(kPrivateFileBytesMax + 1, 'x'))).error().kind(),
      ErrorKind::kDataLoss);
  EXPECT_TRUE(read_private_file(file(0600, std::string(kPrivateFileBytesMax, 'x'))).has_value());
}

TEST_F(PrivateFilesTest, CreatingNeverReplaces) {
  ASSERT_TRUE(create_private_file(path(), "first").has_value());

  EXPECT_EQ(create_private_file(path(), "second").error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(content_of(path()), "first");
  EXPECT_FALSE(std::filesystem::exists(path() + ".new"));
}

TEST_F(PrivateFilesTest, TheStateIsTheOwnersAlone) {
  EXPECT_TRUE(check_private_folder(folder(0700)).has_value());
  for (const mode_t mode : {0750U, 0705U, 0701U, 0710U}) {
    EXPECT_THAT(check_private_folder(folder(mode)).error().message(), HasSubstr("chmod 700"));
  }
}

TEST_F(PrivateFilesTest, ASocketsFolderLetsItsGroupInAndNobodyElse) {
  EXPECT_TRUE(check_socket_folder(folder(0700)).has_value());
  EXPECT_TRUE(check_socket_folder(folder(0750)).has_value());
  for (const mode_t mode : {0770U, 0755U, 0751U, 0702U, 0777U, 01777U}) {
    EXPECT_THAT(check_socket_folder(folder(mode)).error().message(), HasSubstr("chmod 750"))
        << mode;
  }
}

TEST_F(PrivateFilesTest, AFolderIsWorkedInByOne) {
  auto first = lock_folder(folder(0700));
  ASSERT_TRUE(first.has_value());

  EXPECT_EQ(lock_folder(path()).error().kind(), ErrorKind::kAlreadyExists);
  first->reset();
  EXPECT_TRUE(lock_folder(path()).has_value());
}

}  // namespace
}  // namespace candor::signer
