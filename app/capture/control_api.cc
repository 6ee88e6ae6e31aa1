// SPDX-License-Identifier: Apache-2.0
#include "app/capture/control_api.h"

#include <chrono>
#include <utility>

#include <boost/asio.hpp>
#include <boost/json.hpp>

#include "app/capture/catalogue_json.h"
#include "app/capture/feed_server.h"
#include "app/capture/media_response.h"
#include "app/capture/notary/logs_api.h"
#include "app/capture/session_copies.h"
#include "app/capture/volume_json.h"
#include "app/capture/wire.h"
#include "app/version.h"
#include "net/json.h"
#include "net/link_version.h"
#include "net/run_blocking.h"

namespace candor::app {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using net::HttpRequest;
using net::HttpResponse;
using namespace std::chrono_literals;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr auto kDurableMax = 10s;  // A session's start: on disk by then, or no answer.

HttpResponse no_such_path() {
  return net::error_response(Error(ErrorKind::kNotFound, "no such path; see docs/design/link.md"));
}

// Something another thread says once; awaited on the net thread.
class Signal {
 public:
  explicit Signal(const asio::any_io_executor& executor)
      : timer_(std::make_shared<asio::steady_timer>(executor, kDurableMax)) {}

  // Thread: any.
  [[nodiscard]] std::function<void()> setter() const {
    return [timer = timer_] { asio::post(timer->get_executor(), [timer] { timer->cancel(); }); };
  }
  [[nodiscard]] asio::awaitable<bool> wait() {
    const auto [code] = co_await timer_->async_wait(kAwait);
    co_return code == asio::error::operation_aborted;
  }

 private:
  std::shared_ptr<asio::steady_timer> timer_;
};

HttpResponse not_durable() {
  return net::error_response(
      Error(ErrorKind::kDeadlineExceeded,
            "the session is not on disk after 10 s; look at the room's state and the log"));
}

Result<SessionRequest> session_request(const json::object& body) {
  SessionRequest request;
  CANDOR_TRY(request.case_id, net::text_field(body, "case"));
  CANDOR_TRY(request.person, net::text_field(body, "person"));
  CANDOR_TRY(request.interrogators, net::text_list_field(body, "interrogators"));
  CANDOR_TRY(request.by, net::optional_text_field(body, "by"));
  return request;
}

void add_gaps(json::object& session, const GapCounts::Counts& gaps, const Uuid& id) {
  const auto found = gaps.find(id);
  session["gaps"] = found == gaps.end() ? json::value(nullptr) : json::value(found->second);
}

// A monitor on another machine speaks for its own accounts only.
Result<void> check_by(const HttpRequest& request, const std::string& by) {
  if (request.peer_name.empty() || by.starts_with(request.peer_name + "/")) {
    return {};
  }
  return fail(ErrorKind::kPermissionDenied,
              "'by' must begin with '" + request.peer_name + "/', as the certificate says");
}

}  // namespace

ControlApi::ControlApi(CaptureHost& host, const storage::IndexFollower& index,
                       const NotaryOffice& office, asio::thread_pool& blocking,
                       ControlOptions options)
    : host_(host),
      index_(index),
      office_(office),
      catalogue_strand_(blocking.get_executor()),
      options_(std::move(options)),
      gaps_(catalogue_strand_, options_.index_path) {}

asio::awaitable<HttpResponse> ControlApi::handle(HttpRequest request) {
  const auto& path = request.segments;
  if (path.size() < 2 || path[0] != "v1") {
    co_return no_such_path();
  }
  if (path[1] == "rooms") {
    co_return co_await rooms(std::move(request));
  }
  if (path[1] == "sessions") {
    co_return co_await sessions(std::move(request));
  }
  if (path[1] == "logs" && request.method == "GET") {
    co_return co_await logs(std::move(request));
  }
  if (path.size() != 2 || request.method != "GET") {
    co_return no_such_path();
  }
  if (path[1] == "hello") {
    co_return hello();
  }
  if (path[1] == "status") {
    co_return co_await status();
  }
  if (path[1] == "feed") {
    co_return feed(request);
  }
  co_return no_such_path();
}

