#include "daemon/api/list_wish.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/api/resources.h"

namespace prospectd::api {
namespace {

using mapping::Value;
using store::Collection;
using store::ColumnType;

constexpr const char* kInclude = "include";
constexpr const char* kSort = "sort";
constexpr const char* kAfter = "page[after]";

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::string not_known(const std::string& what, const std::string& name,
                      const std::vector<std::string>& known) {
  constexpr size_t kShownBytesMax = 100;
  const auto meant = did_you_mean(name, known);
  return "names " + what + " \"" + repair_utf8(std::string_view(name).substr(0, kShownBytesMax)) +
         "\", which there is none of" + (meant ? " (did you mean " + *meant + "?)" : "");
}

std::vector<std::string> names_of(const Shape& shape) {
  std::vector<std::string> names = shape.attributes;
  for (const Relationship& relationship : shape.relationships)
    names.push_back(relationship.name);
  return names;
}

void read_include(Parameters& parameters, const Shape& shape, ShowWish& wish) {
  const auto text = parameters.text(kInclude);
  if (!text || text->empty()) return;
  std::vector<std::string> known;
  for (const Relationship& relationship : shape.relationships)
    known.push_back(relationship.name);
  for (const std::string& name : split(*text)) {
    const auto found = std::ranges::find(shape.relationships, name, &Relationship::name);
    if (found == shape.relationships.end()) {
      parameters.note(kInclude, not_known("a relationship", name, known));
    } else if (std::ranges::find(wish.include, name, &Relationship::name) == wish.include.end()) {
      wish.include.push_back(*found);
    }
  }
}

void read_fields(Parameters& parameters, const std::string& type, const mapping::LocalSchema& schema,
                 ShowWish& wish) {
  const std::string parameter = "fields[" + type + "]";
  const auto text = parameters.text(parameter);
  const auto shape = shape_of(type, schema);
  if (!text || !shape) return;
  std::vector<std::string>& fields = wish.fields[type];
  if (text->empty()) return;  // none at all
  const std::vector<std::string> known = names_of(*shape);
  for (std::string& name : split(*text)) {
    if (std::ranges::find(known, name) == known.end())
      parameters.note(parameter, not_known("a field", name, known));
    fields.push_back(std::move(name));
  }
}

void read_sort(Parameters& parameters, const Shape& shape, store::ListPlace& place) {
  const auto text = parameters.text(kSort);
  if (!text || *text == "id") return;
  if (shape.collection == nullptr) return parameters.note(kSort, "can only be id here");
  std::vector<std::string> known;
  for (const store::Column& column : shape.collection->columns)
    known.push_back(column.type == ColumnType::kJson ? std::string() : camel_case(column.name));
  const std::vector<std::string> names = split(*text);
  if (names.size() > store::kSortKeysMax)
    return parameters.note(kSort, "may have " + std::to_string(store::kSortKeysMax) + " names");
  for (const std::string& given : names) {
    const bool descending = given.starts_with('-');
    const std::string name = given.substr(descending ? 1 : 0);
    const auto found = std::ranges::find(known, name);
    if (name.empty() || found == known.end())
      return parameters.note(kSort, not_known("something to sort by", name, known));
    place.keys.push_back({static_cast<size_t>(found - known.begin()), descending});
  }
}

std::optional<int64_t> whole_number(const std::string& text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || stop != end || number < 0) return std::nullopt;
  return number;
}

// ["Diaz", 42]: the keys, and the number at the end.
bool read_cursor(const std::string& text, const Collection& collection, store::ListPlace& place) {
  const Json cursor = Json::parse(text, nullptr, false);
  if (!cursor.is_array() || cursor.size() != place.keys.size() + 1) return false;
  for (size_t i = 0; i < place.keys.size(); ++i) {
    const bool is_text = collection.columns[place.keys[i].column].type == ColumnType::kText;
    if (is_text ? !cursor[i].is_string() : !cursor[i].is_number_integer()) return false;
    place.after_keys.push_back(is_text ? Value(cursor[i].get<std::string>())
                                       : Value(cursor[i].get<int64_t>()));
  }
  if (!cursor.back().is_number_integer()) return false;
  place.after = cursor.back().get<int64_t>();
  return true;
}

void read_after(Parameters& parameters, const Shape& shape, store::ListPlace& place) {
  const auto text = parameters.text(kAfter);
  if (!text) return;
  if (place.keys.empty()) {
    place.after = parameters.number(kAfter, 0, INT64_MAX, 0);
  } else if (!read_cursor(*text, *shape.collection, place)) {
    parameters.note(kAfter, "must be what links.next of the page before has, in the same order");
  }
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// A number, a date or true: nothing that could mean more within an expression.
bool is_plain(const std::string& value) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == ':' || c == '-' || c == '+';
  };
  const bool negated =
      value.size() > 1 && value[0] == '-' && std::isdigit(static_cast<unsigned char>(value[1])) == 0;
  return !value.empty() && !negated && std::ranges::all_of(value, plain);
}

