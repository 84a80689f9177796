#include "connectors/sandbox/multipicklist.h"

#include <algorithm>

#include "base/text.h"

namespace prospectd::sandbox {
namespace {

bool holds(const std::vector<std::string_view>& values, std::string_view value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

std::vector<std::string_view> values_of_multipicklist(std::string_view text) {
  std::vector<std::string_view> values;
  while (!text.empty()) {
    const size_t end = text.find(';');
    const std::string_view value = trim_ascii(text.substr(0, end));
    if (!value.empty()) values.push_back(value);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return values;
}

std::string normal_multipicklist(std::string_view text, const std::vector<std::string>& known) {
  const std::vector<std::string_view> sent = values_of_multipicklist(text);
  std::vector<std::string_view> kept;
  for (const std::string& value : known) {
    if (holds(sent, value)) kept.emplace_back(value);
  }
  for (const std::string_view value : sent) {
    if (!holds(kept, value)) kept.push_back(value);
  }
  std::string out;
  for (const std::string_view value : kept) {
    if (!out.empty()) out += ';';
    out += value;
  }
  return out;
}

bool holds_all_values(std::string_view text, std::string_view wanted) {
  const std::vector<std::string_view> held = values_of_multipicklist(text);
  const std::vector<std::string_view> values = values_of_multipicklist(wanted);
  return std::all_of(values.begin(), values.end(),
                     [&](std::string_view value) { return holds(held, value); });
}

}  // namespace prospectd::sandbox
