// SPDX-License-Identifier: Apache-2.0
// C2SP tlog-witness v1.0.0, sentence by sentence, over real HTTP.
#include <array>

#include <gmock/gmock.h>

#include "evidence/checkpoint.h"
#include "evidence/note_key.h"
#include "tests/witness/served_witness.h"

namespace candor::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ProtocolTest : public ServedWitness {
 protected:
  ShownLog log_;
};

TEST_F(ProtocolTest, AnUnknownOriginIs404) { EXPECT_EQ(verdict(log_.body(0, 5)), "404"); }

TEST_F(ProtocolTest, ARetiredLogIs404AndStillShown) {
  enrol(log_);
  EXPECT_EQ(verdict(log_.body(0, 5)), "200");
  ASSERT_TRUE(open_records()->logs.retire(log_.origin(), {.name = "anna", .at = {}}).has_value());

  EXPECT_EQ(verdict(log_.body(5, 7)), "404");
  const std::string hash = to_hex(evidence::sha256(as_bytes(log_.origin())));
  EXPECT_EQ(send("GET", "/witness/" + hash + "/checkpoint").status, 200U);
  EXPECT_TRUE(open_records()->offers.pending()->empty());
}

TEST_F(ProtocolTest, ASignatureOfNoTrustedKeyIs403) {
  enrol(log_);

  EXPECT_EQ(verdict(log_.with_key(9).body(0, 5)), "403");
  EXPECT_TRUE(refusals(log_).empty());
}

TEST_F(ProtocolTest, ADamagedSignatureIs403) {
  enrol(log_);
  evidence::WitnessRequest request = log_.request(0, 5);
  request.checkpoint.signatures.at(0).signature.back() ^= 1;

  EXPECT_EQ(verdict(evidence::format_witness_request(request)), "403");
}

TEST_F(ProtocolTest, SignaturesOfUnknownKeysAreIgnored) {
  enrol(log_);
  evidence::WitnessRequest request = log_.request(0, 5);
  request.checkpoint.signatures.insert(request.checkpoint.signatures.begin(),
                                       {.name = "stranger", .key_id = 7, .signature = Bytes(64)});

  EXPECT_EQ(verdict(evidence::format_witness_request(request)), "200");
  const std::string hash = to_hex(evidence::sha256(as_bytes(log_.origin())));
  EXPECT_THAT(send("GET", "/witness/" + hash + "/checkpoint").body,
              testing::Not(HasSubstr("stranger")));
}

TEST_F(ProtocolTest, WhatIsNoRequestIs400) {
  enrol(log_);
  const std::string good = log_.body(0, 5);
  const std::string rest = good.substr(good.find('\n'));
  for (const std::string& bad :
       {std::string(), std::string("old"), "old -1" + rest, "old 01" + rest, "new 0" + rest,
        "old 0\nnot base64" + rest, good.substr(0, good.size() - 1), "old 0\n" + good,
        std::string("old 0\n\nonly\n5\n\n")}) {
    EXPECT_EQ(verdict(bad), "400") << bad;
  }
}

TEST_F(ProtocolTest, MoreThan63ProofLinesAre400) {
  enrol(log_);
  std::string body = "old 5\n";
  for (int line = 0; line < 64; ++line) {
    body += "THPRg1nTT3Tt0pvYIOO1Hn6LhBJNl568eXkXWtWb/js=\n";
  }
  const std::string good = log_.body(5, 9);

  EXPECT_EQ(verdict(body + good.substr(good.find("\n\n") + 1)), "400");
}

TEST_F(ProtocolTest, AnOldSizeAboveTheCheckpointsIs400) {
  enrol(log_);
  EXPECT_EQ(verdict(log_.body(9, 5)), "400");
}

