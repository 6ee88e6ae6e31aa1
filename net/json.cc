// SPDX-License-Identifier: Apache-2.0
#include "net/json.h"

#include <boost/json.hpp>

namespace candor::net {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepthMax = 16;

tl::unexpected<Error> bad_field(std::string_view name, std::string_view wanted) {
  return fail(ErrorKind::kInvalidArgument,
              "field '" + std::string(name) + "' must be " + std::string(wanted));
}

}  // namespace

unsigned status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument:
      return 400;
    case ErrorKind::kPermissionDenied:
      return 403;
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kAlreadyExists:
    case ErrorKind::kFailedPrecondition:
      return 409;
    case ErrorKind::kUnsupported:
      return 501;
    case ErrorKind::kUnavailable:
    case ErrorKind::kDeadlineExceeded:
    case ErrorKind::kCancelled:
      return 503;
    case ErrorKind::kResourceExhausted:
      return 507;
    case ErrorKind::kDataLoss:
    case ErrorKind::kInternal:
      return 500;
  }
  return 500;
}

HttpResponse json_response(unsigned status, const json::object& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = json::serialize(body)};
}

HttpResponse error_response(const Error& error) {
  return json_response(
      status_of(error.kind()),
      {{"error", {{"kind", to_string(error.kind())}, {"message", error.message()}}}});
}

Result<json::object> parse_object(std::string_view text) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  boost::system::error_code code;
  json::value value = json::parse(json::string_view(text), code, {}, options);
  if (code.failed() || !value.is_object()) {
    return fail(ErrorKind::kInvalidArgument, "the body must be one JSON object");
  }
  return std::move(value.get_object());
}

Result<std::string> text_field(const json::object& object, std::string_view name) {
  const json::value* field = object.if_contains(json::string_view(name));
  if (field == nullptr || !field->is_string()) {
    return bad_field(name, "text");
  }
  return std::string(field->get_string());
}

Result<std::string> optional_text_field(const json::object& object, std::string_view name) {
  const json::value* field = object.if_contains(json::string_view(name));
  if (field == nullptr || field->is_null()) {
    return std::string();
  }
  return text_field(object, name);
}

Result<std::vector<std::string>> text_list_field(const json::object& object,
                                                 std::string_view name) {
  const json::value* field = object.if_contains(json::string_view(name));
  if (field == nullptr || !field->is_array()) {
    return bad_field(name, "a list of text");
  }
  std::vector<std::string> list;
  for (const json::value& element : field->get_array()) {
    if (!element.is_string()) {
      return bad_field(name, "a list of text");
    }
    list.emplace_back(element.get_string());
  }
  return list;
}

}  // namespace candor::net
