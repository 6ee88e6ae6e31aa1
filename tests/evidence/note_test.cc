// SPDX-License-Identifier: Apache-2.0
// Signed notes: one form only, known signatures checked, unknown ones kept.
#include "evidence/note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evidence/vectors.h"

namespace candor::evidence {
namespace {

using ::testing::ElementsAre;

Note vector_note() { return parse_note(kCheckpointNote).value(); }

ErrorKind verdict(const Note& note, const std::vector<NoteKey>& known) {
  const auto found = verify_note(note, known);
  EXPECT_FALSE(found.has_value());
  return found.has_value() ? ErrorKind::kInternal : found.error().kind();
}

TEST(NoteTest, ParsesTheVectorAndWritesItBackToTheSameBytes) {
  const Note note = vector_note();

  EXPECT_EQ(note.text, kCheckpointText);
  ASSERT_EQ(note.signatures.size(), 2U);
  EXPECT_EQ(note.signatures[0].name, kOrigin);
  EXPECT_EQ(note.signatures[0].key_id, 0x01413e6aU);
  EXPECT_EQ(note.signatures[1].signature.size(), 72U);
  EXPECT_EQ(format_note(note), kCheckpointNote);
}

TEST(NoteTest, VerifiesTheVectorWithTheTimeOfItsWitness) {
  const std::vector<NoteKey> known = {witness_key(), log_key()};

  EXPECT_THAT(verify_note(vector_note(), known).value(),
              ElementsAre(KnownSignature{.key = 1, .line = 0, .time_s = 0},
                          KnownSignature{.key = 0, .line = 1, .time_s = kWitnessTime}));
}

TEST(NoteTest, SignsAndCosignsTheVectorToTheSameBytes) {
  MemorySigner log = signer_of(1);
  MemorySigner witness = signer_of(2);

  Note note{.text = std::string(kCheckpointText), .signatures = {}};
  note.signatures.push_back(sign_note(note.text, kOrigin, log).value());
  note.signatures.push_back(cosign_note(note.text, kWitness, kWitnessTime, witness).value());

  EXPECT_EQ(format_note(note), kCheckpointNote);
}

TEST(NoteTest, VerifiesTheExampleOfSignedNote) {
  // C2SP signed-note, "Verifier keys", "Example".
  const auto note = parse_note(
      "This is an example message.\n\n\xE2\x80\x94 example.com/foo "
      "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
      "\n");
  const std::vector<NoteKey> known = {
      parse_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").value()};

  ASSERT_TRUE(note.has_value()) << note.error().message();
  EXPECT_TRUE(verify_note(*note, known).has_value());
}

TEST(NoteTest, SplitsTextFromSignaturesAtTheLastBlankLine) {
  MemorySigner signer = signer_of(1);
  Note note{.text = "one\n\ntwo\n\n\nthree\n", .signatures = {}};
  note.signatures.push_back(sign_note(note.text, "name", signer).value());

  EXPECT_EQ(parse_note(format_note(note)).value(), note);
}

TEST(NoteTest, KeepsSignaturesOfUnknownKeysAndPassesThemOver) {
  Note note = vector_note();
  // The name of a known key with another id, the id of a known key with another name.
  note.signatures.push_back({.name = std::string(kOrigin), .key_id = 0x01020304, .signature = {1}});
  note.signatures.push_back(
      {.name = "stranger", .key_id = 0x01413e6a, .signature = Bytes(2420, 7)});

  const Note read = parse_note(format_note(note)).value();

  EXPECT_EQ(read, note);
  EXPECT_EQ(verify_note(read, std::vector{log_key()}).value().size(), 1U);
}

TEST(NoteTest, RefusesANoteThatNoKnownKeySigned) {
  EXPECT_EQ(verdict(vector_note(), {}), ErrorKind::kPermissionDenied);
  NoteKey other = log_key();
  other.name = "rec.example/site7/room-04/1";
  EXPECT_EQ(verdict(vector_note(), {other}), ErrorKind::kPermissionDenied);
}

TEST(NoteTest, RefusesTheWholeNoteForOneBadSignatureOfAKnownKey) {
  for (const std::size_t line : {0U, 1U}) {
    for (std::size_t at = 0; at < vector_note().signatures[line].signature.size(); ++at) {
      Note note = vector_note();
      note.signatures[line].signature[at] ^= 0x10;
      EXPECT_EQ(verdict(note, {log_key(), witness_key()}), ErrorKind::kPermissionDenied) << at;
    }
  }
}

TEST(NoteTest, RefusesASignatureThatIsTooShortTooLongOrWithoutTime) {
  for (const std::size_t size : {1U, 8U, 63U, 65U, 71U, 73U}) {
    Note note = vector_note();
    note.signatures[0].signature.resize(size);
    EXPECT_EQ(verdict(note, {log_key()}), ErrorKind::kPermissionDenied) << size;
    note = vector_note();
    note.signatures[1].signature.resize(size);
    EXPECT_EQ(verdict(note, {witness_key()}), ErrorKind::kPermissionDenied) << size;
  }
}

TEST(NoteTest, RefusesAnotherTextUnderTheSameSignatures) {
  for (std::size_t at = 0; at + 1 < kCheckpointText.size(); ++at) {
    Note note = vector_note();
    note.text[at] = note.text[at] == 'x' ? 'y' : 'x';
    EXPECT_EQ(verdict(note, {log_key(), witness_key()}), ErrorKind::kPermissionDenied) << at;
  }
}

TEST(NoteTest, TakesNoCosignatureForALogsSignatureOfTheSameKey) {
  MemorySigner signer = signer_of(1);
  Note note{.text = std::string(kCheckpointText), .signatures = {}};
  note.signatures.push_back(cosign_note(note.text, kOrigin, kWitnessTime, signer).value());

  EXPECT_EQ(verdict(note, {log_key()}), ErrorKind::kPermissionDenied);
}

TEST(NoteTest, RefusesKnownKeysThatCannotBeToldApart) {
  EXPECT_EQ(verdict(vector_note(), {log_key(), witness_key(), log_key()}),
            ErrorKind::kInvalidArgument);
}

TEST(NoteTest, RefusesEveryTruncationAndOneByteMore) {
  for (std::size_t size = 0; size < kCheckpointNote.size(); ++size) {
    const auto note = parse_note(kCheckpointNote.substr(0, size));
    // Cut off behind the first signature it is a note of one signature.
    EXPECT_TRUE(!note.has_value() || note->signatures.size() == 1) << size;
  }
  EXPECT_FALSE(parse_note(std::string(kCheckpointNote) + "\n").has_value());
  EXPECT_FALSE(parse_note(std::string(kCheckpointNote) + "x").has_value());
}

TEST(NoteTest, RefusesMalformedNotes) {
  const std::string dash = "\xE2\x80\x94 ";
  for (const std::string& bytes : std::vector<std::string>{
           "", "\n\n", "a\n\n", "a\n\nb\n",
           "a\n" + dash + "n AAAAAAE=\n",             // No blank line.
           "a\n\n" + dash + "n AAAAAAE=",             // No last newline.
           "a\n\n" + dash + "n AAAAAA==\n",           // A key id and no signature.
           "a\n\n" + dash + "n AAAAAAF=\n",           // Bits that say nothing.
           "a\n\n" + dash + "n AAAAAAE\n",            // No padding.
           "a\n\n" + dash + "n  AAAAAAE=\n",          // Two blanks.
           "a\n\n" + dash + "n AAAAAAE= \n",          // A blank at the end.
           "a\n\n" + dash + "n+ AAAAAAE=\n",          // A plus in the name.
           "a\n\n" + dash + " AAAAAAE=\n",            // No name.
           "a\n\n" + dash + "n\xC2\xA0m AAAAAAE=\n",  // A space in the name.
           "a\n\n- n AAAAAAE=\n",                     // A hyphen for the dash.
           "a\r\n\n" + dash + "n AAAAAAE=\n",         // A control character.
           "a\xFF\n\n" + dash + "n AAAAAAE=\n",       // No UTF-8.
           "a\n\n" + dash + "n AAAAAAE=\nmore\n",     // No signature behind one.
       }) {
    const auto note = parse_note(bytes);
    ASSERT_FALSE(note.has_value()) << bytes;
    EXPECT_EQ(note.error().kind(), ErrorKind::kInvalidArgument) << bytes;
  }
  EXPECT_TRUE(parse_note("a\n\n" + dash + "n AAAAAAE=\n").has_value());
}

TEST(NoteTest, RefusesNotesAboveItsLimits) {
  Note note = vector_note();
  note.signatures.resize(kNoteSignaturesMax, note.signatures[0]);
  EXPECT_TRUE(parse_note(format_note(note)).has_value());
  note.signatures.push_back(note.signatures[0]);
  EXPECT_EQ(parse_note(format_note(note)).error().kind(), ErrorKind::kResourceExhausted);

  const std::string large = std::string(kNoteBytesMax, 'a') + std::string(kCheckpointNote);
  EXPECT_EQ(parse_note(large).error().kind(), ErrorKind::kResourceExhausted);
}

}  // namespace
}  // namespace candor::evidence