HttpResponse ControlApi::hello() const {
  return net::json_response(200, {{"program", "candor-capture"},
                                  {"version", kVersion},
                                  {"link", net::kLinkVersion},
                                  {"host", host_.plan().host},
                                  {"site", host_.plan().site}});
}

asio::awaitable<HttpResponse> ControlApi::status() {
  const storage::RecorderStatus recorder = host_.recorder_status();
  const std::vector<RoomStatus> recording = host_.rooms();
  std::vector<Uuid> sessions;
  for (const RoomStatus& room : recording) {
    if (room.session.has_value()) {
      sessions.push_back(room.session->session);
    }
  }
  auto counting = gaps_.of(std::move(sessions));
  const GapCounts::Counts gaps = co_await std::move(counting);
  json::array rooms;
  for (const RoomStatus& room : recording) {
    rooms.push_back(room_json(room, host_.plan().host));
    if (room.session.has_value()) {
      add_gaps(rooms.back().at("session").as_object(), gaps, room.session->session);
    }
  }
  for (const LawyerRoom& room : host_.plan().lawyer_rooms) {
    rooms.push_back(lawyer_room_json(room.room, room.name));
  }
  const auto fault = index_.fault();
  const SpaceStatus space = host_.space_status();
  co_return net::json_response(
      200, {{"host", host_.plan().host},
            {"now", to_rfc3339(SystemClock().utc())},
            {"index", fault.has_value() ? json::value(fault->message()) : json::value("ok")},
            {"volumes", volumes_json(recorder, space)},
            {"copies", copies_json(recorder)},
            {"continuous", continuous_json(space.continuous)},
            {"sync_ms",
             {{"p50", recorder.sync.p50_ms},
              {"p99", recorder.sync.p99_ms},
              {"max", recorder.sync.max_ms}}},
            {"evidence",
             evidence_json(office_.board().all(), office_.plan().signer, office_.plan().witnesses)},
            {"timestamps", timestamps_json(options_.stamper)},
            {"alarms", alarms_json(office_.alarms().all())},
            {"rooms", std::move(rooms)}});
}

asio::awaitable<HttpResponse> ControlApi::logs(HttpRequest request) {
  if (request.segments.size() == 2) {
    co_return net::json_response(200, logs_json(office_.board().all()));
  }
  const auto asked = parse_log_request(office_.board(), request.segments);
  if (!asked.has_value()) {
    co_return net::error_response(asked.error());
  }
  const std::vector<std::string> roots = volume_roots(host_.plan());
  const auto read = [&asked, &roots, &request] {
    return log_response(*asked->log, asked->path, roots, request);
  };
  auto reading = net::run_blocking(catalogue_strand_, read);
  co_return co_await std::move(reading);
}

HttpResponse ControlApi::feed(const HttpRequest& request) {
  const auto name = request.query.find("room");
  const std::string room = name == request.query.end() ? "" : name->second;
  HttpResponse response;
  if (Room* found = host_.find_room(room); found != nullptr) {
    const FeedServerOptions options{.host = host_.plan().host,
                                    .ring_bytes_max = options_.feed_ring_bytes_max};
    response.websocket = [found, options](std::shared_ptr<net::WebSocket> socket) {
      return serve_feed(*found, options, std::move(socket));
    };
    return response;
  }
  for (const LawyerRoom& lawyer : host_.plan().lawyer_rooms) {
    if (lawyer.room == room) {
      response.websocket = [room](std::shared_ptr<net::WebSocket> socket) {
        return serve_private_feed(room, std::move(socket));
      };
      return response;
    }
  }
  return net::error_response(Error(ErrorKind::kNotFound, "no room '" + room + "'"));
}

