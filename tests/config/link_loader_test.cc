// SPDX-License-Identifier: Apache-2.0
// What the loader makes of the two ends of the link over the network.
#include "config/link_loader.h"

#include <string>

#include <gmock/gmock.h>

#include "tests/config/config_text.h"

namespace candor::config {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kFiles = R"(ca = "/etc/candor/ca.pem"
certificate = "/etc/candor/certificate.pem"
key = "/etc/candor/key.pem"
crl = "/etc/candor/crl.pem"
)";

class LinkLoaderTest : public ConfigText {
 protected:
  static std::string with_listen(const std::string& listen) {
    return with("[[volume]]", "listen = \"" + listen + "\"\n[capture.tls]\n" + std::string(kFiles) +
                                  "[[volume]]");
  }
  // The monitor's host is at an address.
  static std::string with_address(const std::string& address, bool has_tls = true) {
    const std::string tls = has_tls ? "[monitor.tls]\n" + std::string(kFiles) : "";
    std::string text = with("[[monitor.host]]\nname = \"host-1\"\nsocket = ",
                            tls + "[[monitor.host]]\nname = \"host-1\"\naddress = ");
    const auto at = text.rfind("\"/run/candor/capture.sock\"");
    return text.replace(at, std::string("\"/run/candor/capture.sock\"").size(),
                        "\"" + address + "\"");
  }
};

TEST_F(LinkLoaderTest, WithoutAWordNobodyListensOnTheNetwork) {
  const Config config = load(std::string(kValid)).value();

  EXPECT_EQ(config.capture.address, "");
  EXPECT_FALSE(config.capture.tls.has_value());
  EXPECT_FALSE(config.monitor.tls.has_value());
}

TEST_F(LinkLoaderTest, CaptureListensWithItsFiles) {
  const Config config = load(with_listen("0.0.0.0:8443")).value();

  EXPECT_EQ(config.capture.address, "0.0.0.0");
  EXPECT_EQ(config.capture.port, 8443);
  ASSERT_TRUE(config.capture.tls.has_value());
  EXPECT_EQ(config.capture.tls->key, "/etc/candor/key.pem");
}

TEST_F(LinkLoaderTest, CaptureNeverListensWithoutTls) {
  EXPECT_THAT(
      verdict(with("[[volume]]", "listen = \"0.0.0.0:8443\"\n[[volume]]")),
      HasSubstr("key 'capture.listen': 'listen' and the section [capture.tls] go together"));
}

TEST_F(LinkLoaderTest, CaptureListensOnAnAddressAndNotOnAName) {
  EXPECT_THAT(verdict(with_listen("host-1:8443")),
              HasSubstr("key 'capture.listen': must be an IP address and a port"));
}

TEST_F(LinkLoaderTest, AMissingFileOfTlsIsNamed) {
  std::string text = with_listen("0.0.0.0:8443");
  text = with("crl = \"/etc/candor/crl.pem\"\n", "", text);

  EXPECT_THAT(verdict(text), HasSubstr("key 'capture.tls.crl': is missing"));
}

TEST_F(LinkLoaderTest, AHostMayBeANameOrAnAddressOnTheNetwork) {
  for (const auto& [text, host] :
       {std::pair("host-1.lan:8443", "host-1.lan"), std::pair("192.0.2.7:8443", "192.0.2.7"),
        std::pair("[2001:db8::7]:8443", "2001:db8::7")}) {
    const Config config = load(with_address(text)).value();
    EXPECT_EQ(config.monitor.hosts.at(0).address, host);
    EXPECT_EQ(config.monitor.hosts.at(0).port, 8443);
    EXPECT_EQ(config.monitor.hosts.at(0).socket, "");
  }
}

TEST_F(LinkLoaderTest, AHostsAddressHasAPort) {
  for (const char* bad : {"host-1", "host-1:0", "host-1:65536", "two words:1", "[::1"}) {
    EXPECT_THAT(verdict(with_address(bad)),
                HasSubstr("key 'monitor.host.address': must be a host and a port"))
        << bad;
  }
}

TEST_F(LinkLoaderTest, AHostOnTheNetworkNeedsTls) {
  EXPECT_THAT(verdict(with_address("host-1:8443", false)),
              HasSubstr("a [[monitor.host]] with 'address' needs the section [monitor.tls]"));
}

TEST_F(LinkLoaderTest, AHostIsInOnePlace) {
  const std::string both = with("[[monitor.host]]\nname = \"host-1\"\n",
                                "[[monitor.host]]\nname = \"host-1\"\naddress = \"h:1\"\n");
  EXPECT_THAT(verdict(both), HasSubstr("either 'socket' or 'address' is needed, not both"));
}

}  // namespace
}  // namespace candor::config
