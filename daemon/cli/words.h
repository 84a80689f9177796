// Numbers, times and states in words for people. Pure, any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace prospectd::cli {

/// "1 record", "12,000 records", "no records"; `many` where an s is not enough.
std::string counted(int64_t n, std::string_view one, std::string_view many = {});
/// "3 min ago"; "just now" below a second.
std::string ago(Timestamp now, Timestamp then);
/// "in 8 min", "now".
std::string until(Timestamp now, Timestamp then);
/// "2026-11-20 08:15:30", UTC.
std::string moment(Timestamp t);
/// "12 ms", "0.8 s" below ten seconds, else format_duration.
std::string took(milliseconds duration);
/// Records a second, "118,400/s"; empty when nothing was counted or no time was taken.
std::string rate(int64_t n, milliseconds duration);
/// A word for a shell: quoted where it has to be.
std::string shell_word(std::string_view word);

}  // namespace prospectd::cli
