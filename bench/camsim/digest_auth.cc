// SPDX-License-Identifier: Apache-2.0
// The MD5 answers and the nonces: 16 hexadecimal digits of time, then a MAC over it.
#include "bench/camsim/digest_auth.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/types.h>

#include "bench/camsim/rtsp_message.h"
#include "core/assert.h"
#include "core/bytes.h"
#include "core/time.h"

namespace candor::camsim {
namespace {

constexpr std::string_view kRealm = "candor-camsim";
constexpr std::size_t kNonceTimeDigits = 16;
constexpr std::size_t kSecretBytes = 16;

std::string hex_digest(const EVP_MD* algorithm, std::string_view text) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  const int done = EVP_Digest(text.data(), text.size(), digest.data(), &length, algorithm, nullptr);
  CANDOR_ASSERT(done == 1);
  return to_hex(ByteView(digest).first(length));
}

}  // namespace

std::string digest_response(const DigestQuestion& question) {
  const auto md5 = [](const std::string& text) { return hex_digest(EVP_md5(), text); };
  const std::string who =
      md5(fmt::format("{}:{}:{}", question.user, question.realm, question.password));
  const std::string what = md5(fmt::format("{}:{}", question.method, question.uri));
  return md5(fmt::format("{}:{}:{}", who, question.nonce, what));
}

std::string digest_parameter(std::string_view header, std::string_view name) {
  std::size_t at = header.find(' ');
  while (at < header.size()) {
    const std::size_t key = header.find_first_not_of(" ,", at);
    const std::size_t equals = header.find('=', key);
    if (key == std::string_view::npos || equals == std::string_view::npos) {
      break;
    }
    const bool quoted = equals + 1 < header.size() && header[equals + 1] == '"';
    const std::size_t begin = equals + (quoted ? 2 : 1);
    const std::size_t found = header.find(quoted ? '"' : ',', begin);
    const std::size_t end = found == std::string_view::npos ? header.size() : found;
    if (equals_ignoring_case(header.substr(key, equals - key), name)) {
      return std::string(header.substr(begin, end - begin));
    }
    at = end + (quoted ? 1 : 0);
  }
  return {};
}

DigestAuth::DigestAuth(std::string user, std::string password, std::chrono::seconds nonce_lifetime)
    : user_(std::move(user)),
      password_(std::move(password)),
      nonce_lifetime_(nonce_lifetime),
      secret_(kSecretBytes) {
  const int done = RAND_bytes(secret_.data(), static_cast<int>(secret_.size()));
  CANDOR_ASSERT(done == 1);
}

std::string DigestAuth::nonce_at(std::int64_t ns) const {
  const std::string time = fmt::format("{:016x}", static_cast<std::uint64_t>(ns));
  return time + hex_digest(EVP_sha256(), time + to_hex(secret_)).substr(0, 32);
}

AuthVerdict DigestAuth::check(const RtspRequest& request, BootTime now) const {
  const std::string_view header = request.header("Authorization");
  if (!header.starts_with("Digest ")) {
    return AuthVerdict::kMissing;
  }
  const std::string nonce = digest_parameter(header, "nonce");
  const std::string uri = digest_parameter(header, "uri");
  const std::string expected =
      digest_response({user_, kRealm, password_, request.method, uri, nonce});
  if (digest_parameter(header, "username") != user_ ||
      digest_parameter(header, "response") != expected || nonce.size() < kNonceTimeDigits) {
    return AuthVerdict::kWrong;
  }
  std::uint64_t issued = 0;
  const auto [end, error] =
      std::from_chars(nonce.data(), nonce.data() + kNonceTimeDigits, issued, 16);
  const auto issued_ns = static_cast<std::int64_t>(issued);
  if (error != std::errc{} || end != nonce.data() + kNonceTimeDigits ||
      nonce != nonce_at(issued_ns)) {
    return AuthVerdict::kStale;
  }
  return now - BootTime{issued_ns} > nonce_lifetime_ ? AuthVerdict::kStale : AuthVerdict::kAccepted;
}

std::string DigestAuth::challenge(BootTime now, bool stale) const {
  return fmt::format(R"(Digest realm="{}", nonce="{}", algorithm=MD5{})", kRealm, nonce_at(now.ns),
                     stale ? ", stale=TRUE" : "");
}

}  // namespace candor::camsim