// due_at:(2026-11-20 OR 2026-11-21)
std::string equals_any(const store::Column& column, const std::string& text) {
  std::string any;
  for (const std::string& value : split(text)) {
    const bool as_it_is = column.type != ColumnType::kText && is_plain(value);
    any += (any.empty() ? "" : " OR ") + (as_it_is ? value : quoted(value));
  }
  return column.name + ":(" + any + ")";
}

}  // namespace

ShowWish show_wish(Parameters& parameters, const Shape& shape, const mapping::LocalSchema& schema) {
  ShowWish wish;
  read_include(parameters, shape, wish);
  read_fields(parameters, shape.type, schema, wish);
  for (const Relationship& relationship : shape.relationships) {
    if (!wish.fields.contains(relationship.to)) read_fields(parameters, relationship.to, schema, wish);
  }
  return wish;
}

ListWish list_wish(Parameters& parameters, const Shape& shape, const mapping::LocalSchema& schema) {
  ListWish wish;
  wish.show = show_wish(parameters, shape, schema);
  wish.size = static_cast<size_t>(parameters.number("page[size]", 1, kPageSizeMax, kPageSizeDefault));
  read_sort(parameters, shape, wish.place);
  read_after(parameters, shape, wish.place);
  return wish;
}

std::string cursor_after(int64_t id, const std::vector<Value>& keys) {
  if (keys.empty()) return std::to_string(id);
  Json cursor = Json::array();
  for (const Value& key : keys)
    cursor.push_back(value_json(key));
  cursor.push_back(id);
  return cursor.dump(-1, ' ', false, Json::error_handler_t::replace);
}

PlainFilters plain_filters(Parameters& parameters, const Collection& collection) {
  PlainFilters filters;
  for (const store::Column& column : collection.columns) {
    std::string name = "filter[" + camel_case(column.name) + "]";
    const auto text = parameters.text(name);
    if (text) filters.expressions.emplace_back(std::move(name), equals_any(column, *text));
  }
  for (size_t i = 0; i < collection.references.size(); ++i) {
    const std::string name = "filter[" + camel_case(collection.references[i].name) + "]";
    const auto text = parameters.text(name);
    if (!text) continue;
    const auto id = whole_number(*text);
    if (!id) parameters.note(name, "must be the number of one of the " + collection.references[i].to);
    filters.referring.emplace_back(i, id.value_or(0));
  }
  return filters;
}

void keep_fields(Json& resource, const ShowWish& wish) {
  const auto wanted = wish.fields.find(resource["type"].get<std::string>());
  if (wanted == wish.fields.end()) return;
  for (const char* part : {"attributes", "relationships"}) {
    const auto found = resource.find(part);
    if (found == resource.end()) continue;
    Json kept = Json::object();
    for (const auto& [name, value] : found->items()) {
      if (std::ranges::find(wanted->second, name) != wanted->second.end()) kept[name] = value;
    }
    *found = std::move(kept);
  }
}

}  // namespace prospectd::api
