// SPDX-License-Identifier: Apache-2.0
// The file of a device as the kernel knows it, whatever name it was opened by.
#pragma once

#include <optional>
#include <string>
#include <sys/types.h>

namespace candor::local {

/// The device's number; none when there is no such device.
[[nodiscard]] std::optional<dev_t> device_number(const std::string& path);

/// Lets go of every descriptor of this process that has the device open. The descriptors' numbers
/// stay taken: whoever believes to own one may still close it.
/// Thread: any, while nobody reads from the device. Returns how many there were.
std::size_t release_device(dev_t device);

}  // namespace candor::local
