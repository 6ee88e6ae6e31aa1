// SPDX-License-Identifier: Apache-2.0
// add-checkpoint: the bodies of requests and answers, one form each.
#include "evidence/witness_request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/text_lines.h"
#include "tests/evidence/vectors.h"

namespace candor::evidence {
namespace {

std::string vector_request() {
  std::string body = "old 5\n";
  for (const std::string_view line : kConsistency5To11) {
    body += std::string(line) + "\n";
  }
  return body + "\n" + std::string(kCheckpointNote);
}

TEST(WitnessRequestTest, ReadsARequestAndWritesItBackToTheSameBytes) {
  const auto request = parse_witness_request(vector_request());

  ASSERT_TRUE(request.has_value()) << request.error().message();
  EXPECT_EQ(request->old_size, 5U);
  ASSERT_EQ(request->proof.size(), 5U);
  EXPECT_EQ(to_hex(request->proof[0]), kLeaf4);
  EXPECT_EQ(request->checkpoint.text, kCheckpointText);
  EXPECT_EQ(format_witness_request(*request), vector_request());
}

TEST(WitnessRequestTest, NeedsNoProofForTheFirstCheckpoint) {
  const std::string body = "old 0\n\n" + std::string(kCheckpointNote);
  EXPECT_EQ(format_witness_request(parse_witness_request(body).value()), body);
}

TEST(WitnessRequestTest, RefusesEveryOtherForm) {
  const std::string note(kCheckpointNote);
  const std::string hash = std::string(kConsistency5To11[0]) + "\n";
  for (const std::string& body :
       std::vector<std::string>{"",
                                "\n",
                                "old 5",
                                "old 5\n",
                                note,
                                "\n" + note,
                                "old 5\n" + note,
                                "old\n\n" + note,
                                "old  5\n\n" + note,
                                "old 05\n\n" + note,
                                "old -1\n\n" + note,
                                "old 5 \n\n" + note,
                                "Old 5\n\n" + note,
                                "old 9223372036854775808\n\n" + note,
                                " old 5\n\n" + note,
                                "old 5\r\n\n" + note,
                                "old 5\n\n\n" + hash + "\n",
                                "old 5\n" + hash,
                                "old 5\nAAAA\n\n" + note,
                                "old 5\n " + hash + "\n" + note,
                                "old 5\n" + hash + "\n",
                                "old 5\n" + hash + "\n" + note + "\n",
                                "old 5\n" + hash + "\n" + note.substr(0, 90)}) {
    const auto request = parse_witness_request(body);
    ASSERT_FALSE(request.has_value()) << body;
    EXPECT_EQ(request.error().kind(), ErrorKind::kInvalidArgument) << body;
  }
}

TEST(WitnessRequestTest, TakesSixtyThreeHashesAndNoMore) {
  WitnessRequest request = parse_witness_request(vector_request()).value();
  request.proof.resize(kProofLinesMax);
  const std::string body = format_witness_request(request);
  EXPECT_EQ(parse_witness_request(body).value(), request);

  const std::string longer = "old 5\n" + std::string(kConsistency5To11[0]) + body.substr(5);
  EXPECT_EQ(parse_witness_request(longer).error().kind(), ErrorKind::kResourceExhausted);
  EXPECT_EQ(parse_witness_request(std::string(kWitnessRequestBytesMax + 1, 'a')).error().kind(),
            ErrorKind::kResourceExhausted);
}

TEST(CosignaturesTest, AreTheLinesOfAnAnswer) {
  const Note note = parse_note(kCheckpointNote).value();
  const std::string line = format_signature(note.signatures[1]);

  EXPECT_EQ(parse_cosignatures(line + line).value(),
            (std::vector{note.signatures[1], note.signatures[1]}));
  for (const std::string& body : {std::string(), std::string("\n"), line + "\n", "\n" + line,
                                  line.substr(0, line.size() - 1), line + "more"}) {
    EXPECT_EQ(parse_cosignatures(body).error().kind(), ErrorKind::kInvalidArgument) << body;
  }
  std::string many;
  for (std::size_t i = 0; i <= kNoteSignaturesMax; ++i) {
    many += line;
  }
  EXPECT_EQ(parse_cosignatures(many).error().kind(), ErrorKind::kResourceExhausted);
}

TEST(KnownSizeTest, IsADecimalAndANewline) {
  EXPECT_EQ(format_known_size(20'852'014), "20852014\n");
  EXPECT_EQ(parse_known_size("20852014\n").value(), 20'852'014U);
  EXPECT_EQ(parse_known_size("0\n").value(), 0U);
  for (const char* body : {"", "\n", "1", "01\n", "1\n\n", "1\n2\n", "1\r\n", "one\n"}) {
    EXPECT_EQ(parse_known_size(body).error().kind(), ErrorKind::kInvalidArgument) << body;
  }
}

}  // namespace
}  // namespace candor::evidence
