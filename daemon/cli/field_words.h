// FIELD=VALUE on the command line, as JSON. Pure, any thread.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace prospectd::cli {

/// Puts the fields into `fields` (an object), and gives the words before the first of them. A value is a
/// text; true and false are switches, nothing (FIELD=) empties the field, and FIELD:=JSON takes any JSON.
/// **Errors:** kInvalidInput for a word that is out of place, a field that is set twice, and bad JSON.
Result<std::vector<std::string>> split_words(const std::vector<std::string>& words, nlohmann::json& fields);

}  // namespace prospectd::cli