TEST_F(ProtocolTest, AnOldSizeThatIsNotOursIs409WithOurs) {
  enrol(log_);
  EXPECT_EQ(verdict(log_.body(3, 5)), "409 0");
  EXPECT_EQ(verdict(log_.body(0, 5)), "200");

  EXPECT_EQ(verdict(log_.body(0, 9)), "409 5");
  EXPECT_EQ(verdict(log_.body(4, 9)), "409 5");
  EXPECT_EQ(verdict(log_.body(6, 9)), "409 5");
  EXPECT_TRUE(refusals(log_).empty());
}

TEST_F(ProtocolTest, AProofThatDoesNotHoldIs422) {
  enrol(log_);
  EXPECT_EQ(verdict(log_.body(0, 5)), "200");

  evidence::WitnessRequest request = log_.request(5, 11);
  request.proof.at(1).at(0) ^= 1;
  EXPECT_EQ(verdict(evidence::format_witness_request(request)), "422");
  request = log_.request(5, 11);
  request.proof.pop_back();
  EXPECT_EQ(verdict(evidence::format_witness_request(request)), "422");
  request = log_.request(5, 11);
  request.proof.push_back(request.proof.front());
  EXPECT_EQ(verdict(evidence::format_witness_request(request)), "422");
  EXPECT_EQ(verdict(log_.body(5, 11)), "200");
}

TEST_F(ProtocolTest, AProofFromSizeZeroMustBeEmpty) {
  enrol(log_);
  evidence::WitnessRequest request = log_.request(0, 5);
  request.proof.push_back(request.checkpoint.signatures.empty() ? evidence::Digest{}
                                                                : evidence::empty_root());

  EXPECT_EQ(verdict(evidence::format_witness_request(request)), "422");
  EXPECT_TRUE(refusals(log_).empty()) << "nothing was cosigned that it could contradict";
}

TEST_F(ProtocolTest, SizeZeroIsCosignedOverTheEmptyTreeOnly) {
  enrol(log_);
  evidence::MemorySigner signer = signer_of(1);
  evidence::Checkpoint checkpoint = log_.checkpoint(0);
  checkpoint.root = log_.checkpoint(1).root;
  const std::string bad = evidence::format_witness_request(
      {.old_size = 0,
       .proof = {},
       .checkpoint = evidence::sign_checkpoint(checkpoint, signer).value()});

  EXPECT_EQ(verdict(bad), "422");
  EXPECT_EQ(verdict(log_.body(0, 0)), "200");
  EXPECT_EQ(verdict(log_.body(0, 0)), "200");
  EXPECT_EQ(verdict(log_.body(0, 4)), "200");
}

TEST_F(ProtocolTest, TheSameSizeWithTheSameRootIsCosignedAgain) {
  enrol(log_);
  EXPECT_EQ(verdict(log_.body(0, 5)), "200");
  EXPECT_EQ(verdict(log_.body(5, 5)), "200");
  EXPECT_TRUE(refusals(log_).empty());
}

TEST_F(ProtocolTest, TheSameSizeWithAnotherRootIs409AndEvidence) {
  enrol(log_);
  EXPECT_EQ(verdict(log_.body(0, 5)), "200");
  ShownLog fork = log_.forked_at(4);

  EXPECT_EQ(verdict(fork.body(5, 5)), "409 5");

  const auto kept = refusals(log_);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].kind, records::RefusedKind::kRewritten);
  EXPECT_EQ(as_text(kept[0].request), fork.body(5, 5));
}

TEST_F(ProtocolTest, AForkIs422AndEvidence) {
  enrol(log_);
  EXPECT_EQ(verdict(log_.body(0, 5)), "200");
  ShownLog fork = log_.forked_at(4);

  EXPECT_EQ(verdict(fork.body(5, 9)), "422");
  EXPECT_EQ(verdict(fork.body(5, 9)), "422");

  const auto kept = refusals(log_);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].kind, records::RefusedKind::kRewritten);
  EXPECT_EQ(kept[0].count, 2);
  EXPECT_EQ(as_text(kept[0].request), fork.body(5, 9));
}

