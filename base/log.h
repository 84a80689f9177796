// The log: events with a stable id and named fields, as JSON lines or for a terminal, to standard error. A
// thin face, so that spdlog's templates stay in one file. Only the engine, the services and main log;
// everything below returns its errors. Thread-safe. Values are numbers, ids and our own words: personal
// values have no way in (I11).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace prospectd::log {

enum class Level { kDebug, kInfo, kWarn, kError };
enum class Format { kTerminal, kJson };

/// One named value of an event.
struct Field {
  std::string_view name;
  std::variant<int64_t, double, bool, std::string> value;

  Field(std::string_view n, std::string v) : name(n), value(std::move(v)) {}
  Field(std::string_view n, std::string_view v) : name(n), value(std::string(v)) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string(v)) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
  Field(std::string_view n, double v) : name(n), value(v) {}
  template <class T>
  requires std::is_integral_v<T> Field(std::string_view n, T v) : name(n), value(static_cast<int64_t>(v)) {}
};

/// Sets format and least level for the process; without it, terminal format from kInfo.
void configure(Format format, Level least);
/// Silences the log (tests, and commands whose output is the answer itself).
void disable();

/// Writes one event. `event` is a stable dotted id ("poll.page_applied"); `message` is a sentence for a
/// person.
void write(Level level, std::string_view event, std::string_view message,
           std::initializer_list<Field> fields = {});

inline void debug(std::string_view e, std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::kDebug, e, m, f);
}
inline void info(std::string_view e, std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::kInfo, e, m, f);
}
inline void warn(std::string_view e, std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::kWarn, e, m, f);
}
inline void error(std::string_view e, std::string_view m, std::initializer_list<Field> f = {}) {
  write(Level::kError, e, m, f);
}

}  // namespace prospectd::log