asio::awaitable<HttpResponse> ControlApi::sessions(HttpRequest request) {
  const auto& path = request.segments;
  if (path.size() == 2) {
    if (request.method == "POST") {
      co_return co_await start_session(std::move(request));
    }
    co_return co_await list_sessions(std::move(request));
  }
  const auto session = parse_uuid(path[2]);
  if (!session.has_value()) {
    co_return net::error_response(session.error());
  }
  if (path.size() == 3 && request.method == "GET") {
    co_return co_await show_session(*session);
  }
  if (path.size() == 4 && path[3] == "end" && request.method == "POST") {
    co_return co_await end_session(std::move(request));
  }
  if (path.size() == 6 && path[3] == "streams" && path[5] == "media.mp4") {
    const auto stream = parse_uuid(path[4]);
    if (!stream.has_value()) {
      co_return net::error_response(stream.error());
    }
    co_return co_await media(std::move(request), *session, *stream);
  }
  co_return no_such_path();
}

asio::awaitable<HttpResponse> ControlApi::rooms(HttpRequest request) {
  const auto& path = request.segments;
  if (path.size() == 6 && path[3] == "streams" && path[5] == "media.mp4") {
    const auto stream = parse_uuid(path[4]);
    if (!stream.has_value()) {
      co_return net::error_response(stream.error());
    }
    co_return co_await media(std::move(request), std::nullopt, *stream);
  }
  if (path.size() != 4 || path[3] != "tracks") {
    co_return no_such_path();
  }
  const auto from = time_parameter(request, "from");
  const auto to = time_parameter(request, "to");
  if (!from.has_value() || !to.has_value()) {
    co_return net::error_response(from.has_value() ? to.error() : from.error());
  }
  const storage::TimeRange range{from->value_or(UtcTime{0}),
                                 to->value_or(SystemClock().utc() + std::chrono::hours(1))};
  const auto query = [this, room = path[2], range]() -> Result<json::array> {
    CANDOR_TRY(auto catalogue, storage::Catalogue::open(options_.index_path));
    CANDOR_TRY(const auto tracks, catalogue.room_tracks(room, range));
    return tracks_json(tracks);
  };
  auto asking = net::run_blocking(catalogue_strand_, query);
  Result<json::array> tracks = co_await std::move(asking);
  co_return tracks.has_value() ? net::json_response(200, {{"tracks", std::move(*tracks)}})
                               : net::error_response(tracks.error());
}

asio::awaitable<HttpResponse> ControlApi::start_session(HttpRequest request) {
  const auto body = net::parse_object(request.body);
  if (!body.has_value()) {
    co_return net::error_response(body.error());
  }
  const auto name = net::text_field(*body, "room");
  auto wanted = session_request(*body);
  if (!name.has_value() || !wanted.has_value()) {
    co_return net::error_response(name.has_value() ? wanted.error() : name.error());
  }
  if (const auto checked = check_by(request, wanted->by); !checked.has_value()) {
    co_return net::error_response(checked.error());
  }
  Room* room = host_.find_room(*name);
  if (room == nullptr) {
    co_return net::error_response(
        Error(ErrorKind::kNotFound, "no room '" + *name + "' that records"));
  }
  Signal durable(co_await asio::this_coro::executor);
  const auto started = host_.start_session(*room, std::move(*wanted), durable.setter());
  if (!started.has_value()) {
    co_return net::error_response(started.error());
  }
  const bool is_durable = co_await durable.wait();
  if (!is_durable) {
    co_return not_durable();
  }
  const SessionSummary& session = started->session;
  co_return co_await session_response(201, room->find_session(session.session).value_or(session),
                                      started->alarm);
}

