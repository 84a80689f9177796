#include "daemon/api/parameters.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"

namespace prospectd::api {

Parameters::Parameters(Query query, const std::vector<std::string>& known) : query_(std::move(query)) {
  std::set<std::string> seen;
  for (const auto& [name, value] : query_) {
    if (!seen.insert(name).second) note(name, "is given twice");
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto meant = did_you_mean(name, known);
    note(name, meant ? "is not known here (did you mean " + *meant + "?)" : "is not known here");
  }
}

std::optional<std::string> Parameters::text(std::string_view name) const {
  const auto found = std::ranges::find(query_, name, &Query::value_type::first);
  return found == query_.end() ? std::nullopt : std::optional(found->second);
}

bool Parameters::flag(std::string_view name) {
  const auto value = text(name);
  if (!value || *value == "false") return false;
  if (*value != "true") note(name, "must be true or false");
  return true;
}

int64_t Parameters::number(std::string_view name, int64_t least, int64_t most, int64_t otherwise) {
  const auto value = text(name);
  if (!value) return otherwise;
  int64_t number = 0;
  const char* end = value->data() + value->size();
  const auto [stop, problem] = std::from_chars(value->data(), end, number);
  if (problem == std::errc{} && stop == end && number >= least && number <= most) return number;
  const std::string top = most < INT64_MAX ? " to " + std::to_string(most) : " or more";
  note(name, "must be a whole number, " + std::to_string(least) + top);
  return otherwise;
}

void Parameters::note(std::string_view name, std::string detail) {
  constexpr size_t kShownBytesMax = 100;
  if (fault_) return;
  const std::string shown = repair_utf8(name.substr(0, kShownBytesMax));
  fault_ = refuse(Refused::kInvalidInput, "the query parameter \"" + shown + "\" " + std::move(detail));
  fault_->parameter = shown;
}

}  // namespace prospectd::api
