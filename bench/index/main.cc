// SPDX-License-Identifier: Apache-2.0
// Measures the index: range lookups in a large one, and what a second of 100 streams costs to
// write. Prints one JSON object.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/ids.h"
#include "evidence/bodies.h"
#include "evidence/entry.h"
#include "storage/read/catalogue.h"
#include "storage/write/index_database.h"
#include "storage/write/index_writer.h"

namespace candor::bench {
namespace {

using storage::IndexUpdate;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr std::int64_t kSegmentNs = 60'000'000'000;
constexpr std::int64_t kStartNs = 1'790'000'000'000'000'000;
constexpr std::uint32_t kTimescale = 90000;
constexpr int kUnitsPerSegment = 60;
constexpr std::uint64_t kUnitBytes = 500'000;

template <typename T>
T value_of(Result<T> result) {
  if (!result.has_value()) {
    std::fprintf(stderr, "%s\n", result.error().message().c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(*result);
  }
}

Uuid stream_id(std::uint64_t number) {
  Uuid id = make_uuid({kStartNs});
  for (std::size_t i = 8; i < 16; ++i) {
    id.bytes[i] = static_cast<std::uint8_t>(number * 0x9E3779B97F4A7C15 >> (8 * (i - 8)));
  }
  return id;
}

Bytes unit_list(std::int64_t start) {
  Bytes list;
  storage::IndexedUnit previous;
  for (int i = 0; i < kUnitsPerSegment; ++i) {
    const storage::IndexedUnit unit{
        .entry = previous.entry + 6,
        .offset = previous.offset + previous.bytes + 338,
        .bytes = kUnitBytes + static_cast<std::uint64_t>(i),
        .decode_time = start + static_cast<std::int64_t>(i) * kTimescale,
        .duration = kTimescale,
        .flags = 1};
    storage::append_unit(list, previous, unit);
    previous = unit;
  }
  return list;
}

// The rows that recording `streams` streams for `segments` minutes would leave.
void fill(storage::Database& database, const std::vector<Uuid>& streams, std::int64_t segments) {
  auto row = value_of(database.prepare(
      "INSERT INTO segments (stream, segment, run, entry, path, init_digest, init_bytes, "
      "timescale, "
      "codecs, width, height, sample_rate, channels, start_time, end_time, start_ns, end_ns, "
      "media_bytes) VALUES (?,?,?,?,?,?,700,90000,'avc1.640028',1920,1080,0,0,?,?,?,?,?)"));
  auto units = value_of(database.prepare("INSERT INTO units VALUES (?,?,?)"));
  auto transaction =
      value_of(storage::Transaction::begin(database, storage::Transaction::Kind::kWrite));
  const Bytes digest(32, 7);
  for (const Uuid& stream : streams) {
    for (std::int64_t i = 0; i < segments; ++i) {
      const std::int64_t start_ns = kStartNs + i * kSegmentNs;
      const std::int64_t start = ns_to_ticks(start_ns, kTimescale);
      const std::string path = fmt::format("media/room-01/panorama-video/{}/{:010}-{}.mp4",
                                           utc_day({start_ns}), i + 1, utc_file_stamp({start_ns}));
      row.bind(1, stream).bind(2, i + 1).bind(3, stream).bind(4, i * 360).bind(5, path);
      row.bind(6, digest).bind(7, start).bind(8, start + 60 * kTimescale).bind(9, start_ns);
      row.bind(10, start_ns + kSegmentNs).bind(11, kUnitBytes * kUnitsPerSegment);
      value_of(row.run());
      const Bytes list = unit_list(start);
      value_of(units.bind(1, stream).bind(2, i + 1).bind(3, list).run());
    }
  }
  value_of(transaction.commit());
}

struct Percentiles {
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};

Percentiles percentiles_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {.p50_ms = values[values.size() / 2],
          .p99_ms = values[values.size() * 99 / 100],
          .max_ms = values.back()};
}

// Ranges of one second to ten minutes at random instants of random streams.
Percentiles measure_lookups(const std::string& path, const std::vector<Uuid>& streams,
                            std::int64_t segments, int lookups) {
  auto catalogue = value_of(storage::Catalogue::open(path));
  std::mt19937_64 random(1);
  std::vector<double> times;
  for (int i = 0; i < lookups; ++i) {
    const auto offset = static_cast<std::int64_t>(
        random() % static_cast<std::uint64_t>((segments - 10) * kSegmentNs));
    const auto length = static_cast<std::int64_t>(1'000'000'000 * (1 + random() % 600));
    const storage::TimeRange range{.from = {kStartNs + offset}, .to = {kStartNs + offset + length}};
    const auto begin = std::chrono::steady_clock::now();
    const auto found =
        value_of(catalogue.segments(streams[random() % streams.size()], std::nullopt, range));
    times.push_back(Milliseconds(std::chrono::steady_clock::now() - begin).count());
    if (found.empty()) {
      std::fprintf(stderr, "a lookup found nothing\n");
      std::exit(1);
    }
  }
  return percentiles_of(std::move(times));
}

// Makes the entries of a room, in order.
class RoomEntries {
 public:
  explicit RoomEntries(std::string room) : room_(std::move(room)) {}

  IndexUpdate next(evidence::EntryType type, ByteView body,
                   std::optional<storage::UnitPlace> place = std::nullopt) {
    evidence::EntryHeader header;
    header.type = type;
    header.log_id = evidence::log_id_of("rec.example/bench/" + room_ + "/1");
    header.index = index_++;
    return {.room = room_, .entry = evidence::encode_entry(header, body), .place = place};
  }

 private:
  std::string room_;
  std::uint64_t index_ = 0;
};

double cpu_ms() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

std::vector<IndexUpdate> open_streams(RoomEntries& room, const std::vector<Uuid>& streams) {
  std::vector<IndexUpdate> updates;
  updates.push_back(room.next(evidence::EntryType::kGenesis,
                              evidence::encode(evidence::GenesisBody{
                                  .origin = "rec.example/bench/room/1", .software = ""})));
  for (std::size_t i = 0; i < streams.size(); ++i) {
    evidence::StreamBody stream;
    stream.stream = streams[i];
    stream.name = fmt::format("camera-{}-video", i);
    stream.chain = static_cast<std::uint32_t>(i + 1);
    updates.push_back(room.next(evidence::EntryType::kStream, evidence::encode(stream)));
    evidence::InitBody init;
    init.stream = streams[i];
    init.segment = 1;
    init.path = "media/room/" + stream.name + "/2026-11-24/0000000001-20261124T080000.000Z.mp4";
    init.timescale = kTimescale;
    updates.push_back(room.next(evidence::EntryType::kInit, evidence::encode(init)));
  }
  return updates;
}

// CPU milliseconds for one second of these streams, one entry a second each, mean of a minute.
double measure_apply(const std::string& path, const std::vector<Uuid>& streams) {
  auto index = value_of(storage::IndexWriter::open(path));
  RoomEntries room("room");
  value_of(index.apply(open_streams(room, streams)));
  double spent = 0;
  for (int second = 0; second < 60; ++second) {
    std::vector<IndexUpdate> updates;
    for (const Uuid& stream : streams) {
      evidence::MediaBody body;
      body.stream = stream;
      body.fragment_bytes = kUnitBytes;
      body.decode_time = static_cast<std::uint64_t>(kStartNs / 1'000'000'000 + second) * kTimescale;
      body.duration = body.timescale = kTimescale;
      body.flags = evidence::kStartsWithSync;
      const storage::UnitPlace place{
          .segment = 1, .offset = 700 + static_cast<std::uint64_t>(second) * (kUnitBytes + 338)};
      updates.push_back(
          room.next(evidence::EntryType::kMedia, evidence::encode_media_body(body), place));
    }
    const double before = cpu_ms();
    value_of(index.apply(updates));
    spent += cpu_ms() - before;
  }
  return spent / 60;
}

int run(const std::string& folder, std::int64_t segments, int lookups) {
  constexpr std::size_t kStreams = 100;
  std::filesystem::create_directories(folder);
  std::vector<Uuid> streams;
  for (std::size_t i = 0; i < kStreams; ++i) {
    streams.push_back(stream_id(i));
  }
  const std::string large = folder + "/large.db";
  const std::string live = folder + "/live.db";
  for (const std::string& path : {large, live}) {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(path + suffix);
    }
  }
  const std::int64_t per_stream = segments / static_cast<std::int64_t>(kStreams);
  {
    auto database = value_of(storage::open_index_database(large));
    fill(database, streams, per_stream);
  }
  const Percentiles times = measure_lookups(large, streams, per_stream, lookups);
  const double apply_ms = measure_apply(live, streams);
  fmt::print(
      "{{\"segments\":{},\"index_bytes\":{},\"lookups\":{},\"p50_ms\":{:.3f},\"p99_ms\":{:.3f},"
      "\"max_ms\":{:.3f},\"streams\":{},\"apply_cpu_ms_per_second\":{:.2f}}}\n",
      per_stream * static_cast<std::int64_t>(kStreams), std::filesystem::file_size(large), lookups,
      times.p50_ms, times.p99_ms, times.max_ms, kStreams, apply_ms);
  std::filesystem::remove(large);
  std::filesystem::remove(live);
  return 0;
}

}  // namespace
}  // namespace candor::bench

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: candor-index-bench FOLDER [SEGMENTS] [LOOKUPS]\n");
    return 2;
  }
  const std::int64_t segments = argc > 2 ? std::atoll(argv[2]) : 1'000'000;
  const int lookups = argc > 3 ? std::atoi(argv[3]) : 10'000;
  return candor::bench::run(argv[1], segments, lookups);
}
