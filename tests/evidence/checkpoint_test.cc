// SPDX-License-Identifier: Apache-2.0
// Checkpoints: the published one byte for byte, and every other way to write one refused.
#include "evidence/checkpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evidence/vectors.h"

namespace candor::evidence {
namespace {

constexpr std::string_view kRootLine = "pqp+yEpkflSS7e59LLd0PYWrWFoOlvls+OswHkQhti8=\n";

std::string text_with_size(std::string_view size) {
  return "origin\n" + std::string(size) + "\n" + std::string(kRootLine);
}

TEST(CheckpointTest, OpensTheVectorWithTheKeysOfLogAndWitness) {
  const std::vector<NoteKey> known = {log_key(), witness_key()};

  const auto opened = open_checkpoint(kCheckpointNote, known);

  ASSERT_TRUE(opened.has_value()) << opened.error().message();
  EXPECT_EQ(opened->checkpoint.origin, kOrigin);
  EXPECT_EQ(opened->checkpoint.size, 11U);
  EXPECT_EQ(to_hex(opened->checkpoint.root), kRoot11);
  EXPECT_EQ(opened->signatures.size(), 2U);
  EXPECT_EQ(opened->signatures[1].time_s, kWitnessTime);
}

TEST(CheckpointTest, IsSignedToTheBytesOfTheVector) {
  MemorySigner log = signer_of(1);
  const Checkpoint checkpoint = parse_checkpoint(kCheckpointText).value();

  const Note note = sign_checkpoint(checkpoint, log).value();

  EXPECT_EQ(note.text, kCheckpointText);
  EXPECT_TRUE(kCheckpointNote.starts_with(format_note(note)));
}

TEST(CheckpointTest, KeepsExtensionLinesOfOtherLogs) {
  const auto checkpoint = parse_checkpoint(text_with_size("1") + "more\nand more\n");

  ASSERT_TRUE(checkpoint.has_value()) << checkpoint.error().message();
  EXPECT_THAT(checkpoint->extensions, ::testing::ElementsAre("more", "and more"));
}

TEST(CheckpointTest, ReadsSizesFromNoneToTheLargest) {
  EXPECT_EQ(parse_checkpoint(text_with_size("0"))->size, 0U);
  EXPECT_EQ(parse_checkpoint(text_with_size("9223372036854775807"))->size,
            std::uint64_t{9'223'372'036'854'775'807U});
}

TEST(CheckpointTest, RefusesSizesThatAreNoPlainDecimals) {
  for (const char* size : {"", "00", "01", "+1", "-1", " 1", "1 ", "0x1", "1e3",
                           "9223372036854775808", "18446744073709551617", "99999999999999999999"}) {
    const auto checkpoint = parse_checkpoint(text_with_size(size));
    ASSERT_FALSE(checkpoint.has_value()) << size;
    EXPECT_EQ(checkpoint.error().kind(), ErrorKind::kInvalidArgument);
  }
}

TEST(CheckpointTest, RefusesTextThatIsNoCheckpoint) {
  const std::string text(kCheckpointText);
  for (const std::string& bad :
       {std::string(), std::string("\n"), std::string("origin\n1\n"),
        "\n1\n" + std::string(kRootLine), text.substr(0, text.size() - 1), text + "\n",
        text + "a\n\n", text + "a", std::string("origin\n1\npqp+yEpk\n"),
        std::string("origin\n1\n\n"), "origin\n1\n " + std::string(kRootLine)}) {
    const auto checkpoint = parse_checkpoint(bad);
    ASSERT_FALSE(checkpoint.has_value()) << bad;
    EXPECT_EQ(checkpoint.error().kind(), ErrorKind::kInvalidArgument);
  }
}

TEST(CheckpointTest, OpensNothingThatIsSignedButNoCheckpoint) {
  MemorySigner log = signer_of(1);
  Note note{.text = "hello\n", .signatures = {}};
  note.signatures.push_back(sign_note(note.text, kOrigin, log).value());

  EXPECT_FALSE(open_checkpoint(format_note(note), std::vector{log_key()}).has_value());
}

}  // namespace
}  // namespace candor::evidence
