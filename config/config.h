// SPDX-License-Identifier: Apache-2.0
// The configuration as checked, immutable values (config/candor.example.toml shows and explains
// every key). Where the values come from is in loader.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace candor::config {

/// A password or key: it cannot be printed by accident.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  [[nodiscard]] const std::string& reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

struct Label {
  std::string en;
  std::string zh;
};

enum class RoomClass : std::uint8_t {
  kInterrogation,
  kInquiry,
  kMediation,
  kWaiting,
  kDetention,
  kEvidence,
};

/// "interrogation", ...
[[nodiscard]] std::string_view to_string(RoomClass room_class);
/// True for the classes that record within a session only.
[[nodiscard]] bool needs_session(RoomClass room_class);

/// A camera or microphone on the network.
struct RtspConfig {
  std::string url;        // rtsp:// or rtsps://host[:port]/path, without credentials.
  std::string substream;  // As url; empty: none. Shown on small tiles, never recorded.
  std::string user;
  Secret password;
  std::string ca_file;      // rtsps: who vouches for the camera's certificate,
  std::string fingerprint;  // or the SHA-256 of the certificate itself, 64 hexadecimal digits.
};

/// A camera of this machine.
struct V4l2Config {
  std::string device;
  std::uint64_t width = 1280;
  std::uint64_t height = 720;
  std::uint64_t frame_rate = 25;
  std::uint64_t bitrate_kbps = 2000;
};

/// A microphone of this machine.
struct AlsaConfig {
  std::string device;
  std::uint64_t sample_rate = 48000;
  std::uint64_t channels = 1;
};

/// A recording played at its own speed, as if it were a camera: for drills and tests.
struct FileConfig {
  std::string path;
  bool repeat = true;
};

using Origin = std::variant<RtspConfig, V4l2Config, AlsaConfig, FileConfig>;

struct SourceConfig {
  std::string id;
  Label label;
  bool picture = true;  // Which tracks are built; what is not is never asked for.
  bool sound = true;
  Origin origin;
};

struct RoomConfig {
  std::string id;
  RoomClass room_class = RoomClass::kInterrogation;
  Label name;
  std::chrono::seconds pre_roll{0};
  std::vector<SourceConfig> sources;
};

/// A room of class lawyer: it has a name, and no place for a source.
struct LawyerRoomConfig {
  std::string id;
  Label name;
};

// What is wrong with a value shows at times only when it is used: a socket in use, a volume that is
// another one. `*_at` says where the value stands: "candor.toml:12: key 'capture.socket'".

struct VolumeConfig {
  std::string name;
  std::string path;
  std::string path_at;
  bool same_device = false;  // It may stand on the device of another volume.
};

struct LimitsConfig {
  std::chrono::milliseconds media_timeout{3000};
  std::chrono::milliseconds connect_timeout{5000};
  // After the 1st, 2nd, ... refusal of a camera; one that is absent never waits above 2 s.
  std::vector<std::chrono::milliseconds> reconnect_waits{
      std::chrono::milliseconds(1000), std::chrono::milliseconds(2000),
      std::chrono::milliseconds(5000), std::chrono::milliseconds(10'000)};
  std::chrono::seconds segment{60};
  std::chrono::milliseconds unit{1000};
  std::chrono::milliseconds sync_interval{1000};
  std::uint64_t queue_mib = 512;
  std::uint64_t gop_cache_mib = 8;
  std::uint64_t pre_roll_mib = 128;
  std::uint64_t feed_ring_mib = 4;
  std::uint64_t viewer_ring_mib = 4;
  std::uint64_t picture_transcodes = 2;
  std::uint64_t connections = 512;
  std::uint64_t body_kib = 64;
  std::uint64_t range_mbps = 200;
  std::vector<std::int64_t> hours_left_warnings{72, 24, 8};
  std::chrono::minutes forecast{5};
  std::chrono::hours session_max{12};
  std::uint64_t session_margin_percent = 20;
  std::uint64_t expected_video_kbps = 4000;
  std::uint64_t expected_audio_kbps = 64;
  std::uint64_t continuous_percent = 50;
  std::uint64_t continuous_quota_mib = 0;  // 0: continuous_percent decides.
};

/// Files of a program that speaks TLS on the link, all absolute paths.
struct TlsConfig {
  std::string ca;
  std::string certificate;
  std::string key;
  std::string crl;
};

struct CaptureConfig {
  std::string host;
  std::string state;
  std::string state_at;
  std::string socket;
  std::string socket_at;
  std::string address;  // Of the link for monitors on other machines; empty: none.
  std::uint16_t port = 0;
  std::optional<TlsConfig> tls;  // Together with `address`.
};

struct HostConfig {
  std::string name;
  std::string socket;   // Either a path on this machine,
  std::string address;  // or a name or IP address and a port on another.
  std::uint16_t port = 0;
};

struct MonitorConfig {
  std::string name;
  std::string address;
  std::uint16_t port = 0;
  std::string listen_at;
  std::string state;
  std::string console;
  std::vector<HostConfig> hosts;
  std::optional<TlsConfig> tls;  // Needed for hosts with an address.
};

/// A token that holds the keys. The PIN is read by the program itself.
struct Pkcs11Config {
  std::string module;
  std::string token;
  std::string pin_file;
};

/// A witness of the logs: C2SP tlog-witness over HTTP.
struct WitnessConfig {
  std::string vkey;  // Read by who uses it.
  std::string vkey_at;
  std::string host;
  std::uint16_t port = 0;
  std::string path;       // Without a slash at its end; empty: the root.
  bool own_host = false;  // It counts as none in a quorum.
};

/// An authority that stamps checkpoints with its time: RFC 3161 over HTTP.
struct TimestampAuthorityConfig {
  std::string name;
  std::string host;
  std::uint16_t port = 80;
  std::string target = "/";  // What is asked for there.
  std::string ca;            // A file of certificates in PEM.
  std::string ca_at;
  std::string policy;  // An object identifier, "1.2.3.4"; empty: any.
};

/// What becomes of the entries that are logged: candor-capture.
struct EvidenceConfig {
  std::string signer;  // candor-signer's socket; empty: nothing is signed.
  std::vector<WitnessConfig> witnesses;
  std::string policy;  // A tlog-policy file; empty: none.
  std::string policy_at;
  std::string chronyc = "/usr/bin/chronyc";
  std::vector<TimestampAuthorityConfig> timestamp_authorities;
};

struct SignerConfig {
  std::string socket;
  std::string socket_at;
  std::string state;
  std::string state_at;
  bool makes_keys = true;
  std::optional<Pkcs11Config> pkcs11;  // Without it keys are files in the state.
};

struct Config {
  std::string site;
  std::string authority;
  std::string log_level = "info";
  std::string digest;  // SHA-256 of the file, hexadecimal: the room logs name it.
  CaptureConfig capture;
  std::vector<VolumeConfig> volumes;
  LimitsConfig limits;
  std::vector<RoomConfig> rooms;
  std::vector<LawyerRoomConfig> lawyer_rooms;
  EvidenceConfig evidence;
  MonitorConfig monitor;
  std::optional<SignerConfig> signer;
};

}  // namespace candor::config
