// SPDX-License-Identifier: Apache-2.0
#include "pki/enrolment_code.h"

#include <gtest/gtest.h>

namespace candor::pki {
namespace {

const Identity kHost{.site = "demo", .role = Role::kCapture, .name = "host-1"};

TEST(EnrolmentCodeTest, IsReadAsItIsWritten) {
  const EnrolmentCode code = make_code().value();
  const std::string text = to_string(code);

  EXPECT_EQ(text.size(), 29U);
  EXPECT_EQ(to_string(parse_code(text).value()), text);
}

TEST(EnrolmentCodeTest, ForgivesWhatAPersonMistypes) {
  const EnrolmentCode code = parse_code("0123-4567-89AB-CDEF-GHJK-1M00").value();

  EXPECT_EQ(to_string(parse_code("o123 4567 89ab cdef ghjk lmoo").value()), to_string(code));
  EXPECT_EQ(to_string(parse_code("0123456789ABCDEFGHJKIMOO").value()), to_string(code));
}

TEST(EnrolmentCodeTest, RefusesWhatIsTooShortOrHasOtherLetters) {
  for (const char* bad : {"", "0123-4567", "0123-4567-89AB-CDEF-GHJK-1M0U", "x"}) {
    EXPECT_FALSE(parse_code(bad).has_value()) << bad;
  }
}

TEST(EnrolmentCodeTest, NoTwoAreAlike) {
  EXPECT_NE(to_string(make_code().value()), to_string(make_code().value()));
}

TEST(EnrolmentCodeTest, WhatTheCaKeepsIsNotTheCodeAndHoldsForOneIdentity) {
  const EnrolmentCode code = make_code().value();
  Identity other = kHost;
  other.role = Role::kMonitor;

  EXPECT_EQ(proof_key(code, kHost), proof_key(code, kHost));
  EXPECT_NE(proof_key(code, kHost), proof_key(code, other));
  EXPECT_NE(proof_key(code, kHost), proof_key(make_code().value(), kHost));
}

}  // namespace
}  // namespace candor::pki
