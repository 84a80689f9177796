#include "connectors/sandbox/references.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "connectors/http/message.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;
namespace code = salesforce_wire::error_name;

constexpr size_t kReferenceNameMax = 80;

// One reference in a text: where it stands, and what is between its braces.
struct Mark {
  size_t begin;
  size_t end;
  std::string_view inside;
};

std::optional<Mark> next_mark(std::string_view text, size_t from) {
  const size_t begin = text.find("@{", from);
  const size_t close = begin == std::string_view::npos ? begin : text.find('}', begin);
  if (close == std::string_view::npos) return std::nullopt;
  return Mark{begin, close + 1, text.substr(begin + 2, close - begin - 2)};
}

std::string_view name_of(std::string_view reference) {
  return reference.substr(0, reference.find_first_of(".["));
}

// One step of a path, ".Id" or "[0]"; takes it off the path. nullptr where it leads nowhere.
const Json* step_into(const Json& from, std::string_view& path) {
  if (path.front() == '.') {
    path.remove_prefix(1);
    const std::string_view member = path.substr(0, path.find_first_of(".["));
    path.remove_prefix(member.size());
    if (!from.is_object()) return nullptr;
    const auto exact = from.find(std::string(member));
    return exact != from.end() ? &*exact : find_member(from, member);
  }
  const size_t close = path.find(']');
  if (path.front() != '[' || close == std::string_view::npos || !from.is_array()) return nullptr;
  const std::string_view digits = path.substr(1, close - 1);
  size_t place = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), place);
  path.remove_prefix(close + 1);
  const bool whole = read.ec == std::errc{} && read.ptr == digits.data() + digits.size();
  return whole && place < from.size() ? &from[place] : nullptr;
}

std::string shown(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? std::string() : value.dump();
}

void collect_names(std::string_view text, std::set<std::string>& names) {
  for (auto mark = next_mark(text, 0); mark; mark = next_mark(text, mark->end))
    names.emplace(name_of(mark->inside));
}

// The body's depth is bounded where it was parsed.
void collect_names(const Json& value, std::set<std::string>& names) {
  if (value.is_string()) return collect_names(std::string_view(value.get_ref<const std::string&>()), names);
  if (!value.is_structured()) return;
  for (const Json& inner : value)
    collect_names(inner, names);
}

}  // namespace

// Parsed when somebody refers to it.
struct References::Answer {
  std::string body;
  std::optional<Json> json = std::nullopt;
};

References::References() = default;
References::~References() = default;

void References::add(const std::string& name, std::string body) {
  answers_.insert_or_assign(name, Answer{std::move(body)});
}

Outcome<const Json*> References::value_of(std::string_view reference) {
  const std::string_view name = name_of(reference);
  const auto answer = answers_.find(name);
  const Json* value = nullptr;
  if (answer != answers_.end()) {
    Answer& found = answer->second;
    if (!found.json) found.json = Json::parse(found.body, nullptr, false);
    value = &*found.json;
    for (std::string_view path = reference.substr(name.size()); value != nullptr && !path.empty();)
      value = step_into(*value, path);
  }
  if (value == nullptr || !value->is_primitive() || value->is_discarded()) {
    return api_error(std::string(code::kProcessingHalted), "Invalid reference specified. No value for " +
                                                               std::string(reference) + " found in " +
                                                               std::string(name));
  }
  put_in_ += value->is_string() ? value->get_ref<const std::string&>().size() : 1;
  if (put_in_ > kReferencedBytesMax) {
    return api_error(std::string(code::kLimitExceeded), "The references of the request put in too much");
  }
  return value;
}

Outcome<std::string> References::resolve_text(std::string_view text, bool encode) {
  std::string out;
  size_t done = 0;
  for (auto mark = next_mark(text, 0); mark; mark = next_mark(text, mark->end)) {
    PD_ASSIGN(value, value_of(mark->inside));
    out += text.substr(done, mark->begin - done);
    out += encode ? http::percent_encode(shown(*value)) : shown(*value);
    done = mark->end;
  }
  return out.append(text.substr(done));
}

Outcome<std::string> References::resolve_url(std::string_view url) {
  return resolve_text(url, true);
}

Outcome<Json> References::resolve_value(std::string_view text) {
  const auto mark = next_mark(text, 0);
  if (mark && mark->begin == 0 && mark->end == text.size()) {
    PD_ASSIGN(value, value_of(mark->inside));
    return Json(*value);
  }
  PD_ASSIGN(resolved, resolve_text(text, false));
  return Json(std::move(resolved));
}

Outcome<Json> References::resolve_body(const Json& body) {
  if (body.is_string()) return resolve_value(body.get_ref<const std::string&>());
  if (body.is_array()) {
    Json out = Json::array();
    for (const Json& inner : body) {
      PD_ASSIGN(resolved, resolve_body(inner));
      out.push_back(std::move(resolved));
    }
    return out;
  }
  if (!body.is_object()) return body;
  Json out = Json::object();
  for (const auto& [name, inner] : body.items()) {
    PD_ASSIGN(resolved, resolve_body(inner));
    out.emplace(name, std::move(resolved));
  }
  return out;
}

std::set<std::string> References::names_in(std::string_view url, const Json& body) {
  std::set<std::string> names;
  collect_names(url, names);
  collect_names(body, names);
  return names;
}

bool is_reference_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= kReferenceNameMax && std::all_of(name.begin(), name.end(), allowed);
}

}  // namespace prospectd::sandbox
