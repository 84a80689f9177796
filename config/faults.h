// Fault: one thing that is wrong in a configuration, and where. Values, any thread. A fault names keys, files
// and fields, never the value of a setting (a mistyped line may hold a secret).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "mapping/schema_check.h"

namespace prospectd::config {

enum class Severity { kError, kWarning };

struct Fault {
  Severity severity = Severity::kError;
  Place place;
  std::string path;     ///< "plugins.salesforce.types[1].mapping"; empty for the file as a whole
  std::string message;  ///< what is wrong
  std::string hint;     ///< what to do, or what was meant; may be empty

  bool operator==(const Fault&) const = default;
};

/// "prospectd.yaml:31:9  plugins.salesforce.types[1].mapping: file not found: mappings/laed.yaml (did you
/// mean mappings/lead.yaml?)"
std::string format_fault(const Fault& fault);
/// "mappings/lead.yaml:14:5"
std::string format_place(const Place& place);
/// The reverse of format_place, as FieldSpec::where has it; text of another form is taken as a file name.
Place parse_place(std::string_view text);

/// True when one of them is an error.
bool has_errors(const std::vector<Fault>& faults);

/// What the CRM's describe contradicts in a mapping, each fault where the mapping's line stands (`whole`:
/// where the mapping as a whole does). What is only doubtful is a warning.
std::vector<Fault> faults_from_schema(const mapping::FieldMap& map, const mapping::ObjectSchema& schema,
                                      const std::string& whole, mapping::Outward outward);

}  // namespace prospectd::config
