// SPDX-License-Identifier: Apache-2.0
#include "capture/local/device_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace candor::local {
namespace {

TEST(DeviceFileTest, WhatIsKeptOpenIsLetGoAndItsNumberStaysTaken) {
  const int kept = ::open("/dev/full", O_RDWR);
  const int other = ::open("/dev/zero", O_RDWR);
  const auto device = device_number("/dev/full");
  ASSERT_TRUE(device.has_value());

  EXPECT_EQ(release_device(*device), 1U);

  EXPECT_EQ(::write(kept, "x", 1), 1) << "it is no longer the device that is always full";
  char byte = 'x';
  EXPECT_EQ(::read(other, &byte, 1), 1);
  EXPECT_EQ(::close(kept), 0);
  EXPECT_EQ(release_device(*device), 0U);
  ::close(other);
}

TEST(DeviceFileTest, PlainFilesAreNoDevices) {
  EXPECT_FALSE(device_number("/proc/self/exe").has_value());
  EXPECT_FALSE(device_number("/nowhere").has_value());
}

}  // namespace
}  // namespace candor::local
