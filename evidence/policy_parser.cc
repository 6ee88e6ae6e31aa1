// SPDX-License-Identifier: Apache-2.0
#include "evidence/policy_parser.h"

#include <algorithm>
#include <string>

#include "evidence/text_lines.h"

namespace candor::evidence {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kNone = "none";

bool is_allowed(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> items;
  while (true) {
    const std::size_t begin = line.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) {
      return items;
    }
    line.remove_prefix(begin);
    const std::string_view item = line.substr(0, line.find_first_of(kBlanks));
    items.push_back(item);
    line.remove_prefix(item.size());
  }
}

tl::unexpected<Error> refused(std::string message) {
  return fail(ErrorKind::kInvalidArgument, std::move(message));
}

Result<void> check_count(std::size_t held, std::size_t most, std::string_view what) {
  return held < most
             ? Result<void>()
             : Result<void>(fail(ErrorKind::kResourceExhausted,
                                 "more than " + std::to_string(most) + " " + std::string(what)));
}

Result<NoteKey> parse_key(std::string_view text, KeyType type, std::string_view whose) {
  CANDOR_TRY(NoteKey key, parse_vkey(text));
  if (key.type != type) {
    return fail(ErrorKind::kUnsupported, "the key of " + quoted(key.name) +
                                             " is not of the type that " + std::string(whose) +
                                             " have");
  }
  return key;
}

// How many of `members` a group wants; nothing for an impossible number.
std::optional<std::size_t> parse_threshold(std::string_view text, std::size_t members) {
  if (text == "any") {
    return 1;
  }
  if (text == "all") {
    return members;
  }
  const auto number = parse_decimal(text);
  return number.has_value() && *number >= 1 && *number <= members ? number : std::nullopt;
}

}  // namespace

Result<Policy> PolicyParser::parse(std::string_view text) {
  if (text.size() > kPolicyBytesMax) {
    return fail(ErrorKind::kResourceExhausted,
                "policy of " + std::to_string(text.size()) + " bytes");
  }
  std::size_t number = 0;
  while (const auto line = take_line(text)) {
    ++number;
    CANDOR_CHECK(with_context(take(*line), "policy line " + std::to_string(number)));
  }
  if (!text.empty()) {
    return refused("policy line " + std::to_string(number + 1) + ": does not end in a newline");
  }
  if (!policy_.has_quorum_line_) {
    return refused("policy has no quorum line");
  }
  return std::move(policy_);
}

Result<void> PolicyParser::take(std::string_view line) {
  if (!std::all_of(line.begin(), line.end(), is_allowed)) {
    return refused("holds a control character");
  }
  const Items items = split(line);
  if (items.empty() || items.front().starts_with('#')) {
    return {};
  }
  if (items.front() == "log") {
    return take_log(items);
  }
  if (items.front() == "witness") {
    return take_witness(items);
  }
  if (items.front() == "group") {
    return take_group(items);
  }
  if (items.front() == "quorum") {
    return take_quorum(items);
  }
  return refused("begins with none of log, witness, group, quorum: " + quoted(line));
}

Result<void> PolicyParser::take_log(const Items& items) {
  if (items.size() < 2 || items.size() > 3) {
    return refused("a log has a key and perhaps a URL");
  }
  CANDOR_CHECK(check_count(policy_.logs_.size(), kPolicyLogsMax, "logs"));
  CANDOR_TRY(NoteKey key, parse_key(items[1], KeyType::kEd25519, "logs"));
  CANDOR_CHECK(check_new_key(key));
  policy_.logs_.push_back(
      {.key = std::move(key), .url = std::string(items.size() == 3 ? items[2] : "")});
  return {};
}

Result<void> PolicyParser::take_witness(const Items& items) {
  if (items.size() < 3 || items.size() > 4) {
    return refused("a witness has a name, a key and perhaps a URL");
  }
  CANDOR_CHECK(check_count(policy_.witnesses_.size(), kPolicyWitnessesMax, "witnesses"));
  CANDOR_CHECK(check_new_name(items[1]));
  CANDOR_TRY(NoteKey key, parse_key(items[2], KeyType::kCosignature, "witnesses"));
  CANDOR_CHECK(check_new_key(key));
  Policy::Node node;
  node.name = items[1];
  node.witness = policy_.witnesses_.size();
  policy_.nodes_.push_back(std::move(node));
  policy_.witnesses_.push_back({.name = std::string(items[1]),
                                .key = std::move(key),
                                .url = std::string(items.size() == 4 ? items[3] : "")});
  return {};
}

Result<void> PolicyParser::take_group(const Items& items) {
  if (items.size() < 4) {
    return refused("a group has a name, a threshold and members");
  }
  const std::size_t groups = policy_.nodes_.size() - policy_.witnesses_.size();
  CANDOR_CHECK(check_count(groups, kPolicyGroupsMax, "groups"));
  CANDOR_CHECK(check_new_name(items[1]));
  const auto threshold = parse_threshold(items[2], items.size() - 3);
  if (!threshold.has_value()) {
    return refused("a group of " + std::to_string(items.size() - 3) + " cannot ask for " +
                   quoted(items[2]) + " of them");
  }
  Policy::Node group;
  group.name = items[1];
  group.threshold = *threshold;
  for (std::size_t i = 3; i < items.size(); ++i) {
    const auto member = find(items[i]);
    if (!member.has_value()) {
      return refused("member " + quoted(items[i]) + " is not defined above");
    }
    if (policy_.nodes_[*member].is_member) {
      return refused(quoted(items[i]) + " is a member already");
    }
    policy_.nodes_[*member].is_member = true;
    group.members.push_back(*member);
  }
  policy_.nodes_.push_back(std::move(group));
  return {};
}

Result<void> PolicyParser::take_quorum(const Items& items) {
  if (items.size() != 2) {
    return refused("the quorum is one name");
  }
  if (policy_.has_quorum_line_) {
    return refused("a second quorum");
  }
  policy_.has_quorum_line_ = true;
  if (items[1] == kNone) {
    return {};
  }
  policy_.quorum_ = find(items[1]);
  return policy_.quorum_.has_value()
             ? Result<void>()
             : Result<void>(refused("quorum " + quoted(items[1]) + " is not defined above"));
}

Result<void> PolicyParser::check_new_name(std::string_view name) const {
  if (name == kNone) {
    return refused("'none' cannot be defined");
  }
  return find(name).has_value() ? Result<void>(refused(quoted(name) + " is defined already"))
                                : Result<void>();
}

Result<void> PolicyParser::check_new_key(const NoteKey& key) const {
  const std::vector<NoteKey> known = policy_.keys();
  const auto same = std::find_if(known.begin(), known.end(),
                                 [&key](const NoteKey& other) { return other.key == key.key; });
  return same == known.end() ? Result<void>()
                             : Result<void>(refused("the key of " + quoted(key.name) +
                                                    " is also that of " + quoted(same->name)));
}

std::optional<std::size_t> PolicyParser::find(std::string_view name) const {
  const auto& nodes = policy_.nodes_;
  const auto found = std::find_if(nodes.begin(), nodes.end(),
                                  [name](const auto& node) { return node.name == name; });
  return found == nodes.end() ? std::nullopt
                              : std::optional(static_cast<std::size_t>(found - nodes.begin()));
}

}  // namespace candor::evidence
