// JSON as the command line reads and writes it: reading never throws and takes a missing member for an empty
// one, writing is safe to show on a terminal. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "base/time.h"

namespace prospectd::cli {

constexpr int kJsonDepthMax = 32;

/// **Errors:** kBadPayload for anything that is not one JSON value of at most kJsonDepthMax levels.
Result<nlohmann::json> parse_json(std::string_view text);

/// Indented, with control characters escaped that JSON itself lets pass (DEL, C1, direction marks).
std::string dump_json(const nlohmann::json& json);
/// The same on one line.
std::string dump_json_line(const nlohmann::json& json);

/// A member by its name; a null where there is none, or `json` is no object.
const nlohmann::json& member(const nlohmann::json& json, std::string_view name);
/// "" unless it is a text.
std::string text_at(const nlohmann::json& json, std::string_view name);
/// The same, harmless on a terminal.
std::string shown_at(const nlohmann::json& json, std::string_view name);
/// 0 unless it is a number.
int64_t number_at(const nlohmann::json& json, std::string_view name);
double real_at(const nlohmann::json& json, std::string_view name);
bool flag_at(const nlohmann::json& json, std::string_view name);
std::optional<Timestamp> time_at(const nlohmann::json& json, std::string_view name);

}  // namespace prospectd::cli
