// SPDX-License-Identifier: Apache-2.0
#include "config/evidence_loader.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/address.h"

namespace candor::config {
namespace {

constexpr std::size_t kWitnessesMax = 8;
constexpr std::size_t kAuthoritiesMax = 2;
constexpr std::string_view kScheme = "http://";
constexpr std::string_view kPathCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";

struct HttpUrl {
  HostAddress address;
  std::string path;  // Empty, or with its slash in front.
};

// Without TLS: what goes there is public to who may see it, and every answer is signed.
std::optional<HttpUrl> parse_http_url(const std::string& url, std::string_view default_port) {
  if (!url.starts_with(kScheme)) {
    return std::nullopt;
  }
  const std::size_t slash = url.find('/', kScheme.size());
  const std::string place = url.substr(kScheme.size(), slash - kScheme.size());
  auto host = parse_host_address(place);
  if (!host.has_value() && !default_port.empty()) {
    host = parse_host_address(place + std::string(default_port));
  }
  HttpUrl parsed{.address = host.value_or(HostAddress{}),
                 .path = slash == std::string::npos ? "" : url.substr(slash)};
  if (!host.has_value() || parsed.path.find_first_not_of(kPathCharacters) != std::string::npos) {
    return std::nullopt;
  }
  return parsed;
}

void read_url(TableReader& reader, WitnessConfig& witness) {
  std::string url;
  reader.text("url", url, true);
  if (url.empty()) {
    return;
  }
  const auto parsed = parse_http_url(url, "");
  if (!parsed.has_value()) {
    reader.complain("url",
                    "must be http://HOST:PORT/PATH, as in \"http://192.0.2.7:8080/witness\"");
    return;
  }
  witness.path = parsed->path;
  witness.path.erase(witness.path.find_last_not_of('/') + 1);
  witness.host = parsed->address.host;
  witness.port = parsed->address.port;
}

void read_url(TableReader& reader, TimestampAuthorityConfig& authority) {
  std::string url;
  reader.text("url", url, true);
  if (url.empty()) {
    return;
  }
  const auto parsed = parse_http_url(url, ":80");
  if (!parsed.has_value()) {
    reader.complain("url", "must be http://HOST[:PORT][/PATH], as in \"http://192.0.2.8/tsa\"");
    return;
  }
  authority.host = parsed->address.host;
  authority.port = parsed->address.port;
  authority.target = parsed->path.empty() ? "/" : parsed->path;
}

// "1.2.3.4": whether a library takes it, who makes the question will see.
bool is_object_identifier(std::string_view text) {
  return text.find_first_not_of("0123456789.") == std::string_view::npos &&
         text.find('.') != std::string_view::npos && text.find("..") == std::string_view::npos &&
         text.front() != '.' && text.back() != '.';
}

void read_authorities(TableReader& reader, EvidenceConfig& evidence) {
  reader.tables("timestamp_authority", [&](TableReader& inner) {
    TimestampAuthorityConfig authority;
    inner.slug("name", authority.name);
    read_url(inner, authority);
    inner.absolute_path("ca", authority.ca, true);
    authority.ca_at = inner.place_of("ca");
    inner.text("policy", authority.policy, false);
    if (!authority.policy.empty() && !is_object_identifier(authority.policy)) {
      inner.complain("policy", "must be an object identifier, as in \"1.2.3.4\"");
    }
    const auto same = [&](const TimestampAuthorityConfig& other) {
      return other.name == authority.name;
    };
    if (std::ranges::any_of(evidence.timestamp_authorities, same)) {
      inner.complain("name", "another authority has this name");
    }
    evidence.timestamp_authorities.push_back(std::move(authority));
    if (evidence.timestamp_authorities.size() > kAuthoritiesMax) {
      inner.complain("name", "a host has two time stamp authorities at most");
    }
  });
  if (evidence.signer.empty() && !evidence.timestamp_authorities.empty()) {
    reader.complain("signer", "is missing: what is stamped is what is signed");
  }
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
  reader.absolute_path("chronyc", evidence.chronyc, false);
  read_authorities(reader, evidence);
  return evidence;
}

}  // namespace candor::config
