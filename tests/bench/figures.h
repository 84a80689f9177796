// Figures: what one measured run tells, and its form as text, in which a child process hands it to the bench.
// Values, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace prospectd::bench {

struct Figures {
  int64_t records = 0;           ///< read from the CRM, of every object
  int64_t people = 0;            ///< of these, leads and contacts
  double committed_seconds = 0;  ///< from the first request until the last commit has returned
  double seconds = 0;            ///< until the database is closed, its log moved into it
  double cpu_seconds = 0;        ///< of the process, user and system, over `seconds`
  int64_t peak_bytes = 0;        ///< the greatest resident set of the process
  int64_t calls = 0;             ///< requests to the CRM, the login among them
  int64_t rows_written = 0;      ///< steps that the store applied; 0 for the bare pipeline
  int64_t log_bytes = 0;         ///< that its write-ahead log grew by; 0 for the bare pipeline
  int64_t touches = 0;           ///< files of the database that were written to, of the file and its log
  int64_t idle_bytes = 0;        ///< resident when idle again, the database still open; 0: not asked for

  double rate() const { return seconds > 0 ? static_cast<double>(records) / seconds : 0; }
  double committed_rate() const {
    return committed_seconds > 0 ? static_cast<double>(records) / committed_seconds : 0;
  }
  double cpu_us_per_record() const {
    return records > 0 ? cpu_seconds * 1e6 / static_cast<double>(records) : 0;
  }
};

/// "records=200000 people=…": one line.
std::string to_text(const Figures& figures);
/// **Errors:** kInternal when a figure is missing.
Result<Figures> figures_of(std::string_view text);
/// One figure of such a line.
/// **Errors:** kInternal when it is missing.
Result<double> figure_in(std::string_view text, std::string_view name);

/// The resident set of this process, in bytes.
int64_t resident_bytes();
/// Of steady clock.
double seconds_now();

/// Measures time and processor of this process from its making on.
class Meter {
 public:
  Meter();
  /// Seconds since the start.
  double elapsed() const;
  /// Takes down the moment of the last commit.
  void mark_committed() { committed_ = elapsed(); }
  /// Fills in what was measured.
  void fill(Figures& figures) const;

 private:
  int64_t began_ns_;
  double cpu_before_;
  double committed_ = 0;
};

}  // namespace prospectd::bench
