// SPDX-License-Identifier: Apache-2.0
#include "signer/last_signed.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "core/base64.h"
#include "core/bytes.h"
#include "evidence/digest.h"
#include "evidence/text_lines.h"
#include "signer/private_files.h"

namespace candor::signer {
namespace {

constexpr std::string_view kFirstLine = "candor-signer last 1";
constexpr std::string_view kEnding = ".last";

std::string with_checksum(std::string text) {
  const std::string sum = to_hex(evidence::sha256(as_bytes(text)));
  return std::move(text) + sum + "\n";
}

}  // namespace

std::string path_of_origin(const std::string& folder, std::string_view origin) {
  return folder + "/" + to_hex(evidence::sha256(as_bytes(origin)));
}

std::string format_last_signed(std::string_view origin, const evidence::TreeHead& head) {
  return with_checksum(
      fmt::format("{}\n{}\n{}\n{}\n", kFirstLine, origin, head.size, to_base64(head.root)));
}

Result<evidence::TreeHead> parse_last_signed(std::string_view origin, std::string_view text) {
  std::string_view rest = text;
  const auto first = evidence::take_line(rest);
  const auto named = evidence::take_line(rest);
  const auto size = evidence::take_line(rest);
  const auto root = evidence::take_line(rest);
  if (first != kFirstLine || !named.has_value() || !size.has_value() || !root.has_value()) {
    return fail(ErrorKind::kDataLoss, "is torn");
  }
  if (named != origin) {
    return fail(ErrorKind::kDataLoss, "is of another origin, " + evidence::quoted(*named));
  }
  const auto number = evidence::parse_decimal(*size);
  const auto digest = evidence::parse_digest(*root);
  if (!number.has_value() || !digest.has_value()) {
    return fail(ErrorKind::kDataLoss, "is torn");
  }
  const evidence::TreeHead head{.size = *number, .root = *digest};
  if (text != format_last_signed(origin, head)) {
    return fail(ErrorKind::kDataLoss, "is torn: its checksum is another");
  }
  return head;
}

std::string LastSignedFiles::path(std::string_view origin) const {
  return path_of_origin(folder_, origin) + std::string(kEnding);
}

Result<evidence::TreeHead> LastSignedFiles::read(std::string_view origin) const {
  const std::string name = path(origin);
  CANDOR_TRY(const std::string text, read_private_file(name));
  return with_context(parse_last_signed(origin, text), name);
}

Result<void> LastSignedFiles::write(std::string_view origin, const evidence::TreeHead& head) const {
  return replace_private_file(path(origin), format_last_signed(origin, head));
}

Result<void> LastSignedFiles::put_aside(std::string_view origin) const {
  const std::string name = path(origin);
  if (std::rename(name.c_str(), (name + ".torn").c_str()) != 0 && errno != ENOENT) {
    return fail(error_from_errno(errno, name + ": put aside"));
  }
  return sync_folder(folder_);
}

Result<std::size_t> LastSignedFiles::count() const {
  std::error_code code;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator entry(folder_, code), end; !code && entry != end;
       entry.increment(code)) {
    count += entry->path().extension() == kEnding ? 1 : 0;
  }
  if (code) {
    return fail(error_from_errno(code.value(), folder_ + ": list"));
  }
  return count;
}

}  // namespace candor::signer
