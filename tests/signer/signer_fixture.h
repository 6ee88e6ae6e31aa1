// SPDX-License-Identifier: Apache-2.0
// A desk in a folder of its own, asked in verbs and answering in short words.
#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "evidence/note.h"
#include "evidence/note_key.h"
#include "signer/desk.h"
#include "signer/file_keys.h"
#include "signer/protocol.h"
#include "tests/signer/grown_log.h"
#include "tests/support/temp_folder.h"

namespace candor::signer {

inline std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// "signed", "last 5", or the reason of the refusal. A signature that does not verify is a failure.
inline std::string verdict_of(const std::string& answer, const SignRequest& request,
                              const evidence::NoteKey& key) {
  if (const auto refusal = parse_refusal(answer); refusal.has_value()) {
    return refusal->reason;
  }
  EXPECT_TRUE(answer.ends_with('\n')) << answer;
  const auto line = evidence::parse_signature(answer.substr(0, answer.size() - 1));
  if (!line.has_value()) {
    return "no signature line: " + answer;
  }
  const evidence::Note note{.text = evidence::format_checkpoint(request.checkpoint),
                            .signatures = {*line}};
  const auto verified = evidence::verify_note(note, std::span(&key, 1));
  return verified.has_value() && verified->size() == 1 ? "signed" : "a signature of another key";
}

class DeskTest : public ::testing::Test {
 protected:
  DeskTest() { restart(); }

  /// A new process with the same folder.
  void restart(DeskOptions options = {.state = {}, .origin_prefix = {}, .makes_keys = true}) {
    desk_.reset();
    keys_ = std::make_unique<FileKeys>(folder());
    options.state = folder();
    desk_ = std::make_unique<SigningDesk>(std::move(options), *keys_);
  }

  std::string ask(const std::string& message) { return desk_->answer(message); }
  /// The key itself, or the refusal's reason in an empty key's name.
  evidence::NoteKey vkey(std::string_view origin = kOrigin) {
    const std::string answer = ask(format_vkey_question(origin));
    const auto key = evidence::parse_vkey(answer.substr(0, answer.find('\n')));
    return key.has_value() ? *key : evidence::NoteKey{.type = {}, .name = answer, .key = {}};
  }
  std::string sign(const SignRequest& request) {
    const std::string answer = ask(format_sign(request));
    return verdict_of(answer, request, vkey(request.checkpoint.origin));
  }
  std::string sign(std::uint64_t old, std::uint64_t size) { return sign(log_.request(old, size)); }

  std::string adopt(const std::string& note) {
    const auto head = desk_->adopt(note);
    return head.has_value() ? "size " + std::to_string(head->size) : head.error().message();
  }
  /// A checkpoint with this origin's signature, as the witness holds it.
  std::string signed_note(const SignRequest& request) {
    const std::string line = ask(format_sign(request));
    return evidence::format_checkpoint(request.checkpoint) + "\n" + line;
  }

  [[nodiscard]] std::string folder() const { return folder_.path(); }
  [[nodiscard]] std::string state_file() const {
    return path_of_origin(folder(), kOrigin) + ".last";
  }
  [[nodiscard]] std::string key_file() const { return path_of_origin(folder(), kOrigin) + ".key"; }

  GrownLog log_;

 private:
  test::TempFolder folder_;
  std::unique_ptr<FileKeys> keys_;
  std::unique_ptr<SigningDesk> desk_;
};

}  // namespace candor::signer
