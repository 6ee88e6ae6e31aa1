// SPDX-License-Identifier: Apache-2.0
// Signed notes and checkpoints. What parses has one form only: it is written back to the same
// bytes.
#include "evidence/note.h"

#include "core/assert.h"
#include "evidence/checkpoint.h"

namespace candor {
namespace {

// The published log and witness: the corpus holds notes that they signed.
const std::vector<evidence::NoteKey>& known() {
  static const std::vector<evidence::NoteKey> kKnown = {
      evidence::parse_vkey(
          "rec.example/site7/room-03/1+01413e6a+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c")
          .value(),
      evidence::parse_vkey(
          "supervision.example/w1+ee5a8dd0+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU")
          .value()};
  return kKnown;
}

void check_checkpoint(const evidence::Note& note) {
  auto checkpoint = evidence::parse_checkpoint(note.text);
  if (!checkpoint.has_value()) {
    return;
  }
  const bool has_extensions = !checkpoint->extensions.empty();
  checkpoint->extensions.clear();
  const std::string text = evidence::format_checkpoint(*checkpoint);
  CANDOR_ASSERT(has_extensions ? note.text.starts_with(text) : note.text == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = as_text({data, size});
  if (const auto note = evidence::parse_note(bytes); note.has_value()) {
    CANDOR_ASSERT(evidence::format_note(*note) == bytes);
    check_checkpoint(*note);
    if (const auto signatures = evidence::verify_note(*note, known()); signatures.has_value()) {
      CANDOR_ASSERT(!signatures->empty() && signatures->size() <= note->signatures.size());
    }
  }
  if (const auto key = evidence::parse_vkey(bytes); key.has_value()) {
    CANDOR_ASSERT(evidence::format_vkey(*key) == bytes);
  }
  return 0;
}

}  // namespace candor
