// SPDX-License-Identifier: Apache-2.0
// Names and public keys of those who sign notes (C2SP signed-note v1.0.0, "Verifier keys"). Private
// keys are in signer.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "evidence/signer.h"

namespace candor::evidence {

/// Longest name of a key that is trusted or made here; notes may carry longer ones of strangers.
inline constexpr std::size_t kKeyNameBytesMax = 255;

/// What a key signs: the note's text, or a time and the text.
enum class KeyType : std::uint8_t {
  kEd25519 = 0x01,      // A log's signature of its checkpoint.
  kCosignature = 0x04,  // A witness's, with its time: C2SP tlog-cosignature v1.0.1, Ed25519.
};

/// A name and key that notes are checked with.
struct NoteKey {
  KeyType type = KeyType::kEd25519;
  std::string name;
  PublicKey key{};

  friend bool operator==(const NoteKey&, const NoteKey&) = default;
};

/// The first four bytes of SHA-256(name || newline || type || key), big-endian. It tells keys apart
/// and proves nothing: anyone can make a key with the same one.
[[nodiscard]] std::uint32_t key_id(const NoteKey& key);

/// True for UTF-8 that is not empty and holds no Unicode space, control character below U+0020 or
/// '+'.
[[nodiscard]] bool is_key_name(std::string_view name);

/// "<name>+<key id, 8 hexadecimal digits>+<base64 of type and key>". The name is a key name.
[[nodiscard]] std::string format_vkey(const NoteKey& key);

/// Errors: kInvalidArgument  not in that form, or its key id is not that of name and key.
///         kUnsupported      another type than the two above.
[[nodiscard]] Result<NoteKey> parse_vkey(std::string_view text);

}  // namespace candor::evidence
