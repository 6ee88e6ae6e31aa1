// SPDX-License-Identifier: Apache-2.0
// Verifier keys against published ones, and texts that must be refused.
#include "evidence/note_key.h"

#include <gtest/gtest.h>

#include "tests/evidence/vectors.h"

namespace candor::evidence {
namespace {

TEST(NoteKeyTest, ReadsTheVectorsOfLogAndWitnessAndWritesThemBack) {
  const NoteKey log = log_key();
  const NoteKey witness = witness_key();

  EXPECT_EQ(log.type, KeyType::kEd25519);
  EXPECT_EQ(log.name, kOrigin);
  EXPECT_EQ(log.key, signer_of(1).public_key());
  EXPECT_EQ(key_id(log), 0x01413e6aU);
  EXPECT_EQ(format_vkey(log), kLogVkey);
  EXPECT_EQ(witness.type, KeyType::kCosignature);
  EXPECT_EQ(witness.key, signer_of(2).public_key());
  EXPECT_EQ(key_id(witness), 0xee5a8dd0U);
  EXPECT_EQ(format_vkey(witness), kWitnessVkey);
}

TEST(NoteKeyTest, ReadsTheExampleOfSignedNote) {
  // C2SP signed-note, "Verifier keys", "Example".
  constexpr std::string_view kText =
      "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
  EXPECT_EQ(format_vkey(parse_vkey(kText).value()), kText);
}

TEST(NoteKeyTest, GivesOneKeyAnIdForEachOfItsUses) {
  NoteKey key = log_key();
  key.type = KeyType::kCosignature;
  EXPECT_NE(key_id(key), key_id(log_key()));
}

TEST(NoteKeyTest, RefusesTextThatIsNoVerifierKey) {
  const std::string key(kLogVkey);
  for (const std::string& text : {
           std::string(),
           std::string("+"),
           std::string("name"),
           key.substr(0, 36),
           key.substr(0, key.size() - 1),
           key + "A",
           key + "\n",
           " " + key,
           "other" + key,
           // The id in capitals, the id of another key.
           std::string(
               "rec.example/site7/room-03/1+01413E6A+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"),
           std::string(
               "rec.example/site7/room-03/1+01413e6b+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"),
           // 31 bytes of key.
           std::string(
               "rec.example/site7/room-03/1+01413e6a+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D28="),
       }) {
    const auto parsed = parse_vkey(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().kind(), ErrorKind::kInvalidArgument) << text;
  }
}

TEST(NoteKeyTest, SaysOfAKeyOfAnotherTypeThatItIsUnsupported) {
  const auto parsed = parse_vkey("witness.example/w1+00000000+BgAA");
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().kind(), ErrorKind::kUnsupported);
}

TEST(NoteKeyTest, RefusesNamesLongerThanItsLimit) {
  const NoteKey longest{.type = KeyType::kEd25519, .name = std::string(255, 'a'), .key = {}};
  const NoteKey longer{.type = KeyType::kEd25519, .name = std::string(256, 'a'), .key = {}};
  EXPECT_TRUE(parse_vkey(format_vkey(longest)).has_value());
  EXPECT_FALSE(parse_vkey(format_vkey(longer)).has_value());
}

TEST(NoteKeyTest, TakesNoNameWithSpacePlusControlOrBrokenUtf8) {
  EXPECT_TRUE(is_key_name("rec.example/site7/第一讯问室/1"));
  for (const std::string_view name :
       {"", "a b", "a+b", "a\tb", "a\nb", "a\xC2\xA0z", "a\xE2\x80\x83z", "a\xE3\x80\x80z",
        "a\xC2\x85z", "a\xE2\x80\xA8z", "\xFF"}) {
    EXPECT_FALSE(is_key_name(name)) << name;
  }
}

}  // namespace
}  // namespace candor::evidence
