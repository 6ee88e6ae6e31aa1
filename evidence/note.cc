// SPDX-License-Identifier: Apache-2.0
#include "evidence/note.h"

#include <algorithm>
#include <optional>

#include "core/assert.h"
#include "core/base64.h"
#include "core/big_endian.h"
#include "core/text.h"
#include "evidence/text_lines.h"

namespace candor::evidence {
namespace {

constexpr std::string_view kLineStart = "\xE2\x80\x94 ";  // An em dash and a blank.
constexpr std::string_view kSeparator = "\n\n";
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kTimeBytes = 8;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; }

tl::unexpected<Error> malformed(std::string_view why) {
  return fail(ErrorKind::kInvalidArgument, "note " + std::string(why));
}

std::string cosigned_message(std::string_view text, std::uint64_t time_s) {
  return "cosignature/v1\ntime " + std::to_string(time_s) + "\n" + std::string(text);
}

// The time in front of a cosignature; nothing if it cannot be one.
std::optional<std::uint64_t> time_of(ByteView signature) {
  if (signature.size() != kTimeBytes + Signature{}.size()) {
    return std::nullopt;
  }
  const auto time_s = get_be<std::uint64_t>(signature.data());
  return time_s == 0 || time_s > kNumberMax ? std::nullopt : std::optional(time_s);
}

bool is_signed_by(const NoteKey& key, std::string_view text, const NoteSignature& line) {
  if (key.type == KeyType::kEd25519) {
    return is_signed(key.key, as_bytes(text), line.signature);
  }
  const std::optional<std::uint64_t> time_s = time_of(line.signature);
  return time_s.has_value() && is_signed(key.key, as_bytes(cosigned_message(text, *time_s)),
                                         ByteView(line.signature).subspan(kTimeBytes));
}

// The position of the line's key; known.size() if it is none of them.
std::size_t find_key(std::span<const NoteKey> known, const NoteSignature& line) {
  const auto found = std::find_if(known.begin(), known.end(), [&line](const NoteKey& key) {
    return key.name == line.name && key_id(key) == line.key_id;
  });
  return static_cast<std::size_t>(found - known.begin());
}

Result<void> check_distinct(std::span<const NoteKey> known) {
  for (std::size_t i = 0; i < known.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (known[i].name == known[j].name && key_id(known[i]) == key_id(known[j])) {
        return fail(ErrorKind::kInvalidArgument,
                    "two known keys have the name and key id of " + quoted(known[i].name));
      }
    }
  }
  return {};
}

NoteSignature line_of(const NoteKey& key, Bytes signature) {
  CANDOR_ASSERT(is_key_name(key.name));
  return {.name = key.name, .key_id = key_id(key), .signature = std::move(signature)};
}

}  // namespace

Result<NoteSignature> parse_signature(std::string_view line) {
  const std::string_view whole = line;
  if (!line.starts_with(kLineStart)) {
    return malformed("line is no signature: " + quoted(whole));
  }
  line.remove_prefix(kLineStart.size());
  const std::size_t blank = line.find(' ');
  if (blank == std::string_view::npos || !is_key_name(line.substr(0, blank))) {
    return malformed("signature has no key name: " + quoted(whole));
  }
  const auto bytes = from_base64(line.substr(blank + 1));
  if (!bytes.has_value() || bytes->size() <= kKeyIdBytes) {
    return malformed("signature is not in base64, or too short: " + quoted(whole));
  }
  return NoteSignature{.name = std::string(line.substr(0, blank)),
                       .key_id = get_be<std::uint32_t>(bytes->data()),
                       .signature = Bytes(bytes->begin() + kKeyIdBytes, bytes->end())};
}

std::string format_signature(const NoteSignature& signature) {
  CANDOR_ASSERT(is_key_name(signature.name) && !signature.signature.empty());
  Bytes bytes;
  append_be(bytes, signature.key_id);
  bytes.insert(bytes.end(), signature.signature.begin(), signature.signature.end());
  return std::string(kLineStart) + signature.name + " " + to_base64(bytes) + "\n";
}

Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMax) {
    return fail(ErrorKind::kResourceExhausted,
                "note of " + std::to_string(bytes.size()) + " bytes");
  }
  if (std::any_of(bytes.begin(), bytes.end(), is_control) || !is_utf8(bytes)) {
    return malformed("is no UTF-8, or holds a control character");
  }
  const std::size_t end = bytes.rfind(kSeparator);
  if (end == std::string_view::npos || !bytes.ends_with('\n')) {
    return malformed("has no blank line, or ends within a line");
  }
  Note note{.text = std::string(bytes.substr(0, end + 1)), .signatures = {}};
  std::string_view rest = bytes.substr(end + kSeparator.size());
  while (const auto line = take_line(rest)) {
    if (note.signatures.size() == kNoteSignaturesMax) {
      return fail(ErrorKind::kResourceExhausted,
                  "note with more than " + std::to_string(kNoteSignaturesMax) + " signatures");
    }
    CANDOR_TRY(NoteSignature signature, parse_signature(*line));
    note.signatures.push_back(std::move(signature));
  }
  return note.signatures.empty() ? Result<Note>(malformed("has no signature"))
                                 : Result<Note>(std::move(note));
}

std::string format_note(const Note& note) {
  CANDOR_ASSERT(note.text.ends_with('\n') && !note.signatures.empty());
  std::string bytes = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) {
    bytes += format_signature(signature);
  }
  return bytes;
}

Result<std::vector<KnownSignature>> verify_note(const Note& note, std::span<const NoteKey> known) {
  CANDOR_CHECK(check_distinct(known));
  std::vector<KnownSignature> found;
  for (std::size_t i = 0; i < note.signatures.size(); ++i) {
    const NoteSignature& line = note.signatures[i];
    const std::size_t key = find_key(known, line);
    if (key == known.size()) {
      continue;
    }
    if (!is_signed_by(known[key], note.text, line)) {
      return fail(ErrorKind::kPermissionDenied, "the signature of " + quoted(line.name) +
                                                    " does not belong to this note and key");
    }
    const bool has_time = known[key].type == KeyType::kCosignature;
    found.push_back(
        {.key = key, .line = i, .time_s = has_time ? time_of(line.signature).value_or(0) : 0});
  }
  if (found.empty()) {
    return fail(ErrorKind::kPermissionDenied, "note is signed by no known key");
  }
  return found;
}

Result<NoteSignature> sign_note(std::string_view text, std::string_view name, Signer& signer) {
  CANDOR_ASSERT(text.ends_with('\n'));
  const NoteKey key{
      .type = KeyType::kEd25519, .name = std::string(name), .key = signer.public_key()};
  CANDOR_TRY(const Signature signature, signer.sign(as_bytes(text)));
  return line_of(key, Bytes(signature.begin(), signature.end()));
}

Result<NoteSignature> cosign_note(std::string_view text, std::string_view name,
                                  std::uint64_t time_s, Signer& signer) {
  CANDOR_ASSERT(text.ends_with('\n') && time_s > 0 && time_s <= kNumberMax);
  const NoteKey key{
      .type = KeyType::kCosignature, .name = std::string(name), .key = signer.public_key()};
  CANDOR_TRY(const Signature signature, signer.sign(as_bytes(cosigned_message(text, time_s))));
  Bytes stamped;
  append_be(stamped, time_s);
  stamped.insert(stamped.end(), signature.begin(), signature.end());
  return line_of(key, std::move(stamped));
}

}  // namespace candor::evidence
