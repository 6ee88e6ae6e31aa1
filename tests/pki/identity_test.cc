// SPDX-License-Identifier: Apache-2.0
#include "pki/identity.h"

#include <gtest/gtest.h>

namespace candor::pki {
namespace {

TEST(IdentityTest, IsAUriAndBack) {
  const Identity identity{.site = "site7", .role = Role::kMonitor, .name = "monitor-1"};

  EXPECT_EQ(to_uri(identity), "candor://site7/monitor/monitor-1");
  EXPECT_EQ(parse_uri("candor://site7/monitor/monitor-1").value(), identity);
}

TEST(IdentityTest, WhatIsNotExactlySoIsNoIdentity) {
  for (const char* bad :
       {"", "candor://", "candor://a/capture", "candor://a/capture/", "candor://a/root/b",
        "candor://a/capture/b/c", "candor://A/capture/b", "https://a/capture/b",
        "candor:///capture/b", "candor://a/capture/b ", "candor://a/Capture/b"}) {
    EXPECT_FALSE(parse_uri(bad).has_value()) << bad;
  }
}

TEST(IdentityTest, NamesTheRolesThereAre) {
  EXPECT_EQ(parse_role("signer").error().message(),
            "there is no role 'signer'; it is capture or monitor");
}

}  // namespace
}  // namespace candor::pki
