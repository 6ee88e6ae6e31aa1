// SPDX-License-Identifier: Apache-2.0
// An insider with the log's key: changes entries and makes index, chains and counts agree again.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "evidence/entry.h"
#include "evidence/rules/engine.h"

namespace candor::test {

struct ForgedEntry {
  evidence::EntryHeader header;
  Bytes body;

  [[nodiscard]] evidence::MediaBody media() const {
    return evidence::decode_media_body(body).value();
  }
  void set_media(const evidence::MediaBody& media) { body = evidence::encode_media_body(media); }
  [[nodiscard]] bool is(evidence::EntryType type) const { return header.type == type; }
};

inline std::vector<ForgedEntry> opened(const std::vector<Bytes>& entries) {
  std::vector<ForgedEntry> opened;
  for (const Bytes& bytes : entries) {
    const evidence::EntryView view = evidence::decode_entry(bytes).value();
    opened.push_back({.header = view.header, .body = Bytes(view.body.begin(), view.body.end())});
  }
  return opened;
}

/// As they are, nothing is made to agree.
inline std::vector<Bytes> closed(const std::vector<ForgedEntry>& entries) {
  std::vector<Bytes> bytes;
  for (const ForgedEntry& entry : entries) {
    bytes.push_back(evidence::encode_entry(entry.header, entry.body));
  }
  return bytes;
}

/// Numbers and chains anew.
inline std::vector<Bytes> relinked(std::vector<ForgedEntry> entries) {
  struct End {
    std::uint64_t next = 0;
    evidence::Digest leaf{};
  };
  std::map<std::uint32_t, End> ends;
  std::vector<Bytes> bytes;
  for (ForgedEntry& entry : entries) {
    End& end = ends[entry.header.chain];
    entry.header.index = bytes.size();
    entry.header.chain_sequence = end.next++;
    entry.header.chain_previous = end.leaf;
    bytes.push_back(evidence::encode_entry(entry.header, entry.body));
    end.leaf = evidence::leaf_hash(bytes.back());
  }
  return bytes;
}

/// Position of the n-th entry of a type, from 0.
inline std::size_t find(const std::vector<ForgedEntry>& entries, evidence::EntryType type,
                        std::size_t number = 0) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].is(type) && number-- == 0) {
      return i;
    }
  }
  return entries.size();
}

/// "place/broken chain/note ...", each rule and severity once, in the order of their first finding.
inline std::string verdict_of(const std::vector<rules::Finding>& findings) {
  std::string text;
  for (const rules::Finding& finding : findings) {
    const std::string one =
        std::string(to_string(finding.rule)) + "/" + std::string(to_string(finding.severity));
    if (text.find(one) == std::string::npos) {
      text += (text.empty() ? "" : " ") + one;
    }
  }
  return text;
}

/// One line for each finding.
inline std::string text_of(const std::vector<rules::Finding>& findings) {
  std::string text;
  for (const rules::Finding& finding : findings) {
    text += std::to_string(finding.index) + " " + std::string(to_string(finding.rule)) + " " +
            std::string(to_string(finding.severity)) + ": " + finding.sentence + "\n";
  }
  return text;
}

inline std::vector<rules::Finding> judge(const std::vector<Bytes>& entries,
                                         std::string_view origin) {
  rules::RuleEngine engine(origin);
  std::vector<rules::Finding> all;
  for (const Bytes& entry : entries) {
    for (rules::Finding& finding : engine.take(entry)) {
      all.push_back(std::move(finding));
    }
  }
  return all;
}

}  // namespace candor::test
