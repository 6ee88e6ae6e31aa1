// SPDX-License-Identifier: Apache-2.0
// Policies: what is read and refused, by line; which witnesses make a quorum; which quorums never
// meet.
#include "evidence/policy.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/evidence/vectors.h"

namespace candor::evidence {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string witness_vkey(std::uint8_t byte) {
  const MemorySigner signer = signer_of(byte);
  return format_vkey({.type = KeyType::kCosignature,
                      .name = "w" + std::to_string(byte) + ".example",
                      .key = signer.public_key()});
}

// "witness a <vkey>\n..." for one letter each, the first with the key of the published witness.
std::string witness_lines(std::string_view letters) {
  std::string text;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(i + 2);
    text += std::string("witness ") + letters[i] + " " +
            (i == 0 ? std::string(kWitnessVkey) : witness_vkey(byte)) + "\n";
  }
  return text;
}

std::string log_line() { return "log " + std::string(kLogVkey) + "\n"; }

Policy policy_of(std::string_view letters, const std::string& rest) {
  auto policy = Policy::parse(log_line() + witness_lines(letters) + rest);
  EXPECT_TRUE(policy.has_value()) << policy.error().message();
  return std::move(*policy);
}

std::string refusal(const std::string& text) {
  const auto policy = Policy::parse(text);
  EXPECT_FALSE(policy.has_value()) << text;
  return policy.has_value() ? "" : policy.error().message();
}

TEST(PolicyTest, ReadsLogsWitnessesAndUrls) {
  const auto policy =
      Policy::parse("# The court's policy\n\n\t " + log_line() + "witness\ta \t" +
                    std::string(kWitnessVkey) + " https://w.example/ \n  # more\nquorum a\n");

  ASSERT_TRUE(policy.has_value()) << policy.error().message();
  EXPECT_EQ(policy->logs().at(0).key, log_key());
  EXPECT_EQ(policy->logs().at(0).url, "");
  EXPECT_EQ(policy->witnesses().at(0).name, "a");
  EXPECT_EQ(policy->witnesses().at(0).url, "https://w.example/");
  EXPECT_THAT(policy->keys(), ElementsAre(log_key(), witness_key()));
}

TEST(PolicyTest, NamesTheLineThatItRefuses) {
  const std::string above = log_line() + witness_lines("ab");  // Lines 1 to 3.
  for (const auto& [line, why] : std::vector<std::pair<std::string, std::string>>{
           {"logs x", "none of log"},
           {"log", "a log has a key"},
           {"log " + std::string(kLogVkey) + " u v", "a log has a key"},
           {"log nonsense", "no verifier key"},
           {log_line().substr(0, log_line().size() - 1), "is also that of"},
           {"log " + witness_vkey(9), "not of the type that logs have"},
           {"witness c", "a witness has a name"},
           {"witness none " + witness_vkey(9), "'none' cannot be defined"},
           {"witness a " + witness_vkey(9), "'a' is defined already"},
           {"witness c " + std::string(kWitnessVkey), "is also that of"},
           {"witness c " + std::string(kLogVkey), "not of the type that witnesses have"},
           {"witness c " + witness_vkey(1), "is also that of 'rec.example/site7/room-03/1'"},
           {"group g any", "a group has a name"},
           {"group a any b", "'a' is defined already"},
           {"group g any c", "'c' is not defined above"},
           {"group g any g", "'g' is not defined above"},
           {"group g any none", "'none' is not defined above"},
           {"group g any a a", "'a' is a member already"},
           {"group g 0 a b", "a group of 2 cannot ask for '0'"},
           {"group g 3 a b", "a group of 2 cannot ask for '3'"},
           {"group g 01 a b", "cannot ask for '01'"},
           {"group g some a b", "cannot ask for 'some'"},
           {"quorum", "the quorum is one name"},
           {"quorum a b", "the quorum is one name"},
           {"quorum c", "'c' is not defined above"},
           {"quorum a\r", "control character"},
       }) {
    EXPECT_THAT(refusal(above + line + "\n"), HasSubstr("policy line 4: ")) << line;
    EXPECT_THAT(refusal(above + line + "\n"), HasSubstr(why)) << line;
  }
}

TEST(PolicyTest, WantsExactlyOneQuorumAndALastNewline) {
  EXPECT_THAT(refusal(""), HasSubstr("no quorum"));
  EXPECT_THAT(refusal(witness_lines("a")), HasSubstr("no quorum"));
  EXPECT_THAT(refusal(witness_lines("a") + "quorum a\nquorum a\n"),
              HasSubstr("policy line 3: a second quorum"));
  EXPECT_THAT(refusal(witness_lines("a") + "quorum a"), HasSubstr("policy line 2: "));
  EXPECT_THAT(refusal("quorum a\n" + witness_lines("a")), HasSubstr("policy line 1: "));
}

