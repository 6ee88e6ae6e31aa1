// SPDX-License-Identifier: Apache-2.0
// Logging: an event name and fields, not prose. Never passwords, tokens, credentials in URLs, case
// data or names. error = a person must act; warn = degraded, will recover; info = life cycle; debug
// = the rest.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace candor::log {

/// One field of an event; numbers are written as they are, text in quotes.
struct Field {
  Field(std::string_view field_key, std::string_view text) : key(field_key), value(text) {}
  Field(std::string_view field_key, const char* text) : key(field_key), value(text) {}
  Field(std::string_view field_key, const std::string& text) : key(field_key), value(text) {}
  template <typename Number>
    requires std::is_arithmetic_v<Number>
  Field(std::string_view field_key, Number number)
      : key(field_key), value(std::to_string(number)), is_number(true) {}

  std::string key;
  std::string value;
  bool is_number = false;
};
using Fields = std::initializer_list<Field>;

/// Sets the program's name and the least level ("debug", "info", "warn", "error") of what is
/// written to stderr.
void start(std::string_view program, std::string_view level);

/// `warn("capture.gap", {{"room", room}, {"missing_ms", n}})`. Thread: any.
void debug(std::string_view event, Fields fields = {});
void info(std::string_view event, Fields fields = {});
void warn(std::string_view event, Fields fields = {});
void error(std::string_view event, Fields fields = {});

}  // namespace candor::log
