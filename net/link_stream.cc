// SPDX-License-Identifier: Apache-2.0
#include "net/link_stream.h"

namespace candor::net {

void LinkStream::read_some(State& state, const Into& into, AnyHandler handler) {
  if (state.tls != nullptr) {
    state.tls->async_read_some(into, std::move(handler));
  } else {
    state.plain.async_read_some(into, std::move(handler));
  }
}

void LinkStream::write_some(State& state, const From& from, AnyHandler handler) {
  if (state.tls != nullptr) {
    state.tls->async_write_some(from, std::move(handler));
  } else {
    state.plain.async_write_some(from, std::move(handler));
  }
}

}  // namespace candor::net
