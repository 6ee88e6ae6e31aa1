// SPDX-License-Identifier: Apache-2.0
#include "evidence/note_key.h"

#include <algorithm>
#include <array>

#include "core/assert.h"
#include "core/base64.h"
#include "core/big_endian.h"
#include "core/text.h"
#include "evidence/text_lines.h"

namespace candor::evidence {
namespace {

constexpr std::size_t kKeyIdDigits = 8;

// White_Space of Unicode's PropList above ASCII, in UTF-8.
constexpr std::array<std::string_view, 19> kWideSpaces = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

bool is_name_byte(char c) { return static_cast<unsigned char>(c) > 0x20 && c != '+'; }

// The text up to the next '+', which is taken off with it.
std::string_view take_part(std::string_view& text) {
  const std::size_t end = text.find('+');
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

Bytes typed_key(const NoteKey& key) {
  Bytes bytes = {static_cast<std::uint8_t>(key.type)};
  bytes.insert(bytes.end(), key.key.begin(), key.key.end());
  return bytes;
}

std::string key_id_text(const NoteKey& key) {
  Bytes bytes;
  append_be(bytes, key_id(key));
  return to_hex(bytes);
}

Result<NoteKey> key_of(std::string_view name, ByteView typed) {
  if (typed.empty()) {
    return fail(ErrorKind::kInvalidArgument, "verifier key " + quoted(name) + " is empty");
  }
  if (typed[0] != static_cast<std::uint8_t>(KeyType::kEd25519) &&
      typed[0] != static_cast<std::uint8_t>(KeyType::kCosignature)) {
    return fail(ErrorKind::kUnsupported, "verifier key " + quoted(name) + " is of no known type");
  }
  NoteKey key{.type = static_cast<KeyType>(typed[0]), .name = std::string(name), .key = {}};
  if (typed.size() != 1 + key.key.size()) {
    return fail(ErrorKind::kInvalidArgument,
                "verifier key " + quoted(name) + " is not 32 bytes long");
  }
  std::copy_n(typed.begin() + 1, key.key.size(), key.key.begin());
  return key;
}

}  // namespace

std::uint32_t key_id(const NoteKey& key) {
  Sha256 hash;
  hash.update(as_bytes(key.name));
  hash.update(as_bytes("\n"));
  hash.update(typed_key(key));
  return get_be<std::uint32_t>(hash.finish().data());
}

bool is_key_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_name_byte) && is_utf8(name) &&
         std::none_of(kWideSpaces.begin(), kWideSpaces.end(),
                      [name](std::string_view space) { return name.find(space) != name.npos; });
}

std::string format_vkey(const NoteKey& key) {
  CANDOR_ASSERT(is_key_name(key.name));
  return key.name + "+" + key_id_text(key) + "+" + to_base64(typed_key(key));
}

Result<NoteKey> parse_vkey(std::string_view text) {
  const std::string_view name = take_part(text);
  const std::string_view id = take_part(text);
  if (!is_key_name(name) || name.size() > kKeyNameBytesMax || id.size() != kKeyIdDigits) {
    return fail(ErrorKind::kInvalidArgument, "no verifier key of the form name+id+key");
  }
  // The key's base64 may hold '+': it is all of the rest.
  CANDOR_TRY(const Bytes typed, with_context(from_base64(text), "verifier key " + quoted(name)));
  CANDOR_TRY(NoteKey key, key_of(name, typed));
  if (key_id_text(key) != id) {
    return fail(ErrorKind::kInvalidArgument,
                "verifier key " + quoted(name) + " has another key's id");
  }
  return key;
}

}  // namespace candor::evidence
