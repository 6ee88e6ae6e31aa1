// SPDX-License-Identifier: Apache-2.0
// What a running program shows and trusts on the link: its certificate and key, the site's CA and
// revocation list, read from files and read again when they change.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/sync.h"
#include "core/time.h"
#include "pki/enrolment.h"
#include "pki/identity.h"

// OpenSSL's, so that who holds credentials needs none of its headers.
struct ssl_ctx_st;
struct x509_st;
struct x509_store_ctx_st;

namespace candor::pki {

/// Whom one expects at the other end.
struct ExpectedPeer {
  std::string site;
  Role role = Role::kMonitor;
  std::string name;  // Empty: any.
};

/// Thread: any.
class Credentials {
 public:
  using Context = std::shared_ptr<ssl_ctx_st>;

  /// Reads the files and checks that they are `own`'s.
  /// Errors: one line with the file and what to do: kNotFound, kPermissionDenied  a key that others
  /// can read, kInvalidArgument  not a pair, not this CA's, another role, name or site.
  [[nodiscard]] static Result<std::shared_ptr<Credentials>> load(CredentialPaths paths,
                                                                 Identity own);

  /// The present TLS context: TLS 1.3 only, the peer needs a certificate, nothing is resumed.
  [[nodiscard]] Context context() const EXCLUDES(mutex_);
  [[nodiscard]] const Identity& own() const { return own_; }

  /// Reads the files again if one of them is another than before; true if so. May block on disk.
  /// Errors: those of load(); the credentials before stay in use, and it is tried again.
  [[nodiscard]] Result<bool> reload() EXCLUDES(mutex_);

  /// Judges a certificate that was accepted before by what holds now. Empty: still in order.
  [[nodiscard]] std::string objection_to(x509_st& certificate, const ExpectedPeer& expected) const;

  /// The first end of own certificate and revocation list.
  [[nodiscard]] UtcTime good_until() const EXCLUDES(mutex_);

 private:
  // Size, time and number of each file.
  using Stamp = std::array<std::int64_t, 16>;
  struct Loaded {
    Context context;
    UtcTime good_until;
  };

  Credentials(CredentialPaths paths, Identity own)
      : paths_(std::move(paths)), own_(std::move(own)) {}
  [[nodiscard]] Result<Loaded> read() const;
  [[nodiscard]] Stamp stamp() const;

  const CredentialPaths paths_;
  const Identity own_;
  mutable Mutex mutex_;
  Loaded loaded_ GUARDED_BY(mutex_);
  Stamp stamp_ GUARDED_BY(mutex_){};
};

/// For TLS's verify callback: why the peer is refused, empty if it is not. `is_trusted` is what
/// OpenSSL found.
[[nodiscard]] std::string judge_peer(bool is_trusted, x509_store_ctx_st& chain,
                                     const ExpectedPeer& expected);
/// The name in the certificate of a peer that was accepted.
[[nodiscard]] std::string name_of(x509_st& certificate);

}  // namespace candor::pki
