// SPDX-License-Identifier: Apache-2.0
// State files.
#include "signer/last_signed.h"

#include <string>

#include <gmock/gmock.h>

#include "tests/signer/signer_fixture.h"

namespace candor::signer {
namespace {

class LastSignedTest : public ::testing::Test {
 protected:
  test::TempFolder folder_;
  LastSignedFiles files_{folder_.path()};
  GrownLog log_;
};

TEST_F(LastSignedTest, TheFileIsTextWithAChecksum) {
  const evidence::TreeHead head{.size = 0, .root = evidence::empty_root()};

  EXPECT_EQ(format_last_signed("a/b", head),
            "candor-signer last 1\na/b\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
            "0a50cbfaef3579d7cdbc96b068366e118bbdbb26c508852867b0ee3b98c913e5\n");
}

TEST_F(LastSignedTest, ReadsWhatWasWrittenLast) {
  ASSERT_TRUE(files_.write(kOrigin, log_.head(5)).has_value());
  ASSERT_TRUE(files_.write(kOrigin, log_.head(11)).has_value());

  EXPECT_EQ(files_.read(kOrigin).value(), log_.head(11));
  EXPECT_EQ(files_.count().value(), 1U);
}

TEST_F(LastSignedTest, WhatWasNeverWrittenIsNotFound) {
  EXPECT_EQ(files_.read(kOrigin).error().kind(), ErrorKind::kNotFound);
}

TEST_F(LastSignedTest, WhatACrashLeftBesideItIsNoHarm) {
  ASSERT_TRUE(files_.write(kOrigin, log_.head(5)).has_value());
  std::ofstream(files_.path(kOrigin) + ".new") << "half";

  EXPECT_EQ(files_.read(kOrigin).value(), log_.head(5));
  ASSERT_TRUE(files_.write(kOrigin, log_.head(11)).has_value());
  EXPECT_EQ(files_.read(kOrigin).value(), log_.head(11));
}

}  // namespace
}  // namespace candor::signer
