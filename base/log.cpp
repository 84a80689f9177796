#include "base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cmath>
#include <memory>
#include <mutex>

#include "base/harmless.h"
#include "base/text.h"

namespace prospectd::log {
namespace {

struct State {
  std::mutex mutex;
  std::shared_ptr<spdlog::logger> logger;
  Format format = Format::kTerminal;
};

State& state() {
  static State instance;
  return instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::shared_ptr<spdlog::logger> make_logger(Format format, Level least) {
  auto logger =
      std::make_shared<spdlog::logger>("prospectd", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_pattern(
      format == Format::kJson ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%H:%M:%S.%e %^%L%$ %v",
      spdlog::pattern_time_type::utc);
  logger->set_level(to_spdlog(least));
  logger->flush_on(spdlog::level::debug);
  return logger;
}

// What harmless() would not leave as it is has to be quoted.
bool is_plain_word(const std::string& text) {
  return !text.empty() && text.find_first_of(" \"") == std::string::npos && harmless(text) == text;
}

std::string value_text(const Field& field, Format format) {
  struct Printer {
    Format format;
    std::string operator()(int64_t v) const { return std::to_string(v); }
    // JSON has no word for what is not a number.
    std::string operator()(double v) const { return std::isfinite(v) ? std::to_string(v) : "null"; }
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(const std::string& v) const {
      // Quoting also keeps a line end in a value from starting a new line of the log.
      return format == Format::kTerminal && is_plain_word(v) ? v : json_quote(v);
    }
  };
  return std::visit(Printer{format}, field.value);
}

std::string compose(Format format, std::string_view event, std::string_view message,
                    std::initializer_list<Field> fields) {
  const bool json = format == Format::kJson;
  std::string line =
      json ? "\"event\":" + json_quote(event) + ",\"message\":" + json_quote(message) : harmless(message);
  for (const Field& field : fields) {
    line += json ? "," + json_quote(field.name) + ":" : " " + std::string(field.name) + "=";
    line += value_text(field, format);
  }
  return line;
}

}  // namespace

void configure(Format format, Level least) {
  const std::lock_guard lock(state().mutex);
  state().format = format;
  state().logger = make_logger(format, least);
}

void disable() {
  configure(Format::kTerminal, Level::kError);
  const std::lock_guard lock(state().mutex);
  state().logger->set_level(spdlog::level::off);
}

void write(Level level, std::string_view event, std::string_view message,
           std::initializer_list<Field> fields) {
  std::shared_ptr<spdlog::logger> logger;
  Format format;
  {
    const std::lock_guard lock(state().mutex);
    if (!state().logger) state().logger = make_logger(state().format, Level::kInfo);
    logger = state().logger;
    format = state().format;
  }
  if (!logger->should_log(to_spdlog(level))) return;
  logger->log(to_spdlog(level), "{}", compose(format, event, message, fields));
}

}  // namespace prospectd::log
