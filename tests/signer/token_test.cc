// SPDX-License-Identifier: Apache-2.0
// Keys on a PKCS#11 token: a real one of SoftHSM, in a folder of the test's.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "signer/token_keys.h"
#include "tests/signer/signer_fixture.h"

// SoftHSM 2.6.1 loses the curve's name at each key pair it makes: 37 bytes of OpenSSL's, without
// frame pointers that would lead to SoftHSM. LeakSanitizer asks for this.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:CRYPTO_zalloc\nleak:ASN1_STRING_set\n";
}

namespace candor::signer {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kPin = "test-1234";

std::string softhsm() {
  for (const char* path :
       {"/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"}) {
    if (std::filesystem::exists(path)) {
      return path;
    }
  }
  return {};
}

// One for the whole program: the module reads its configuration once.
class SoftToken {
 public:
  SoftToken() {
    std::filesystem::create_directory(folder_ / "tokens");
    std::ofstream(folder_ / "softhsm2.conf")
        << "directories.tokendir = " << folder_ / "tokens" << "\nobjectstore.backend = file\n";
    ::setenv("SOFTHSM2_CONF", (folder_ / "softhsm2.conf").c_str(), 1);
    const std::string command =
        "softhsm2-util --init-token --free --label candor --so-pin so-1234 "
        "--pin " +
        std::string(kPin) + " > /dev/null";
    is_made_ = std::system(command.c_str()) == 0;  // NOLINT(cert-env33-c): the test's own words
  }
  [[nodiscard]] bool is_made() const { return is_made_; }

 private:
  test::TempFolder folder_;
  bool is_made_ = false;
};

class TokenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_FALSE(softhsm().empty()) << "install softhsm2 (tools/packages.txt)";
    static const SoftToken token;
    ASSERT_TRUE(token.is_made());
    // Each test has an origin of its own on the one token.
    origin_ = "rec.example/site7/" +
              std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + "/1";
  }
  static Result<std::unique_ptr<TokenKeys>> open(std::string pin = std::string(kPin),
                                                 std::string label = "candor") {
    return TokenKeys::open({.module = softhsm(), .label = std::move(label), .pin = std::move(pin)});
  }

  std::string origin_;
};

TEST_F(TokenTest, AKeyPairIsMadeOnTheTokenAndSigns) {
  const auto keys = open().value();
  EXPECT_EQ(keys->find(origin_).error().kind(), ErrorKind::kNotFound);

  const auto made = keys->make(origin_).value();
  const auto signature = made->sign(as_bytes("text")).value();

  EXPECT_TRUE(evidence::is_signed(made->public_key(), as_bytes("text"), signature));
  EXPECT_FALSE(evidence::is_signed(made->public_key(), as_bytes("texT"), signature));
}

TEST_F(TokenTest, AKeyIsFoundAgainByItsOrigin) {
  const auto before = open().value()->make(origin_).value()->public_key();
  const auto keys = open().value();

  const auto found = keys->find(origin_).value();

  EXPECT_EQ(found->public_key(), before);
  EXPECT_TRUE(evidence::is_signed(before, as_bytes("text"), found->sign(as_bytes("text")).value()));
}

TEST_F(TokenTest, TheDeskWorksWithAToken) {
  const test::TempFolder folder;
  const auto keys = open().value();
  SigningDesk desk({.state = folder.path(), .origin_prefix = {}, .makes_keys = true}, *keys);
  GrownLog log("one", origin_);
  const std::string vkey = desk.answer(format_vkey_question(origin_));
  const auto key = evidence::parse_vkey(vkey.substr(0, vkey.find('\n'))).value();
  const auto sign = [&](std::uint64_t old, std::uint64_t size) {
    const SignRequest request = log.request(old, size);
    return verdict_of(desk.answer(format_sign(request)), request, key);
  };

  EXPECT_EQ(sign(0, 5), "signed");
  EXPECT_EQ(sign(5, 11), "signed");
  EXPECT_EQ(sign(0, 5), "the checkpoint is smaller than the last one; last 11");
  SigningDesk lost({.state = folder / "..", .origin_prefix = {}, .makes_keys = true}, *keys);
  EXPECT_THAT(lost.answer(format_vkey_question(origin_)),
              HasSubstr("what was signed last is missing, and the key is there"));
}

TEST_F(TokenTest, AKeyOfASessionThatEndedIsOfNoUseAndIsFoundAnew) {
  const auto keys = open().value();
  const auto made = keys->make(origin_).value();

  EXPECT_EQ(keys->sign(7, TokenKey{}, as_bytes("text")).error().kind(), ErrorKind::kUnavailable);
  EXPECT_TRUE(made->sign(as_bytes("text")).has_value());
}

TEST_F(TokenTest, ASessionThatBrokeIsReplacedByItself) {
  const auto keys = open().value();
  const auto made = keys->make(origin_).value();
  // A handle that the token does not know: the session is given up.
  EXPECT_FALSE(
      keys->sign(1, TokenKey{.private_key = 999'999, .public_key = {}}, as_bytes("x")).has_value());

  EXPECT_EQ(made->sign(as_bytes("text")).error().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(keys->find(origin_).value()->public_key(), made->public_key());
}

TEST_F(TokenTest, AWrongPinIsRefusedAndSaid) {
  const auto refused = open("wrong-1234");

  EXPECT_EQ(refused.error().kind(), ErrorKind::kPermissionDenied);
  EXPECT_THAT(refused.error().message(), HasSubstr("PIN"));
  EXPECT_THAT(refused.error().message(), testing::Not(HasSubstr("wrong-1234")));
}

TEST_F(TokenTest, AnotherTokenIsNotFound) {
  EXPECT_EQ(open(std::string(kPin), "other").error().kind(), ErrorKind::kNotFound);
}

TEST_F(TokenTest, WhatIsNoModuleIsSaid) {
  EXPECT_EQ(TokenKeys::open({.module = "/nowhere.so", .label = "x", .pin = "x"}).error().kind(),
            ErrorKind::kNotFound);
  EXPECT_EQ(TokenKeys::open({.module = "libm.so.6", .label = "x", .pin = "x"}).error().kind(),
            ErrorKind::kUnsupported);
}

}  // namespace
}  // namespace candor::signer
