// SPDX-License-Identifier: Apache-2.0
// Keys in files.
#include "signer/file_keys.h"

#include <string>
#include <sys/stat.h>

#include <gmock/gmock.h>

#include "core/bytes.h"
#include "tests/signer/signer_fixture.h"

namespace candor::signer {
namespace {

using ::testing::HasSubstr;

class FileKeysTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string key_file() const {
    return path_of_origin(folder_.path(), kOrigin) + ".key";
  }

  test::TempFolder folder_;
  FileKeys keys_{folder_.path()};
};

TEST_F(FileKeysTest, AKeyThatWasMadeIsFoundAgain) {
  EXPECT_EQ(keys_.find(kOrigin).error().kind(), ErrorKind::kNotFound);
  const auto made = keys_.make(kOrigin).value();
  const auto found = keys_.find(kOrigin).value();

  EXPECT_EQ(made->public_key(), found->public_key());
  const auto signature = found->sign(as_bytes("text")).value();
  EXPECT_TRUE(evidence::is_signed(made->public_key(), as_bytes("text"), signature));
}

TEST_F(FileKeysTest, AKeyIsNeverMadeTwice) {
  const auto made = keys_.make(kOrigin).value();

  EXPECT_EQ(keys_.make(kOrigin).error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(keys_.find(kOrigin).value()->public_key(), made->public_key());
}

TEST_F(FileKeysTest, KeysOfTwoOriginsAreTwoKeys) {
  EXPECT_NE(keys_.make("a").value()->public_key(), keys_.make("b").value()->public_key());
}

TEST_F(FileKeysTest, ATornKeyIsRefusedAtEveryLength) {
  ASSERT_TRUE(keys_.make(kOrigin).has_value());
  const std::string whole = content_of(key_file());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::ofstream(key_file(), std::ios::trunc) << whole.substr(0, size);
    EXPECT_EQ(keys_.find(kOrigin).error().kind(), ErrorKind::kDataLoss) << size;
  }
}

TEST_F(FileKeysTest, AKeyThatOthersCanReadIsRefusedAtTheStart) {
  ASSERT_TRUE(keys_.make(kOrigin).has_value());
  EXPECT_TRUE(keys_.check_all().has_value());
  ::chmod(key_file().c_str(), 0640);

  EXPECT_EQ(keys_.find(kOrigin).error().kind(), ErrorKind::kPermissionDenied);
  EXPECT_THAT(keys_.check_all().error().message(), HasSubstr(key_file()));
}

TEST_F(FileKeysTest, TheSeedStandsInNoErrorText) {
  ASSERT_TRUE(keys_.make(kOrigin).has_value());
  std::string text = content_of(key_file());
  const std::string seed = text.substr(text.find('\n', text.find('\n') + 1) + 1, 64);
  text.replace(text.size() - 2, 1, "x");
  std::ofstream(key_file(), std::ios::trunc) << text;

  EXPECT_THAT(keys_.find(kOrigin).error().message(), testing::Not(HasSubstr(seed)));
}

}  // namespace
}  // namespace candor::signer
