// SPDX-License-Identifier: Apache-2.0
#include "evidence/bodies.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "core/text.h"

namespace candor::evidence {
namespace {

namespace json = boost::json;

Bytes to_bytes(const json::object& object) {
  const std::string text = json::serialize(object);
  return {text.begin(), text.end()};
}

std::string free_text(const std::string& text) { return plain_text(text, kFreeTextBytesMax); }

json::value uuid_or_null(const Uuid& id) {
  return id.is_nil() ? json::value(nullptr) : json::value(to_string(id));
}

// A note holds line breaks and is kept as it is: it must verify.
json::value previous_or_null(const PreviousLog& log) {
  if (log.origin.empty()) {
    return nullptr;
  }
  return json::object{
      {"origin", log.origin},
      {"checkpoint", log.checkpoint.empty() ? json::value(nullptr) : json::value(log.checkpoint)}};
}

// Reads typed fields and keeps the first complaint, so that a decoder is a list of fields.
class Reader {
 public:
  explicit Reader(ByteView body) {
    boost::system::error_code code;
    value_ = json::parse(json::string_view(as_text(body)), code);
    if (code.failed() || !value_.is_object()) {
      error_ = "body is not a JSON object";
      value_ = json::object();
    }
  }
  explicit Reader(const json::value& value) : value_(value) {
    if (!value_.is_object()) {
      error_ = "not a JSON object";
      value_ = json::object();
    }
  }

  void text(std::string_view key, std::string& out) {
    if (const json::value* field = find(key); field != nullptr && field->is_string()) {
      out = std::string(field->get_string());
    } else {
      complain(key);
    }
  }
  template <typename Number>
  void number(std::string_view key, Number& out) {
    const json::value* field = find(key);
    boost::system::error_code code;
    const auto value = field == nullptr ? Number{} : field->to_number<Number>(code);
    if (field == nullptr || code.failed()) {
      complain(key);
    } else {
      out = value;
    }
  }
  template <typename Number>
  void number_or_null(std::string_view key, std::optional<Number>& out) {
    if (const json::value* field = find(key); field != nullptr && !field->is_null()) {
      number(key, out.emplace());
    }
  }
  void uuid(std::string_view key, Uuid& out) {
    std::string value;
    text(key, value);
    if (auto id = parse_uuid(value); id.has_value()) {
      out = *id;
    } else {
      complain(key);
    }
  }
  void uuid_or_null(std::string_view key, Uuid& out) {
    if (const json::value* field = find(key); field != nullptr && !field->is_null()) {
      uuid(key, out);
    }
  }
  void digest(std::string_view key, Digest& out) {
    std::string hex;
    text(key, hex);
    if (auto bytes = from_hex(hex); bytes.has_value() && bytes->size() == out.size()) {
      std::copy(bytes->begin(), bytes->end(), out.begin());
    } else {
      complain(key);
    }
  }
  template <typename Each>
  void list(std::string_view key, Each each) {
    const json::value* field = find(key);
    if (field == nullptr || !field->is_array()) {
      complain(key);
      return;
    }
    for (const json::value& element : field->get_array()) {
      each(element);
    }
  }
  void complain(std::string_view key) {
    if (error_.empty()) {
      error_ = "field '" + std::string(key) + "' is missing or of another type";
    }
  }

  template <typename Body>
  [[nodiscard]] Result<Body> finish(Body body) const {
    if (!error_.empty()) {
      return fail(ErrorKind::kInvalidArgument, error_);
    }
    return body;
  }

 private:
  [[nodiscard]] const json::value* find(std::string_view key) const {
    return value_.get_object().if_contains(json::string_view(key));
  }

