// SPDX-License-Identifier: Apache-2.0
// What a CA has done, one line for each act, only ever added to: invitations, certificates,
// revocations, lists. The CA's state is what the lines add up to (docs/design/pki.md).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/time.h"
#include "pki/identity.h"

namespace candor::pki {

struct Invitation {
  std::string code_id;
  Identity identity;
  UtcTime expires;
  Bytes proof_key;
  bool is_used = false;
};

struct Issued {
  std::string serial;
  Identity identity;
  UtcTime from;
  UtcTime to;
  std::optional<UtcTime> revoked;
};

/// One process at a time: the lock lasts as long as the value.
class Journal {
 public:
  /// Errors: kAlreadyExists  there is one.
  [[nodiscard]] static Result<void> create(const std::string& folder, const std::string& site);
  /// Errors: kNotFound  no CA in this folder; kFailedPrecondition  in use by another command;
  /// kDataLoss  a line that is none of ours, with its number.
  [[nodiscard]] static Result<Journal> open(const std::string& folder);

  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&& other) noexcept;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  ~Journal();

  [[nodiscard]] const std::string& site() const { return site_; }
  [[nodiscard]] const std::map<std::string, Invitation>& invitations() const {
    return invitations_;
  }
  [[nodiscard]] const std::vector<Issued>& issued() const { return issued_; }
  [[nodiscard]] std::uint64_t lists() const { return lists_; }

  /// Each is on disk when it returns. Errors: errno kinds; nothing has happened then.
  [[nodiscard]] Result<void> add_invitation(const Invitation& invitation);
  /// Uses up the invitation.
  [[nodiscard]] Result<void> add_issued(const Issued& issued, const std::string& code_id);
  [[nodiscard]] Result<void> add_revoked(const std::string& serial, UtcTime at);
  [[nodiscard]] Result<void> add_list(std::uint64_t number, UtcTime at);

 private:
  Journal() = default;
  [[nodiscard]] Result<void> add(const std::string& line);
  /// False: not a line of ours.
  [[nodiscard]] bool take(const std::vector<std::string>& words);
  [[nodiscard]] bool take_invitation(const std::vector<std::string>& words);
  [[nodiscard]] bool take_issued(const std::vector<std::string>& words);
  [[nodiscard]] bool take_revoked(const std::vector<std::string>& words);

  int lock_ = -1;
  std::string path_;
  std::string site_;
  std::map<std::string, Invitation> invitations_;
  std::vector<Issued> issued_;
  std::uint64_t lists_ = 0;
};

}  // namespace candor::pki
