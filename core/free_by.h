// SPDX-License-Identifier: Apache-2.0
// Deleters for objects of C libraries: `std::unique_ptr<X509, FreeBy<X509_free>>`.
#pragma once

namespace candor {

/// Calls Function(pointer).
template <auto Function>
struct FreeBy {
  template <typename T>
  void operator()(T* pointer) const {
    Function(pointer);
  }
};

/// Calls Function(&pointer), as FFmpeg's functions want it.
template <auto Function>
struct FreeByAddress {
  template <typename T>
  void operator()(T* pointer) const {
    Function(&pointer);
  }
};

}  // namespace candor
