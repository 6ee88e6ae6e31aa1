// SPDX-License-Identifier: Apache-2.0
// What candor-signer and those who ask it say to each other: docs/design/signer.md, "Protocol".
// How it travels is in server.h and client.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/result.h"
#include "evidence/checkpoint.h"
#include "evidence/proofs.h"

namespace candor::signer {

/// 63 proof lines of 45 bytes, an origin of 255 and the rest take 3.3 kB.
inline constexpr std::size_t kMessageBytesMax = 8192;
inline constexpr std::size_t kFrameHeadBytes = 4;

/// "Sign this checkpoint, which extends the one of size `old`."
struct SignRequest {
  std::uint64_t old = 0;
  evidence::Proof proof;            // Consistency of `old` and the checkpoint's size.
  evidence::Checkpoint checkpoint;  // Without extension lines.
};

/// The request as a message: "sign\n" and the body of C2SP tlog-witness's add-checkpoint, with a
/// checkpoint that nobody has signed yet.
[[nodiscard]] std::string format_sign(const SignRequest& request);
/// Reads what follows "sign\n".
/// Errors: kInvalidArgument  anything but what format_sign gives.
[[nodiscard]] Result<SignRequest> parse_sign(std::string_view body);

/// "vkey <origin>\n".
[[nodiscard]] std::string format_vkey_question(std::string_view origin);

/// Why something was not signed.
struct Refusal {
  std::string reason;
  std::optional<std::uint64_t> last;  // The size last signed, if the signer told it.
};

/// "refused: <reason>\n"; the reason becomes one plain line.
[[nodiscard]] std::string format_refusal(std::string_view reason);
/// Nothing if the message is no refusal. The size is that of "last <n>" at the reason's end.
[[nodiscard]] std::optional<Refusal> parse_refusal(std::string_view message);

/// The message behind its length, four bytes, big-endian. At most kMessageBytesMax.
[[nodiscard]] std::string frame(std::string_view message);
/// The length that a frame's head tells.
/// Errors: kInvalidArgument  zero, or above kMessageBytesMax: the stream cannot be read on.
[[nodiscard]] Result<std::size_t> parse_frame_head(ByteView head);

}  // namespace candor::signer
