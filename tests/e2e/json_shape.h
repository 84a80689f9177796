// docs/json.md as a contract: its shapes read, and a document held against one. A shape is JSON whose values
// are words: "text", "whole", "number", "flag", "time" (UTC), with "?" behind where it may be null; [SHAPE]
// is a list, {"*": SHAPE} an object with any members, and a word in capitals stands for a shape of that name.
#pragma once

#include <map>
#include <string>

#include <nlohmann/json.hpp>

namespace prospectd::e2e {

/// The shapes of the page by their headings: "`prospectd status`" gives "status", "CYCLE" itself.
std::map<std::string, nlohmann::json> read_shapes(const std::string& page);

/// Where a document and its shape differ, member by member in both directions; empty when they don't.
std::string difference(const nlohmann::json& value, const nlohmann::json& shape,
                       const std::map<std::string, nlohmann::json>& shapes, const std::string& path = "$");

}  // namespace prospectd::e2e