asio::awaitable<HttpResponse> ControlApi::end_session(HttpRequest request) {
  const auto id = parse_uuid(request.segments[2]);
  const auto body = net::parse_object(request.body);
  if (!body.has_value()) {
    co_return net::error_response(body.error());
  }
  const auto by = net::optional_text_field(*body, "by");
  const auto reason = net::optional_text_field(*body, "reason");
  if (!by.has_value() || !reason.has_value()) {
    co_return net::error_response(by.has_value() ? reason.error() : by.error());
  }
  if (const auto checked = check_by(request, *by); !checked.has_value()) {
    co_return net::error_response(checked.error());
  }
  Room* room = host_.find_session(*id);
  if (room == nullptr) {
    co_return net::error_response(
        Error(ErrorKind::kNotFound, "no session " + to_string(*id) + " is running"));
  }
  Signal durable(co_await asio::this_coro::executor);
  const auto session = room->end_session(*id, *by, *reason, durable.setter());
  if (!session.has_value()) {
    co_return net::error_response(session.error());
  }
  const bool is_durable = co_await durable.wait();
  if (!is_durable) {
    co_return not_durable();
  }
  const std::string no_alarm;
  co_return co_await session_response(200, room->find_session(*id).value_or(*session), no_alarm);
}

asio::awaitable<HttpResponse> ControlApi::session_response(unsigned status, SessionSummary session,
                                                           std::string alarm) {
  auto counting = gaps_.ask(std::vector<Uuid>(1, session.session));
  const GapCounts::Counts gaps = co_await std::move(counting);
  json::object body = session_json(session, host_.plan().host);
  add_gaps(body, gaps, session.session);
  if (!alarm.empty()) {
    body["alarm"] = std::move(alarm);
  }
  co_return net::json_response(status, body);
}

asio::awaitable<HttpResponse> ControlApi::list_sessions(HttpRequest request) {
  const auto filter = session_filter(request);
  if (!filter.has_value()) {
    co_return net::error_response(filter.error());
  }
  const auto query = [this, &filter]() -> Result<json::object> {
    CANDOR_TRY(auto catalogue, storage::Catalogue::open(options_.index_path));
    CANDOR_TRY(const storage::SessionPage page, catalogue.sessions(*filter));
    CANDOR_TRY(const auto copies, SessionCopies::open(host_.plan().recorder.copies.register_path));
    json::array sessions;
    for (const storage::SessionRecord& session : page.sessions) {
      sessions.push_back(session_json(session, host_.plan().host, copies.of(session, host_)));
    }
    return json::object{
        {"sessions", std::move(sessions)},
        {"next", page.next.has_value() ? json::value(to_string(*page.next)) : json::value()}};
  };
  auto asking = net::run_blocking(catalogue_strand_, query);
  const Result<json::object> answer = co_await std::move(asking);
  co_return answer.has_value() ? net::json_response(200, *answer)
                               : net::error_response(answer.error());
}

asio::awaitable<HttpResponse> ControlApi::show_session(Uuid session) {
  const auto query = [this, session]() -> Result<json::object> {
    CANDOR_TRY(auto catalogue, storage::Catalogue::open(options_.index_path));
    CANDOR_TRY(const storage::SessionRecord record, catalogue.session(session));
    CANDOR_TRY(const auto tracks, catalogue.session_tracks(session));
    CANDOR_TRY(const auto copies, SessionCopies::open(host_.plan().recorder.copies.register_path));
    json::object body = session_json(record, host_.plan().host, copies.of(record, host_));
    body["streams"] = tracks_json(tracks);
    return body;
  };
  auto asking = net::run_blocking(catalogue_strand_, query);
  const Result<json::object> answer = co_await std::move(asking);
  co_return answer.has_value() ? net::json_response(200, *answer)
                               : net::error_response(answer.error());
}

asio::awaitable<HttpResponse> ControlApi::media(HttpRequest request, std::optional<Uuid> session,
                                                Uuid stream) {
  const MediaPlace place{.index_path = options_.index_path,
                         .volume_roots = volume_roots(host_.plan()),
                         .session = session,
                         .room = session.has_value() ? "" : request.segments[2],
                         .stream = stream};
  const auto open = [&place, &request] { return media_response(place, request); };
  auto opening = net::run_blocking(catalogue_strand_, open);
  co_return co_await std::move(opening);
}

}  // namespace candor::app
