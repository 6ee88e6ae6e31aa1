// SPDX-License-Identifier: Apache-2.0
#include "evidence/entry.h"

#include <algorithm>
#include <array>

#include "core/assert.h"
#include "core/big_endian.h"
#include "core/sectors.h"

namespace candor::evidence {
namespace {

constexpr std::string_view kMagic = "RSL1";
constexpr std::uint8_t kVersion = 1;
// The last sector of a log may hold no more than a few zeros that end an entry.
constexpr std::size_t kLastZerosMin = 8;

template <std::size_t N>
void append_array(Bytes& out, const std::array<std::uint8_t, N>& value) {
  out.insert(out.end(), value.begin(), value.end());
}

// Reads fields one after another; the length was checked before.
class Cursor {
 public:
  explicit Cursor(ByteView bytes) : at_(bytes.data()) {}

  template <std::integral T>
  T number() {
    const T value = get_be<T>(at_);
    at_ += sizeof(T);
    return value;
  }
  template <std::size_t N>
  std::array<std::uint8_t, N> array() {
    std::array<std::uint8_t, N> value{};
    std::copy_n(at_, N, value.begin());
    at_ += N;
    return value;
  }

 private:
  const std::uint8_t* at_;
};

}  // namespace

LogId log_id_of(std::string_view origin) {
  const Digest digest = sha256(as_bytes(origin));
  LogId id;
  std::copy_n(digest.begin(), id.size(), id.begin());
  return id;
}

Bytes encode_entry(const EntryHeader& header, ByteView body) {
  CANDOR_ASSERT(body.size() <= kEntryBytesMax - kEntryHeaderBytes);
  Bytes out;
  out.reserve(kEntryHeaderBytes + body.size());
  out.insert(out.end(), kMagic.begin(), kMagic.end());
  append_be(out, kVersion);
  append_be(out, static_cast<std::uint8_t>(header.type));
  append_be(out, header.suite);
  append_be(out, static_cast<std::uint8_t>(header.clock_state));
  append_array(out, header.log_id);
  append_be(out, header.index);
  append_be(out, header.real.ns);
  append_be(out, header.boot.ns);
  append_array(out, header.boot_id.bytes);
  append_be(out, header.clock_error_us);
  append_be(out, header.chain);
  append_be(out, header.chain_sequence);
  append_array(out, header.chain_previous);
  append_array(out, header.salt);
  append_be(out, static_cast<std::uint16_t>(body.size()));
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

Bytes encode_media_body(const MediaBody& body) {
  Bytes out;
  out.reserve(kMediaBodyBytes + body.extensions.size());
  append_array(out, body.session.bytes);
  append_array(out, body.stream.bytes);
  append_array(out, body.init_digest);
  append_array(out, body.fragment_digest);
  append_array(out, body.essence_digest);
  append_be(out, body.fragment_bytes);
  append_be(out, body.decode_time);
  append_be(out, body.duration);
  append_be(out, body.timescale);
  append_be(out, body.sequence);
  append_be(out, body.sample_count);
  append_be(out, body.lost_units);
  append_be(out, body.capture.ns);
  append_be(out, static_cast<std::uint8_t>(body.capture_source));
  append_be(out, body.flags);
  append_be(out, static_cast<std::uint16_t>(body.extensions.size()));
  out.insert(out.end(), body.extensions.begin(), body.extensions.end());
  return out;
}

Result<EntryView> decode_entry(ByteView bytes) {
  if (bytes.size() < kEntryHeaderBytes || bytes.size() > kEntryBytesMax) {
    return fail(ErrorKind::kInvalidArgument, "entry of " + std::to_string(bytes.size()) + " bytes");
  }
  if (as_text(bytes.first(kMagic.size())) != kMagic || bytes[kMagic.size()] != kVersion) {
    return fail(ErrorKind::kInvalidArgument, "entry without magic RSL1, version 1");
  }
  Cursor cursor(bytes.subspan(kMagic.size() + 1));
  EntryView view;
  EntryHeader& header = view.header;
  header.type = static_cast<EntryType>(cursor.number<std::uint8_t>());
  header.suite = cursor.number<std::uint8_t>();
  header.clock_state = static_cast<ClockState>(cursor.number<std::uint8_t>());
  header.log_id = cursor.array<16>();
  header.index = cursor.number<std::uint64_t>();
  header.real.ns = cursor.number<std::int64_t>();
  header.boot.ns = cursor.number<std::int64_t>();
  header.boot_id.bytes = cursor.array<16>();
  header.clock_error_us = cursor.number<std::uint32_t>();
  header.chain = cursor.number<std::uint32_t>();
  header.chain_sequence = cursor.number<std::uint64_t>();
  header.chain_previous = cursor.array<32>();
  header.salt = cursor.array<16>();
  const std::size_t body_bytes = cursor.number<std::uint16_t>();
  if (body_bytes != bytes.size() - kEntryHeaderBytes) {
    return fail(ErrorKind::kInvalidArgument,
                "entry body is not exactly as long as its header says");
  }
  view.body = bytes.subspan(kEntryHeaderBytes);
  return view;
}

Result<MediaBody> decode_media_body(ByteView bytes) {
  if (bytes.size() < kMediaBodyBytes) {
    return fail(ErrorKind::kInvalidArgument,
                "MEDIA body of " + std::to_string(bytes.size()) + " bytes");
  }
  Cursor cursor(bytes);
  MediaBody body;
  body.session.bytes = cursor.array<16>();
  body.stream.bytes = cursor.array<16>();
  body.init_digest = cursor.array<32>();
  body.fragment_digest = cursor.array<32>();
  body.essence_digest = cursor.array<32>();
  body.fragment_bytes = cursor.number<std::uint64_t>();
  body.decode_time = cursor.number<std::uint64_t>();
  body.duration = cursor.number<std::uint64_t>();
  body.timescale = cursor.number<std::uint32_t>();
  body.sequence = cursor.number<std::uint32_t>();
  body.sample_count = cursor.number<std::uint32_t>();
  body.lost_units = cursor.number<std::uint32_t>();
  body.capture.ns = cursor.number<std::int64_t>();
  body.capture_source = static_cast<CaptureSource>(cursor.number<std::uint8_t>());
  body.flags = cursor.number<std::uint8_t>();
  const std::size_t extension_bytes = cursor.number<std::uint16_t>();
  if (extension_bytes != bytes.size() - kMediaBodyBytes) {
    return fail(ErrorKind::kInvalidArgument, "MEDIA extensions are not exactly as long as said");
  }
  const ByteView extensions = bytes.subspan(kMediaBodyBytes);
  body.extensions.assign(extensions.begin(), extensions.end());
  return body;
}

std::string entry_type_name(EntryType type) {
  static constexpr std::array<std::string_view, 20> kNames = {
      "",         "GENESIS",   "INIT",          "MEDIA",     "SESSION-OPEN",
      "GAP-OPEN", "GAP-CLOSE", "SESSION-CLOSE", "HEARTBEAT", "CLOCK",
      "RECORDER", "STREAM",    "AUDIT",         "KEY",       "TIME-ANCHOR",
      "LINK",     "EXPORT",    "RETENTION",     "REHASH",    "NOTE"};
  const auto number = static_cast<std::size_t>(type);
  if (number == 0 || number >= kNames.size()) {
    return "TYPE-" + std::to_string(number);
  }
  return std::string(kNames.at(number));
}

Bundle read_bundle(ByteView bytes) {
  Bundle bundle;
  while (bytes.size() - bundle.consumed >= 2) {
    const std::size_t length = get_be<std::uint16_t>(bytes.data() + bundle.consumed);
    if (length == 0 || bytes.size() - bundle.consumed - 2 < length ||
        has_lost_sector(bytes, bundle.consumed, bundle.consumed + 2 + length, kLastZerosMin)) {
      break;
    }
    bundle.entries.push_back(bytes.subspan(bundle.consumed + 2, length));
    bundle.consumed += 2 + length;
  }
  return bundle;
}

void append_framed(Bytes& bundle, ByteView entry) {
  CANDOR_ASSERT(entry.size() <= kEntryBytesMax);
  append_be(bundle, static_cast<std::uint16_t>(entry.size()));
  bundle.insert(bundle.end(), entry.begin(), entry.end());
}

}  // namespace candor::evidence
