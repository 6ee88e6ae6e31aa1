// SPDX-License-Identifier: Apache-2.0
#include "pki/journal.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <sstream>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "pki/files.h"

namespace candor::pki {
namespace {

constexpr std::string_view kHead = "candor-ca 1";

std::string path_in(const std::string& folder) { return folder + "/journal"; }

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) {
    words.push_back(std::move(word));
  }
  return words;
}

std::optional<std::uint64_t> number_of(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  return code == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                 : std::nullopt;
}

}  // namespace

Result<void> Journal::create(const std::string& folder, const std::string& site) {
  if (exists(path_in(folder))) {
    return fail(ErrorKind::kAlreadyExists, folder + ": holds a CA already; name another folder");
  }
  return replace_file(path_in(folder), fmt::format("{} {}\n", kHead, site), kPrivateMode);
}

Result<Journal> Journal::open(const std::string& folder) {
  Journal journal;
  journal.path_ = path_in(folder);
  journal.lock_ = ::open(journal.path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (journal.lock_ < 0) {
    return fail(ErrorKind::kNotFound,
                folder +
                    ": there is no CA here; name its folder with --folder, or make one: candor "
                    "ca init");
  }
  if (::flock(journal.lock_, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::kFailedPrecondition,
                folder + ": is in use by another command; wait for its end");
  }
  CANDOR_TRY(const std::string text, read_file(journal.path_));
  std::istringstream lines(text);
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto words = words_of(line);
    const bool is_whole = !lines.eof();
    ++number;
    if (!is_whole || words.empty() || (number == 1) != line.starts_with(kHead) ||
        !journal.take(words)) {
      return fail(ErrorKind::kDataLoss,
                  fmt::format("{}:{}: is no line of a CA's journal; restore the folder from its "
                              "copy",
                              journal.path_, number));
    }
  }
  return journal;
}

Journal::Journal(Journal&& other) noexcept { *this = std::move(other); }

Journal& Journal::operator=(Journal&& other) noexcept {
  std::swap(lock_, other.lock_);
  std::swap(path_, other.path_);
  std::swap(site_, other.site_);
  std::swap(invitations_, other.invitations_);
  std::swap(issued_, other.issued_);
  std::swap(lists_, other.lists_);
  return *this;
}

Journal::~Journal() {
  if (lock_ >= 0) {
    ::close(lock_);
  }
}

bool Journal::take(const std::vector<std::string>& words) {
  const std::string& what = words.front();
  if (what == "candor-ca" && words.size() == 3) {
    site_ = words[2];
    return true;
  }
  if (what == "invited") {
    return take_invitation(words);
  }
  if (what == "signed") {
    return take_issued(words);
  }
  if (what == "revoked") {
    return take_revoked(words);
  }
  const auto number = words.size() == 3 ? number_of(words[1]) : std::nullopt;
  lists_ = number.value_or(lists_);
  return what == "list" && number.has_value();
}

// invited CODE-ID ROLE NAME EXPIRES PROOF-KEY
bool Journal::take_invitation(const std::vector<std::string>& words) {
  if (words.size() != 6) {
    return false;
  }
  const auto role = parse_role(words[2]);
  const auto expires = parse_rfc3339(words[4]);
  const auto key = from_hex(words[5]);
  if (!role.has_value() || !expires.has_value() || !key.has_value()) {
    return false;
  }
  invitations_[words[1]] = {.code_id = words[1],
                            .identity = {.site = site_, .role = *role, .name = words[3]},
                            .expires = *expires,
                            .proof_key = *key};
  return true;
}

// signed SERIAL ROLE NAME FROM TO CODE-ID
bool Journal::take_issued(const std::vector<std::string>& words) {
  const auto used = words.size() == 7 ? invitations_.find(words[6]) : invitations_.end();
  if (used == invitations_.end()) {
    return false;
  }
  const auto role = parse_role(words[2]);
  const auto from = parse_rfc3339(words[4]);
  const auto to = parse_rfc3339(words[5]);
  if (!role.has_value() || !from.has_value() || !to.has_value()) {
    return false;
  }
  used->second.is_used = true;
  issued_.push_back({.serial = words[1],
                     .identity = {.site = site_, .role = *role, .name = words[3]},
                     .from = *from,
                     .to = *to,
                     .revoked = std::nullopt});
  return true;
}

// revoked SERIAL TIME
bool Journal::take_revoked(const std::vector<std::string>& words) {
  const auto at = words.size() == 3 ? parse_rfc3339(words[2]) : fail(ErrorKind::kDataLoss, "");
  const auto found = std::ranges::find_if(
      issued_, [&](const Issued& one) { return words.size() > 1 && one.serial == words[1]; });
  if (!at.has_value() || found == issued_.end()) {
    return false;
  }
  found->revoked = *at;
  return true;
}

Result<void> Journal::add(const std::string& line) {
  CANDOR_CHECK(append_file(path_, line + "\n"));
  return take(words_of(line)) ? Result<void>()
                              : fail(ErrorKind::kInternal, path_ + ": wrote what it cannot read");
}

Result<void> Journal::add_invitation(const Invitation& invitation) {
  return add(fmt::format("invited {} {} {} {} {}", invitation.code_id,
                         to_string(invitation.identity.role), invitation.identity.name,
                         to_rfc3339(invitation.expires), to_hex(invitation.proof_key)));
}

Result<void> Journal::add_issued(const Issued& issued, const std::string& code_id) {
  return add(fmt::format("signed {} {} {} {} {} {}", issued.serial, to_string(issued.identity.role),
                         issued.identity.name, to_rfc3339(issued.from), to_rfc3339(issued.to),
                         code_id));
}

Result<void> Journal::add_revoked(const std::string& serial, UtcTime at) {
  return add(fmt::format("revoked {} {}", serial, to_rfc3339(at)));
}

Result<void> Journal::add_list(std::uint64_t number, UtcTime at) {
  return add(fmt::format("list {} {}", number, to_rfc3339(at)));
}

}  // namespace candor::pki
