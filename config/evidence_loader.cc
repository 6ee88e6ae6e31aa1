// SPDX-License-Identifier: Apache-2.0
#include "config/evidence_loader.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "config/address.h"

namespace candor::config {
namespace {

constexpr std::size_t kWitnessesMax = 8;
constexpr std::string_view kScheme = "http://";
constexpr std::string_view kPathCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

void read_url(TableReader& reader, WitnessConfig& witness) {
  std::string url;
  reader.text("url", url, true);
  if (url.empty()) {
    return;
  }
  // Without TLS: what goes there is public to who may see it, and every answer is signed.
  const std::size_t scheme = url.starts_with(kScheme) ? kScheme.size() : std::string::npos;
  const std::size_t slash = scheme == std::string::npos ? scheme : url.find('/', scheme);
  const auto host = scheme == std::string::npos
                        ? std::nullopt
                        : parse_host_address(url.substr(scheme, slash - scheme));
  witness.path = slash == std::string::npos ? "" : url.substr(slash);
  witness.path.erase(witness.path.find_last_not_of('/') + 1);
  if (!host.has_value() || witness.path.find_first_not_of(kPathCharacters) != std::string::npos) {
    reader.complain("url",
                    "must be http://HOST:PORT/PATH, as in \"http://192.0.2.7:8080/witness\"");
    return;
  }
  witness.host = host->host;
  witness.port = host->port;
}

}  // namespace

EvidenceConfig read_evidence(TableReader& reader) {
  EvidenceConfig evidence;
  reader.absolute_path("signer", evidence.signer, false);
  reader.absolute_path("policy", evidence.policy, false);
  evidence.policy_at = reader.place_of("policy");
  reader.tables("witness", [&](TableReader& inner) {
    WitnessConfig witness;
    inner.text("vkey", witness.vkey, true);
    witness.vkey_at = inner.place_of("vkey");
    read_url(inner, witness);
    inner.boolean("own_host", witness.own_host);
    const auto same = [&](const WitnessConfig& other) { return other.vkey == witness.vkey; };
    if (std::ranges::any_of(evidence.witnesses, same)) {
      inner.complain("vkey", "another witness has this key");
    }
    evidence.witnesses.push_back(std::move(witness));
    if (evidence.witnesses.size() > kWitnessesMax) {
      inner.complain("vkey", "a host has eight witnesses at most");
    }
  });
  if (evidence.signer.empty() && !evidence.witnesses.empty()) {
    reader.complain("signer", "is missing: a witness cosigns what is signed");
  }
  return evidence;
}

}  // namespace candor::config
