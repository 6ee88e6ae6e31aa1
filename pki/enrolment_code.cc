// SPDX-License-Identifier: Apache-2.0
#include "pki/enrolment_code.h"

#include <array>
#include <cctype>

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "pki/openssl_types.h"

namespace candor::pki {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kIdDigits = 4;
constexpr std::size_t kCodeDigits = 24;
constexpr std::size_t kGroup = 4;
constexpr std::string_view kPurpose = "candor-enrolment-1\n";

Bytes hmac(ByteView key, ByteView data) {
  Bytes digest(32);
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data.data(), data.size(),
       digest.data(), &size);
  return digest;
}

char digit_of(char c) {
  const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper == 'O' ? '0' : upper == 'I' || upper == 'L' ? '1' : upper;
}

}  // namespace

Result<EnrolmentCode> make_code() {
  std::array<std::uint8_t, kCodeDigits> random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    return openssl_failed("making a code");
  }
  std::string digits;
  for (const std::uint8_t byte : random) {
    digits += kDigits[byte % kDigits.size()];  // 256 is a multiple of 32: no digit is likelier.
  }
  return EnrolmentCode{.id = digits.substr(0, kIdDigits), .secret = digits.substr(kIdDigits)};
}

std::string to_string(const EnrolmentCode& code) {
  const std::string digits = code.id + code.secret;
  std::string text;
  for (std::size_t at = 0; at < digits.size(); at += kGroup) {
    text += (text.empty() ? "" : "-") + digits.substr(at, kGroup);
  }
  return text;
}

Result<EnrolmentCode> parse_code(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c == '-' || std::isspace(static_cast<unsigned char>(c)) != 0) {
      continue;
    }
    digits += digit_of(c);
  }
  if (digits.size() != kCodeDigits || digits.find_first_not_of(kDigits) != digits.npos) {
    return fail(ErrorKind::kInvalidArgument,
                "the code is not one of `candor ca invite`: six groups of four digits and letters");
  }
  return EnrolmentCode{.id = digits.substr(0, kIdDigits), .secret = digits.substr(kIdDigits)};
}

Bytes proof_key(const EnrolmentCode& code, const Identity& identity) {
  return hmac(as_bytes(code.id + code.secret), as_bytes(std::string(kPurpose) + to_uri(identity)));
}

Bytes proof_of(ByteView key, ByteView request) { return hmac(key, request); }

bool equal_in_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace candor::pki