TEST(PolicyTest, RefusesAMemberOfTwoGroups) {
  EXPECT_THAT(refusal(witness_lines("ab") + "group g all a b\ngroup h any a g\nquorum h\n"),
              HasSubstr("policy line 4: 'a' is a member already"));
}

TEST(PolicyTest, SaysOfAPostQuantumKeyThatItIsUnsupported) {
  const auto policy = Policy::parse("witness a w.example+00000000+BgAA\nquorum a\n");
  ASSERT_FALSE(policy.has_value());
  EXPECT_EQ(policy.error().kind(), ErrorKind::kUnsupported);
}

TEST(PolicyTest, RefusesMoreThanItsLimits) {
  std::string many;
  for (int i = 0; i < 70; ++i) {
    many += "witness n" + std::to_string(i) + " " + witness_vkey(static_cast<std::uint8_t>(i + 2)) +
            "\n";
  }
  EXPECT_EQ(Policy::parse(many + "quorum n0\n").error().kind(), ErrorKind::kResourceExhausted);
  EXPECT_EQ(Policy::parse(std::string(kPolicyBytesMax, '\n') + "quorum none\n").error().kind(),
            ErrorKind::kResourceExhausted);
}

TEST(PolicyTest, JudgesTheVectorAsSignedAndCosigned) {
  const auto judged = policy_of("ab", "quorum a\n").judge(kCheckpointNote);

  ASSERT_TRUE(judged.has_value()) << judged.error().message();
  EXPECT_TRUE(judged->is_signed_by_log);
  EXPECT_TRUE(judged->has_quorum);
  EXPECT_THAT(judged->cosigners, ElementsAre(Cosigner{.witness = 0, .time_s = kWitnessTime}));
  EXPECT_EQ(judged->opened.checkpoint.size, 11U);
}

TEST(PolicyTest, MissesTheWitnessesThatDidNotCosign) {
  EXPECT_FALSE(policy_of("ab", "quorum b\n").judge(kCheckpointNote)->has_quorum);
  EXPECT_FALSE(policy_of("ab", "group g all a b\nquorum g\n").judge(kCheckpointNote)->has_quorum);
  EXPECT_TRUE(policy_of("ab", "group g any a b\nquorum g\n").judge(kCheckpointNote)->has_quorum);
}

TEST(PolicyTest, CountsAWitnessOnceWithItsEarliestTime) {
  Note note = parse_note(kCheckpointNote).value();
  MemorySigner witness = signer_of(2);
  for (const std::uint64_t later : {60U, 30U}) {
    note.signatures.push_back(
        cosign_note(note.text, kWitness, kWitnessTime + later, witness).value());
  }
  const auto judged = policy_of("ab", "group g 2 a b\nquorum g\n").judge(format_note(note));

  EXPECT_FALSE(judged->has_quorum);
  EXPECT_THAT(judged->cosigners, ElementsAre(Cosigner{.witness = 0, .time_s = kWitnessTime}));
}

TEST(PolicyTest, TakesNoLogsSignatureForAnotherLogsCheckpoint) {
  MemorySigner log = signer_of(1);
  Checkpoint other;
  other.origin = "rec.example/site7/room-04/1";
  other.size = 1;
  Note note{.text = format_checkpoint(other), .signatures = {}};
  note.signatures.push_back(sign_note(note.text, kOrigin, log).value());

  const auto judged = policy_of("a", "quorum none\n").judge(format_note(note));

  ASSERT_TRUE(judged.has_value());
  EXPECT_FALSE(judged->is_signed_by_log);
}

TEST(PolicyTest, KnowsTheQuorumsOfNestedGroups) {
  // The example of C2SP tlog-policy.
  const Policy policy = policy_of("abcdef",
                                  "group X 2 a b c\ngroup Y any d e f\n"
                                  "group both all X Y\nquorum both\n");
  EXPECT_TRUE(policy.is_quorum({"a", "c", "e"}));
  EXPECT_TRUE(policy.is_quorum({"a", "b", "c", "d", "e", "f", "stranger"}));
  EXPECT_FALSE(policy.is_quorum({"a", "e"}));
  EXPECT_FALSE(policy.is_quorum({"a", "b", "c"}));
  EXPECT_FALSE(policy.is_quorum({"X", "Y", "both"}));
  EXPECT_TRUE(policy_of("a", "quorum none\n").is_quorum({}));
}

