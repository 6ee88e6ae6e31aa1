// SPDX-License-Identifier: Apache-2.0
// A server that speaks TLS as candor-capture does, and peers of every kind for it.
#pragma once

#include <memory>
#include <string>

#include "net/endpoint.h"
#include "tests/net/served.h"
#include "tests/pki/site_pki.h"

namespace candor::test {

class TlsServedTest : public ServedTest {
 protected:
  net::ServerOptions tls_options() {
    net::ServerOptions options{.address = "127.0.0.1"};
    options.credentials = host_;
    options.peer = {.site = "demo", .role = pki::Role::kMonitor, .name = {}};
    return options;
  }
  void serve_tls() { serve(tls_options()); }

  /// Where the server is, for a peer that shows these credentials.
  [[nodiscard]] net::Endpoint endpoint(std::shared_ptr<const pki::Credentials> shown,
                                       const std::string& expected = "host-1") const {
    net::Endpoint there;
    there.host = "127.0.0.1";
    there.port = server_->port();
    there.credentials = std::move(shown);
    there.peer = {.site = "demo", .role = pki::Role::kCapture, .name = expected};
    return there;
  }
  /// The body of /hello, or the error.
  static std::string hello(const net::Endpoint& there) {
    const auto response =
        net::send_request(there, {.target = "/hello?q=a"}, std::chrono::seconds(10));
    return response.has_value() ? (*response)->read_all(1000).value() : response.error().message();
  }

  SitePki site_;
  const std::shared_ptr<pki::Credentials> host_ = site_.credentials(pki::Role::kCapture, "host-1");
};

}  // namespace candor::test
