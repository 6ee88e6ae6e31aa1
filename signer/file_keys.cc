// SPDX-License-Identifier: Apache-2.0
#include "signer/file_keys.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string.h>
#include <sys/random.h>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/bytes.h"
#include "evidence/digest.h"
#include "evidence/text_lines.h"
#include "signer/last_signed.h"
#include "signer/private_files.h"

namespace candor::signer {
namespace {

constexpr std::string_view kFirstLine = "candor-signer key 1 ed25519";
constexpr std::string_view kEnding = ".key";

// What holds a private key is overwritten before its memory is given back.
template <typename T>
class Wiped {
 public:
  explicit Wiped(T value) : value_(std::move(value)) {}
  ~Wiped() { ::explicit_bzero(value_.data(), value_.size()); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  Wiped(Wiped&&) = delete;
  Wiped& operator=(Wiped&&) = delete;
  [[nodiscard]] T& get() { return value_; }
  [[nodiscard]] const T& get() const { return value_; }

 private:
  T value_;
};

Result<std::unique_ptr<evidence::Signer>> signer_of(const evidence::Seed& seed) {
  CANDOR_TRY(auto signer, evidence::MemorySigner::from_seed(seed));
  return std::make_unique<evidence::MemorySigner>(std::move(signer));
}

}  // namespace

std::string format_key_file(std::string_view origin, const evidence::Seed& seed) {
  std::string text = fmt::format("{}\n{}\n{}\n", kFirstLine, origin, to_hex(seed));
  const std::string sum = to_hex(evidence::sha256(as_bytes(text)));
  return std::move(text) + sum + "\n";
}

Result<evidence::Seed> parse_key_file(std::string_view origin, std::string_view text) {
  std::string_view rest = text;
  const auto first = evidence::take_line(rest);
  const auto named = evidence::take_line(rest);
  const auto hex = evidence::take_line(rest);
  if (first != kFirstLine || !named.has_value() || !hex.has_value()) {
    return fail(ErrorKind::kDataLoss, "is no key file, or torn");
  }
  if (named != origin) {
    return fail(ErrorKind::kDataLoss, "is the key of " + evidence::quoted(*named));
  }
  auto bytes = from_hex(*hex);
  evidence::Seed seed{};
  if (!bytes.has_value() || bytes->size() != seed.size()) {
    return fail(ErrorKind::kDataLoss, "is torn");
  }
  const Wiped<Bytes> held(std::move(*bytes));
  std::ranges::copy(held.get(), seed.begin());
  const Wiped<std::string> whole(format_key_file(origin, seed));
  if (text != whole.get()) {
    return fail(ErrorKind::kDataLoss, "is torn: its checksum is another");
  }
  return seed;
}

std::string FileKeys::path(std::string_view origin) const {
  return path_of_origin(folder_, origin) + std::string(kEnding);
}

Result<std::unique_ptr<evidence::Signer>> FileKeys::find(std::string_view origin) {
  const std::string name = path(origin);
  CANDOR_TRY(std::string read, read_private_file(name));
  const Wiped<std::string> text(std::move(read));
  CANDOR_TRY(const evidence::Seed parsed, with_context(parse_key_file(origin, text.get()), name));
  const Wiped<evidence::Seed> seed(parsed);
  return signer_of(seed.get());
}

Result<std::unique_ptr<evidence::Signer>> FileKeys::make(std::string_view origin) {
  Wiped<evidence::Seed> seed(evidence::Seed{});
  const auto size = seed.get().size();
  if (::getrandom(seed.get().data(), size, 0) != static_cast<ssize_t>(size)) {
    return fail(error_from_errno(errno, "random bytes for a key"));
  }
  const Wiped<std::string> text(format_key_file(origin, seed.get()));
  CANDOR_CHECK(create_private_file(path(origin), text.get()));
  return signer_of(seed.get());
}

Result<void> FileKeys::check_all() const {
  std::error_code code;
  for (std::filesystem::directory_iterator entry(folder_, code), end; !code && entry != end;
       entry.increment(code)) {
    if (entry->path().extension() == kEnding) {
      CANDOR_TRY(std::string read, read_private_file(entry->path().string()));
      const Wiped<std::string> wiped(std::move(read));
    }
  }
  if (code) {
    return fail(error_from_errno(code.value(), folder_ + ": list"));
  }
  return {};
}

}  // namespace candor::signer
