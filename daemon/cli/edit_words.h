// What the daemon says of a change, for people: before and after, what goes out, what was refused. Pure, any
// thread.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace prospectd::cli {

/// A value as JSON, or "nothing".
std::string value_words(const nlohmann::json& value);
/// A line for each change of `meta` (docs/api.md, Changes), and one for each push.
std::vector<std::string> change_lines(const nlohmann::json& meta);
/// "email is an address of prospect 1 · …" of a row's errors.
std::string fault_words(const nlohmann::json& errors);

}  // namespace prospectd::cli
