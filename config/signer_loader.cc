// SPDX-License-Identifier: Apache-2.0
#include "config/signer_loader.h"

#include <string>
#include <utility>

namespace candor::config {

SignerConfig read_signer(TableReader& reader) {
  SignerConfig signer;
  std::string key = "file";
  reader.absolute_path("socket", signer.socket, true);
  signer.socket_at = reader.place_of("socket");
  reader.absolute_path("state", signer.state, true);
  signer.state_at = reader.place_of("state");
  reader.text("key", key, false);
  reader.boolean("make_keys", signer.makes_keys);
  reader.table("pkcs11", [&](TableReader& inner) {
    Pkcs11Config pkcs11;
    inner.absolute_path("module", pkcs11.module, true);
    inner.text("token", pkcs11.token, true);
    inner.absolute_path("pin_file", pkcs11.pin_file, true);
    signer.pkcs11 = std::move(pkcs11);
  });
  if (key != "file" && key != "pkcs11") {
    reader.complain("key", "must be \"file\" or \"pkcs11\"");
  } else if ((key == "pkcs11") != signer.pkcs11.has_value()) {
    reader.complain("key", "key = \"pkcs11\" and the section [signer.pkcs11] go together");
  }
  return signer;
}

}  // namespace candor::config
