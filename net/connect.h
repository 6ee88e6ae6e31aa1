// SPDX-License-Identifier: Apache-2.0
// A stream to an endpoint: name, connection and TLS's handshake, with one deadline for each.
// Included by the .cc files of net/ only.
#pragma once

#include <chrono>
#include <string_view>

#include "core/result.h"
#include "net/endpoint.h"
#include "net/link_stream.h"

namespace candor::net {

/// Errors: kUnavailable  nobody there, or the certificate was refused, saying why;
/// kDeadlineExceeded.
[[nodiscard]] boost::asio::awaitable<Result<void>> connect(LinkStream& stream, Endpoint endpoint,
                                                           std::chrono::nanoseconds limit);

/// What a failed read or write means to whoever asked. Errors: kDeadlineExceeded; kDataLoss  not
/// HTTP; kUnavailable, also when the other side refuses our certificate.
[[nodiscard]] tl::unexpected<Error> link_failed(const boost::system::error_code& code,
                                                const Endpoint& endpoint);

}  // namespace candor::net