TEST_F(ProtocolTest, ASmallerSizeIs409AndEvidenceOfARollback) {
  enrol(log_);
  EXPECT_EQ(verdict(log_.body(0, 9)), "200");

  EXPECT_EQ(verdict(log_.body(0, 5)), "409 9");
  EXPECT_EQ(verdict(log_.body(9, 5)), "400") << "whatever is answered, it is evidence";

  const auto kept = refusals(log_);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].kind, records::RefusedKind::kRolledBack);
  EXPECT_EQ(kept[0].count, 2);
  EXPECT_EQ(kept[0].cosigned_size, 9U);
}

TEST_F(ProtocolTest, TheAnswerIsACosignatureOverTheCheckpoint) {
  enrol(log_);
  const evidence::WitnessRequest request = log_.request(0, 5);
  const Reply reply = offer(evidence::format_witness_request(request));
  ASSERT_EQ(reply.status, 200U) << reply.body;
  EXPECT_THAT(reply.body, StartsWith("\xE2\x80\x94 supervision.example/w1 "));

  const std::array known = {log_.key(), evidence::parse_vkey(witness_->vkey()).value()};
  const auto opened =
      evidence::open_checkpoint(evidence::format_note(request.checkpoint) + reply.body, known);

  ASSERT_TRUE(opened.has_value()) << opened.error().message();
  ASSERT_EQ(opened->signatures.size(), 2U);
  EXPECT_GT(opened->signatures[1].time_s, 1'700'000'000U);
}

TEST_F(ProtocolTest, TheNewestCosignedCheckpointIsShownByTheOriginsHash) {
  enrol(log_);
  const std::string path =
      "/witness/" + to_hex(evidence::sha256(as_bytes(log_.origin()))) + "/checkpoint";
  EXPECT_EQ(send("GET", path).status, 404U);
  EXPECT_EQ(verdict(log_.body(0, 5)), "200");
  EXPECT_EQ(verdict(log_.body(5, 11)), "200");

  const Reply shown = send("GET", path);

  const std::array known = {log_.key(), evidence::parse_vkey(witness_->vkey()).value()};
  const auto opened = evidence::open_checkpoint(shown.body, known);
  ASSERT_TRUE(opened.has_value()) << opened.error().message();
  EXPECT_EQ(opened->checkpoint, log_.checkpoint(11));
  EXPECT_EQ(opened->signatures.size(), 2U);
}

TEST_F(ProtocolTest, OtherPathsAndMethodsAreRefused) {
  EXPECT_EQ(send("GET", "/witness/add-checkpoint").status, 405U);
  EXPECT_EQ(send("POST", "/witness/add-checkpoints", "x").status, 404U);
  EXPECT_EQ(send("GET", "/witness/XYZ/checkpoint").status, 404U);
  EXPECT_EQ(send("GET", "/witness/" + std::string(64, 'A') + "/checkpoint").status, 404U);
  EXPECT_EQ(send("GET", "/witness").status, 404U);
}

TEST_F(ProtocolTest, ARestartForgetsNothing) {
  enrol(log_);
  EXPECT_EQ(verdict(log_.body(0, 9)), "200");
  const std::string vkey = witness_->vkey();

  stop();
  start();

  EXPECT_EQ(witness_->vkey(), vkey);
  EXPECT_EQ(verdict(log_.body(0, 9)), "409 9");
  EXPECT_EQ(verdict(log_.body(9, 12)), "200");
}

TEST_F(ProtocolTest, AnUnknownLogIsPendingUntilItIsEnrolled) {
  EXPECT_EQ(verdict(log_.body(0, 5)), "404");

  const auto pending = open_records()->offers.pending().value();
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_EQ(pending[0].origin, log_.origin());
  EXPECT_THAT(pending[0].note, StartsWith(log_.origin() + "\n5\n"));
  enrol(log_);
  EXPECT_TRUE(open_records()->offers.pending()->empty());
  EXPECT_EQ(verdict(log_.body(0, 5)), "200");
}

}  // namespace
}  // namespace candor::test
