// SPDX-License-Identifier: Apache-2.0
// Messages as they are written and read.
#include "signer/protocol.h"

#include <string>

#include <gmock/gmock.h>

#include "tests/signer/grown_log.h"

namespace candor::signer {
namespace {

using ::testing::StartsWith;

std::string body_of(const std::string& message) {
  return message.substr(std::string("sign\n").size());
}

TEST(ProtocolTest, ARequestIsTheBodyOfAddCheckpointWithoutSignatures) {
  SignRequest request;
  request.old = 5;
  request.proof = {evidence::Digest{}};
  request.checkpoint = {.origin = "a/b", .size = 11, .root = {}, .extensions = {}};

  EXPECT_EQ(format_sign(request),
            "sign\nold 5\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
            "a/b\n11\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
}

TEST(ProtocolTest, ARequestIsReadAsItWasWritten) {
  GrownLog log;
  for (const auto& [old, size] : {std::pair(0, 0), {0, 7}, {5, 11}, {700, 1000}}) {
    const std::string text =
        format_sign(log.request(static_cast<std::uint64_t>(old), static_cast<std::uint64_t>(size)));
    EXPECT_EQ(format_sign(parse_sign(body_of(text)).value()), text);
  }
}

TEST(ProtocolTest, TheLargestRequestFits) {
  SignRequest request;
  request.old = evidence::kTreeSizeMax;
  request.proof.resize(63);
  request.checkpoint = {.origin = std::string(evidence::kKeyNameBytesMax, 'o'),
                        .size = evidence::kTreeSizeMax,
                        .root = {},
                        .extensions = {}};

  EXPECT_LT(format_sign(request).size(), kMessageBytesMax);
}

TEST(ProtocolTest, RequestsInAnyOtherFormAreRefused) {
  GrownLog log;
  const std::string good = body_of(format_sign(log.request(5, 11)));
  ASSERT_TRUE(parse_sign(good).has_value());
  for (const std::string& bad :
       {std::string(), good.substr(1), "old 05" + good.substr(5), "old -5" + good.substr(5),
        "old  5" + good.substr(5), good.substr(0, good.size() - 1), good + "extension\n",
        good + "\n", good.substr(0, good.find("\n\n") + 1)}) {
    EXPECT_FALSE(parse_sign(bad).has_value()) << bad;
  }
}

TEST(ProtocolTest, MoreProofLinesThanAnyProofNeedsAreRefused) {
  SignRequest request;
  request.proof.resize(64);
  request.checkpoint = {.origin = "a", .size = 1, .root = {}, .extensions = {}};

  EXPECT_FALSE(parse_sign(body_of(format_sign(request))).has_value());
}

TEST(ProtocolTest, ARefusalTellsItsReasonAndTheLastSize) {
  EXPECT_EQ(parse_refusal("refused: last 11\n")->last, 11U);
  EXPECT_EQ(parse_refusal("refused: another root; last 11\n")->last, 11U);
  EXPECT_EQ(parse_refusal("refused: another root; last 11\n")->reason, "another root; last 11");
  EXPECT_EQ(parse_refusal("refused: at last\n")->last, std::nullopt);
  EXPECT_EQ(parse_refusal("refused: last x\n")->last, std::nullopt);
  EXPECT_FALSE(parse_refusal("a AAAA\n").has_value());
}

TEST(ProtocolTest, ARefusalIsOnePlainLine) {
  EXPECT_EQ(format_refusal("two\nlines"), "refused: two lines\n");
  EXPECT_THAT(format_refusal(std::string(5000, 'x')), StartsWith("refused: xxx"));
  EXPECT_LT(format_refusal(std::string(5000, 'x')).size(), kMessageBytesMax);
}

TEST(ProtocolTest, AFrameIsItsLengthAndTheMessage) {
  EXPECT_EQ(frame("ab"), std::string("\0\0\0\2ab", 6));
  EXPECT_EQ(parse_frame_head(as_bytes(frame("ab"))).value(), 2U);
  EXPECT_FALSE(parse_frame_head(as_bytes(std::string_view("\0\0\0\0", 4))).has_value());
  EXPECT_FALSE(parse_frame_head(as_bytes(std::string_view("\0\0\x20\1", 4))).has_value());
  EXPECT_FALSE(parse_frame_head(as_bytes("GET ")).has_value());
}

}  // namespace
}  // namespace candor::signer