TEST(QuorumMeetingTest, HoldsForTheProductionPolicyOfTwoInstitutionsAndAPeer) {
  const std::string rest =
      "group independent all a b\ngroup all-hands all independent c\nquorum all-hands\n";
  EXPECT_TRUE(policy_of("abc", rest).check_quorums_meet({"c"}).has_value());
  EXPECT_TRUE(policy_of("abc", rest).check_quorums_meet({"b", "c"}).has_value());
  EXPECT_FALSE(policy_of("abc", rest).check_quorums_meet({"a", "b", "c"}).has_value());
}

TEST(QuorumMeetingTest, FailsWhereHalfTheWitnessesSuffice) {
  const auto met = policy_of("ab", "group g any a b\nquorum g\n").check_quorums_meet({});

  ASSERT_FALSE(met.has_value());
  EXPECT_EQ(met.error().kind(), ErrorKind::kFailedPrecondition);
  EXPECT_THAT(met.error().message(), HasSubstr("no independent witness in common: a and b"));
  EXPECT_TRUE(policy_of("abc", "group g 2 a b c\nquorum g\n").check_quorums_meet({}).has_value());
  EXPECT_FALSE(
      policy_of("abcd", "group g 2 a b c d\nquorum g\n").check_quorums_meet({}).has_value());
}

TEST(QuorumMeetingTest, CountsAWitnessOnTheRecordersHostAsNone) {
  EXPECT_TRUE(policy_of("a", "quorum a\n").check_quorums_meet({}).has_value());
  EXPECT_FALSE(policy_of("a", "quorum a\n").check_quorums_meet({"a"}).has_value());
  // Two of three, one of them on the host: the other two can be parted.
  const auto met = policy_of("abc", "group g 2 a b c\nquorum g\n").check_quorums_meet({"c"});
  ASSERT_FALSE(met.has_value());
  EXPECT_THAT(met.error().message(), HasSubstr("c, a and c, b"));
}

TEST(QuorumMeetingTest, FailsWithoutAnyWitnessAndForAnUnknownName) {
  EXPECT_EQ(policy_of("a", "quorum none\n").check_quorums_meet({}).error().kind(),
            ErrorKind::kFailedPrecondition);
  EXPECT_EQ(policy_of("a", "quorum a\n").check_quorums_meet({"b"}).error().kind(),
            ErrorKind::kInvalidArgument);
}

// The names of the set bits.
std::set<std::string> named(unsigned bits) {
  std::set<std::string> names;
  for (unsigned i = 0; i < 6; ++i) {
    if ((bits >> i & 1) != 0) {
      names.insert(std::string(1, static_cast<char>('a' + i)));
    }
  }
  return names;
}

// By trying every pair of sets of six witnesses.
bool quorums_meet(const Policy& policy, unsigned dependent) {
  std::vector<unsigned> quorums;
  for (unsigned set = 0; set < 64; ++set) {
    if (policy.is_quorum(named(set))) {
      quorums.push_back(set);
    }
  }
  return std::none_of(quorums.begin(), quorums.end(), [&](unsigned one) {
    return std::any_of(quorums.begin(), quorums.end(),
                       [&](unsigned other) { return (one & other & ~dependent) == 0; });
  });
}

TEST(QuorumMeetingTest, AgreesWithTryingEveryPairOfQuorums) {
  std::mt19937 random(20'261'124);  // NOLINT(bugprone-random-generator-seed): the same each time.
  const auto below = [&random](std::size_t limit) { return random() % limit; };
  int met = 0;
  for (int round = 0; round < 500; ++round) {
    std::vector<std::string> free = {"a", "b", "c", "d", "e", "f"};
    std::string rest;
    for (int group = 0; free.size() > 1 && group < 4; ++group) {
      const std::size_t members = 2 + below(free.size() - 1);
      std::string line;
      for (std::size_t i = 0; i < members; ++i) {
        const auto at = static_cast<std::ptrdiff_t>(below(free.size()));
        line += " " + free[static_cast<std::size_t>(at)];
        free.erase(free.begin() + at);
      }
      const std::string name = "g" + std::to_string(group);
      rest += "group " + name + " " + std::to_string(1 + below(members)) + line + "\n";
      free.push_back(name);
    }
    const Policy policy = policy_of("abcdef", rest + "quorum " + free.back() + "\n");
    const auto dependent = static_cast<unsigned>(random() & random() & 63);
    const bool meet = policy.check_quorums_meet(named(dependent)).has_value();
    ASSERT_EQ(meet, quorums_meet(policy, dependent)) << rest << dependent;
    met += meet ? 1 : 0;
  }
  EXPECT_GT(met, 50);
  EXPECT_LT(met, 450);
}

}  // namespace
}  // namespace candor::evidence
