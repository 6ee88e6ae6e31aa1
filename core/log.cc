// SPDX-License-Identifier: Apache-2.0
#include "core/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "core/text.h"

namespace candor::log {
namespace {

constexpr std::size_t kTextBytesMax = 4096;  // A camera's answer may be longer.

// Made before main, so that no two threads' first lines meet in making spdlog's registry: the
// library is not instrumented, and a thread checker does not see that it guards this.
[[maybe_unused]] const auto* const kRegistry = spdlog::default_logger_raw();

void append_quoted(std::string& line, std::string_view text) {
  line.push_back('"');
  for (const char c : plain_text(text, kTextBytesMax)) {
    if (c == '"' || c == '\\') {
      line.push_back('\\');
    }
    line.push_back(c);
  }
  line.push_back('"');
}

void write(spdlog::level::level_enum level, std::string_view event, Fields fields) {
  if (!spdlog::should_log(level)) {
    return;
  }
  std::string line(event);
  for (const Field& field : fields) {
    line.append(" ").append(field.key).append("=");
    if (field.is_number) {
      line.append(field.value);
    } else {
      append_quoted(line, field.value);
    }
  }
  spdlog::log(level, "{}", line);
}

}  // namespace

void start(std::string_view program, std::string_view level) {
  auto logger = spdlog::stderr_logger_mt(std::string(program));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %n %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(std::string(level)));
  spdlog::set_default_logger(logger);
  spdlog::flush_on(spdlog::level::info);
}

void debug(std::string_view event, Fields fields) { write(spdlog::level::debug, event, fields); }
void info(std::string_view event, Fields fields) { write(spdlog::level::info, event, fields); }
void warn(std::string_view event, Fields fields) { write(spdlog::level::warn, event, fields); }
void error(std::string_view event, Fields fields) { write(spdlog::level::err, event, fields); }

}  // namespace candor::log
