// SPDX-License-Identifier: Apache-2.0
// The published vectors of docs/design/tree.md: keys, a checkpoint with its cosignature, the
// proofs about its tree.
#pragma once

#include <array>
#include <string_view>

#include "evidence/note_key.h"
#include "evidence/signer.h"

namespace candor::evidence {

inline constexpr std::string_view kOrigin = "rec.example/site7/room-03/1";
inline constexpr std::string_view kWitness = "supervision.example/w1";
inline constexpr std::string_view kLogVkey =
    "rec.example/site7/room-03/1+01413e6a+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
inline constexpr std::string_view kWitnessVkey =
    "supervision.example/w1+ee5a8dd0+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";
inline constexpr std::uint64_t kWitnessTime = 1'790'000'012;  // Seconds since 1970.

inline constexpr std::string_view kCheckpointText =
    "rec.example/site7/room-03/1\n"
    "11\n"
    "pqp+yEpkflSS7e59LLd0PYWrWFoOlvls+OswHkQhti8=\n";
inline constexpr std::string_view kCheckpointNote =
    "rec.example/site7/room-03/1\n"
    "11\n"
    "pqp+yEpkflSS7e59LLd0PYWrWFoOlvls+OswHkQhti8=\n"
    "\n"
    "\xE2\x80\x94 rec.example/site7/room-03/1 "
    "AUE+anuh1bGDo1LQ1do9NdhgA6GJkfwUeeJicZhsiGT56ppE2lztfdavHj0Dn+L3kYTjGxCbCvtMkusWvUyS803UzwQ=\n"
    "\xE2\x80\x94 supervision.example/w1 "
    "7lqN0AAAAABqsTuMtVU0wORWBYbzQFFmfQPw/kJNnLP/WUF8dvcOzLXO9rir/"
    "UoRS3gnLLrA+rmNADrACpvh7BfpDar85UX"
    "Fl5gcDg==\n";

inline constexpr std::string_view kRoot5 =
    "c0c21194c6dbf3328bb791a99b281832a7cfeca2eb5dc69d993e549806e4717a";
inline constexpr std::string_view kRoot11 =
    "a6aa7ec84a647e5492edee7d2cb7743d85ab585a0e96f96cf8eb301e4421b62f";
inline constexpr std::string_view kLeaf4 =
    "4c73d18359d34f74edd29bd820e3b51e7e8b84124d979ebc7979175ad59bfe3b";
/// Consistency of 5 and 11; the last four are the inclusion proof of entry 4 in 11.
inline constexpr std::array<std::string_view, 5> kConsistency5To11 = {
    "THPRg1nTT3Tt0pvYIOO1Hn6LhBJNl568eXkXWtWb/js=", "BXvvgZF6O1DwOy6b9oWXCUD3MiVEAcl+MWsIkKdp2i8=",
    "LEHzduZTzhqV7CrmuJyWmxuYqUamTD+/WGVJOCOVNkg=", "pY2EoR+jGQGCXobNGu05sMVcOLf92CElBlMzjuR401k=",
    "QzIbPLNsCFNzxWWBabRNXfcm+qHk2PANkPF+cSQbB3U="};

/// A key whose seed is 32 times the same byte: 1 is the log's, 2 the witness's.
inline MemorySigner signer_of(std::uint8_t byte) {
  Seed seed{};
  seed.fill(byte);
  return MemorySigner::from_seed(seed).value();
}

inline NoteKey log_key() { return parse_vkey(kLogVkey).value(); }
inline NoteKey witness_key() { return parse_vkey(kWitnessVkey).value(); }

}  // namespace candor::evidence
