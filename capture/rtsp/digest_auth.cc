// SPDX-License-Identifier: Apache-2.0
#include "capture/rtsp/digest_auth.h"

#include <array>
#include <sys/random.h>
#include <utility>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "core/assert.h"
#include "core/base64.h"
#include "core/bytes.h"

namespace candor::rtsp {
namespace {

std::string hash(bool is_sha256, std::string_view text) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  CANDOR_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size,
                           is_sha256 ? EVP_sha256() : EVP_md5(), nullptr) == 1);
  return to_hex(ByteView(digest).first(size));
}

std::string random_hex() {
  std::array<std::uint8_t, 8> bytes{};
  CANDOR_ASSERT(::getrandom(bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  return to_hex(bytes);
}

// The value of `name=` in a challenge, without its quotes.
std::string parameter(std::string_view challenge, std::string_view name) {
  std::size_t at = 0;
  while (at < challenge.size()) {
    while (at < challenge.size() && (challenge[at] == ' ' || challenge[at] == ',')) {
      ++at;
    }
    const std::size_t equals = challenge.find('=', at);
    if (equals == std::string_view::npos) {
      return "";
    }
    const std::string_view key = challenge.substr(at, equals - at);
    const bool is_quoted = equals + 1 < challenge.size() && challenge[equals + 1] == '"';
    const std::size_t begin = equals + (is_quoted ? 2 : 1);
    const std::size_t end =
        std::min(challenge.find(is_quoted ? '"' : ',', begin), challenge.size());
    if (equal_ignoring_case(key, name)) {
      return std::string(challenge.substr(begin, end - begin));
    }
    at = end + (is_quoted ? 1 : 0);
  }
  return "";
}

// Better schemes first: SHA-256, MD5, Basic.
int strength(std::string_view challenge) {
  if (equal_ignoring_case(challenge.substr(0, 7), "Digest ")) {
    const std::string algorithm = parameter(challenge.substr(7), "algorithm");
    if (equal_ignoring_case(algorithm, "SHA-256")) {
      return 3;
    }
    return algorithm.empty() || equal_ignoring_case(algorithm, "MD5") ? 2 : 0;
  }
  return equal_ignoring_case(challenge.substr(0, 6), "Basic ") ? 1 : 0;
}

}  // namespace

bool Authorization::take_challenge(const Message& message) {
  std::string_view best;
  for (const auto& [name, value] : message.headers) {
    if (equal_ignoring_case(name, "WWW-Authenticate") && strength(value) > strength(best)) {
      best = value;
    }
  }
  if (user_.empty() || strength(best) == 0) {
    return false;
  }
  const std::string_view fields = best.substr(best.find(' ') + 1);
  const bool is_stale = equal_ignoring_case(parameter(fields, "stale"), "true");
  if (was_answered_ && !is_stale && parameter(fields, "nonce") == nonce_) {
    return false;
  }
  if (was_answered_ && !is_stale && count_ <= 1) {
    return false;  // Another nonce for the very first answer: the password is wrong.
  }
  is_basic_ = strength(best) == 1;
  is_sha256_ = strength(best) == 3;
  realm_ = parameter(fields, "realm");
  nonce_ = parameter(fields, "nonce");
  opaque_ = parameter(fields, "opaque");
  has_qop_ = parameter(fields, "qop").find("auth") != std::string::npos;
  cnonce_ = random_hex();
  count_ = 0;
  was_answered_ = true;
  return true;
}

std::string Authorization::answer(std::string_view method, std::string_view url) {
  if (!was_answered_) {
    return "";
  }
  ++count_;
  if (is_basic_) {
    return "Basic " + to_base64(as_bytes(user_ + ":" + password_));
  }
  const std::string ha1 = hash(is_sha256_, fmt::format("{}:{}:{}", user_, realm_, password_));
  const std::string ha2 = hash(is_sha256_, fmt::format("{}:{}", method, url));
  std::string value = fmt::format(R"(Digest username="{}", realm="{}", nonce="{}", uri="{}")",
                                  user_, realm_, nonce_, url);
  if (has_qop_) {
    const std::string nc = fmt::format("{:08x}", count_);
    const std::string response =
        hash(is_sha256_, fmt::format("{}:{}:{}:{}:auth:{}", ha1, nonce_, nc, cnonce_, ha2));
    value += fmt::format(R"(, qop=auth, nc={}, cnonce="{}", response="{}")", nc, cnonce_, response);
  } else {
    value += fmt::format(R"(, response="{}")",
                         hash(is_sha256_, fmt::format("{}:{}:{}", ha1, nonce_, ha2)));
  }
  if (is_sha256_) {
    value += ", algorithm=SHA-256";
  }
  return opaque_.empty() ? value : value + fmt::format(R"(, opaque="{}")", opaque_);
}

}  // namespace candor::rtsp
