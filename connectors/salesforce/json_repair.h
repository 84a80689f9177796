// Repairs of JSON bytes that a parser refuses as a whole for the sake of one: ill-formed UTF-8 and raw
// control characters inside strings. A page is repaired and read again, so that only the record at fault is
// set apart. Owned by salesforce; pure, any thread. Free of coroutines.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prospectd::salesforce {

enum class RepairKind : uint8_t { kNotUtf8, kControlCharacter };

/// One place that was replaced by U+FFFD.
struct Repair {
  size_t offset = 0;  ///< in the repaired text
  RepairKind kind = RepairKind::kNotUtf8;
};

struct RepairedJson {
  std::string text;
  std::vector<Repair> repairs;  ///< by rising offset
};
/// More than this in one text is no damaged JSON but something else.
constexpr size_t kRepairsMax = 1'000'000;

/// **Errors:** nullopt past kRepairsMax.
std::optional<RepairedJson> repair_json(std::string_view text);

/// True when arrays and objects in `json`, a whole value, lie more than `levels` inside each other (`[[]]`
/// has two).
bool nests_deeper_than(std::string_view json, size_t levels);

/// `text` as valid UTF-8 of at most `bytes_max` bytes, cut between characters.
std::string repair_and_cut(std::string_view text, size_t bytes_max);

}  // namespace prospectd::salesforce
