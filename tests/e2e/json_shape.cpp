#include "tests/e2e/json_shape.h"

#include <sstream>
#include <stdexcept>

#include "base/time.h"

namespace prospectd::e2e {
namespace {

using Json = nlohmann::json;
using Shapes = std::map<std::string, Json>;

std::string unquoted(std::string heading) {
  const std::string start = "`prospectd ";
  if (!heading.starts_with(start)) return heading;
  return heading.substr(start.size(), heading.rfind('`') - start.size());
}

std::string difference_in_word(const Json& value, std::string word, const Shapes& shapes,
                               const std::string& path) {
  const bool may_be_null = word.ends_with('?');
  if (may_be_null) word.pop_back();
  if (may_be_null && value.is_null()) return {};
  if (shapes.contains(word)) return difference(value, shapes.at(word), shapes, path);
  const bool fits = (word == "text" && value.is_string()) || (word == "whole" && value.is_number_integer()) ||
                    (word == "number" && value.is_number()) || (word == "flag" && value.is_boolean()) ||
                    word == "any" ||
                    (word == "time" && value.is_string() && parse_timestamp(value.get<std::string>()));
  return fits ? "" : path + " is not \"" + word + "\": " + value.dump();
}

std::string difference_in_object(const Json& value, const Json& shape, const Shapes& shapes,
                                 const std::string& path) {
  if (!value.is_object()) return path + " is no object: " + value.dump();
  const bool any = shape.contains("*");
  for (const auto& [name, one] : value.items()) {
    if (!any && !shape.contains(name)) return path + "." + name + " is not in the contract";
    const std::string wrong = difference(one, shape.at(any ? "*" : name), shapes, path + "." + name);
    if (!wrong.empty()) return wrong;
  }
  for (const auto& [name, one] : shape.items())
    if (!any && !value.contains(name)) return path + "." + name + " is missing";
  return {};
}

}  // namespace

Shapes read_shapes(const std::string& page) {
  Shapes shapes;
  std::istringstream lines(page);
  std::string heading;
  std::string block;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("### ")) heading = unquoted(line.substr(4));
    if (inside && line == "```") {
      if (shapes.contains(heading)) throw std::runtime_error("two shapes for " + heading);
      shapes[heading] = Json::parse(block);
      inside = false;
    } else if (inside) {
      block += line + "\n";
    } else if (line == "```json" && !heading.empty()) {
      inside = true;
      block.clear();
    }
  }
  return shapes;
}

std::string difference(const Json& value, const Json& shape, const Shapes& shapes, const std::string& path) {
  if (shape.is_string()) return difference_in_word(value, shape.get<std::string>(), shapes, path);
  if (shape.is_object()) return difference_in_object(value, shape, shapes, path);
  if (!shape.is_array() || shape.size() != 1) return path + ": the contract itself is wrong: " + shape.dump();
  if (!value.is_array()) return path + " is no list: " + value.dump();
  for (size_t i = 0; i < value.size(); ++i) {
    const std::string wrong = difference(value[i], shape[0], shapes, path + "[" + std::to_string(i) + "]");
    if (!wrong.empty()) return wrong;
  }
  return {};
}

}  // namespace prospectd::e2e