  json::value value_;
  std::string error_;
};

void read_ids(Reader& reader, std::string_view key, std::vector<Uuid>& out) {
  reader.list(key, [&](const json::value& element) {
    const auto id = element.is_string() ? parse_uuid(std::string_view(element.get_string()))
                                        : fail(ErrorKind::kInvalidArgument, "not text");
    id.has_value() ? out.push_back(*id) : reader.complain(key);
  });
}

}  // namespace

Bytes encode(const GenesisBody& body) {
  return to_bytes({{"origin", body.origin},
                   {"format", "RSL1"},
                   {"software", body.software},
                   {"previous", previous_or_null(body.previous)}});
}

Bytes encode(const LinkBody& body) {
  return to_bytes({{"log", previous_or_null(body.log)}, {"reason", free_text(body.reason)}});
}

Bytes encode(const InitBody& body) {
  return to_bytes({{"stream", to_string(body.stream)},
                   {"segment", body.segment},
                   {"path", body.path},
                   {"session", uuid_or_null(body.session)},
                   {"run", to_string(body.run)},
                   {"init_digest", to_hex(body.init_digest)},
                   {"init_len", body.init_len},
                   {"timescale", body.timescale},
                   {"codecs", body.codecs},
                   {"width", body.width},
                   {"height", body.height},
                   {"sample_rate", body.sample_rate},
                   {"channels", body.channels}});
}

Bytes encode(const StreamBody& body) {
  return to_bytes({{"stream", to_string(body.stream)},
                   {"name", body.name},
                   {"source", body.source},
                   {"media", to_string(body.media)},
                   {"chain", body.chain}});
}

Bytes encode(const SessionOpenBody& body) {
  json::array streams;
  for (const Uuid& stream : body.streams) {
    streams.emplace_back(to_string(stream));
  }
  return to_bytes({{"session", to_string(body.session)},
                   {"room", body.room},
                   {"case", body.case_id},
                   {"person", body.person},
                   {"interrogators", json::value_from(body.interrogators)},
                   {"by", free_text(body.by)},
                   {"streams", std::move(streams)}});
}

Bytes encode(const SessionCloseBody& body) {
  json::array streams;
  for (const StreamCount& count : body.streams) {
    streams.push_back(json::object{{"stream", to_string(count.stream)},
                                   {"fragments", count.fragments},
                                   {"gaps", count.gaps},
                                   {"first_seq", count.first_seq},
                                   {"last_seq", count.last_seq}});
  }
  return to_bytes({{"session", to_string(body.session)},
                   {"by", free_text(body.by)},
                   {"reason", free_text(body.reason)},
                   {"streams", std::move(streams)}});
}

Bytes encode(const GapBody& body) {
  json::object object{{"stream", to_string(body.stream)},
                      {"session", uuid_or_null(body.session)},
                      {"cause", body.cause},
                      {"from_tfdt", body.from_tfdt}};
  if (body.to_tfdt.has_value()) {
    object["to_tfdt"] = *body.to_tfdt;
  }
  object["timescale"] = body.timescale;
  object["last_real_ns"] = body.last_real_ns;
  if (body.to_tfdt.has_value()) {
    object["first_real_ns"] = body.first_real_ns;
    object["lost"] = body.lost.has_value() ? json::value(*body.lost) : json::value(nullptr);
  }
  object["detail"] = free_text(body.detail);
  return to_bytes(object);
}

Bytes encode(const RecorderBody& body) {
  return to_bytes({{"event", body.event},
                   {"software", body.software},
                   {"config_digest", body.config_digest},
                   {"shutdown", body.shutdown},
                   {"last_index", body.last_index},
                   {"detail", free_text(body.detail)}});
}

Bytes encode_heartbeat(std::uint64_t entries, const std::string& cosignature) {
  return to_bytes(
      {{"entries", entries},
       {"cosignature", cosignature.empty() ? json::value(nullptr) : json::value(cosignature)}});
}

Result<InitBody> decode_init(ByteView bytes) {
  Reader reader(bytes);
  InitBody body;
  reader.uuid("stream", body.stream);
  reader.number("segment", body.segment);
  reader.text("path", body.path);
  reader.uuid_or_null("session", body.session);
  reader.uuid("run", body.run);
  reader.digest("init_digest", body.init_digest);
  reader.number("init_len", body.init_len);
  reader.number("timescale", body.timescale);
  reader.text("codecs", body.codecs);
  reader.number("width", body.width);
  reader.number("height", body.height);
  reader.number("sample_rate", body.sample_rate);
  reader.number("channels", body.channels);
  return reader.finish(std::move(body));
}

Result<StreamBody> decode_stream(ByteView bytes) {
  Reader reader(bytes);
  StreamBody body;
  std::string media;
  reader.uuid("stream", body.stream);
  reader.text("name", body.name);
  reader.text("source", body.source);
  reader.text("media", media);
  reader.number("chain", body.chain);
  body.media = media == "audio" ? MediaKind::kAudio : MediaKind::kVideo;
  return reader.finish(std::move(body));
}

Result<SessionOpenBody> decode_session_open(ByteView bytes) {
  Reader reader(bytes);
  SessionOpenBody body;
  reader.uuid("session", body.session);
  reader.text("room", body.room);
  reader.text("case", body.case_id);
  reader.text("person", body.person);
  reader.list("interrogators", [&](const json::value& element) {
    element.is_string() ? body.interrogators.emplace_back(element.get_string())
                        : (reader.complain("interrogators"), body.interrogators.emplace_back());
  });
  reader.text("by", body.by);
  read_ids(reader, "streams", body.streams);
  return reader.finish(std::move(body));
}

Result<SessionCloseBody> decode_session_close(ByteView bytes) {
  Reader reader(bytes);
  SessionCloseBody body;
  reader.uuid("session", body.session);
  reader.text("by", body.by);
  reader.text("reason", body.reason);
  std::vector<Result<StreamCount>> counts;
  reader.list("streams", [&](const json::value& element) {
    Reader inner(element);
    StreamCount count;
    inner.uuid("stream", count.stream);
    inner.number("fragments", count.fragments);
    inner.number("gaps", count.gaps);
    inner.number("first_seq", count.first_seq);
    inner.number("last_seq", count.last_seq);
    counts.push_back(inner.finish(count));
  });
  for (const auto& count : counts) {
    count.has_value() ? body.streams.push_back(*count) : reader.complain("streams");
  }
  return reader.finish(std::move(body));
}

Result<GapBody> decode_gap(ByteView bytes) {
  Reader reader(bytes);
  GapBody body;
  reader.uuid("stream", body.stream);
  reader.uuid_or_null("session", body.session);
  reader.text("cause", body.cause);
  reader.number("from_tfdt", body.from_tfdt);
  reader.number_or_null("to_tfdt", body.to_tfdt);
  reader.number("timescale", body.timescale);
  reader.number("last_real_ns", body.last_real_ns);
  if (body.to_tfdt.has_value()) {
    reader.number("first_real_ns", body.first_real_ns);
    reader.number_or_null("lost", body.lost);
  }
  reader.text("detail", body.detail);
  return reader.finish(std::move(body));
}

Result<RecorderBody> decode_recorder(ByteView bytes) {
  Reader reader(bytes);
  RecorderBody body;
  reader.text("event", body.event);
  reader.text("software", body.software);
  reader.text("config_digest", body.config_digest);
  reader.text("shutdown", body.shutdown);
  reader.number("last_index", body.last_index);
  reader.text("detail", body.detail);
  return reader.finish(std::move(body));
}

}  // namespace candor::evidence
