#include "config/faults.h"

#include <algorithm>
#include <charconv>

namespace prospectd::config {
namespace {

// Cuts ":number" off the end of `text`; 0 when there is none.
int cut_number(std::string_view& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return 0;
  int n = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, n);
  if (error != std::errc() || stop != end || n <= 0) return 0;
  text = text.substr(0, colon);
  return n;
}

}  // namespace

std::string format_place(const Place& place) {
  if (place.line == 0) return place.file;
  return place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

Place parse_place(std::string_view text) {
  std::string_view rest = text;
  const int column = cut_number(rest);
  const int line = column == 0 ? 0 : cut_number(rest);
  if (line == 0) return Place{std::string(text), 0, 0};
  return Place{std::string(rest), line, column};
}

std::string format_fault(const Fault& fault) {
  std::string text = format_place(fault.place) + "  ";
  if (fault.severity == Severity::kWarning) text += "warning: ";
  if (!fault.path.empty()) text += fault.path + ": ";
  text += fault.message;
  if (!fault.hint.empty()) text += " (" + fault.hint + ")";
  return text;
}

bool has_errors(const std::vector<Fault>& faults) {
  return std::any_of(faults.begin(), faults.end(),
                     [](const Fault& f) { return f.severity == Severity::kError; });
}

std::vector<Fault> faults_from_schema(const mapping::FieldMap& map, const mapping::ObjectSchema& schema,
                                      const std::string& whole, mapping::Outward outward) {
  std::vector<Fault> faults;
  for (mapping::SchemaFault& found : mapping::check_against(map, schema, outward)) {
    const bool doubtful = found.weight == mapping::SchemaFaultWeight::kDoubtful;
    Fault fault{doubtful ? Severity::kWarning : Severity::kError, parse_place(whole), "fields",
                std::move(found.message), std::move(found.hint)};
    if (found.entry != mapping::SchemaFault::kWholeMapping) {
      const mapping::FieldSpec& spec = map.entries()[found.entry].spec;
      fault.place = parse_place(spec.where);
      fault.path = spec.remote + " → " + spec.local;
    }
    faults.push_back(std::move(fault));
  }
  return faults;
}

}  // namespace prospectd::config
