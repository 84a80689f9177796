#include "daemon/api/body.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace prospectd::api {
namespace {

/// "line 2, column 7" of the byte at `end`.
std::string place_of(const std::string& body, size_t end) {
  end = std::min(end, body.size());
  const auto line = 1 + std::count(body.begin(), body.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  const size_t start = end == 0 ? std::string::npos : body.rfind('\n', end - 1);
  const size_t column = start == std::string::npos ? end + 1 : end - start;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// The bytes of a body, with a note of how far the parser has come.
class CountedByte {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountedByte(const char* at, size_t* read) : at_(at), read_(read) {}
  reference operator*() const { return *at_; }
  CountedByte& operator++() {
    ++at_;
    ++*read_;
    return *this;
  }
  CountedByte operator++(int) {
    const CountedByte before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountedByte& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  size_t* read_;
};

// Where the text or number begins whose last byte is before `end`.
size_t start_of_text(const std::string& body, size_t end) {
  size_t at = end < 2 ? 0 : end - 2;
  const auto is_escaped = [&body](size_t quote) {
    size_t slashes = 0;
    while (slashes < quote && body[quote - slashes - 1] == '\\')
      ++slashes;
    return slashes % 2 == 1;
  };
  while (at > 0 && (body[at] != '"' || is_escaped(at)))
    --at;
  return at;
}
size_t start_of_number(const std::string& body, size_t end) {
  const auto is_of_number = [](char c) {
    return (c >= '0' && c <= '9') || std::string_view("+-.eE").find(c) != std::string_view::npos;
  };
  size_t at = std::min(end, body.size());
  if (at > 0 && !is_of_number(body[at - 1])) --at;  // the parser has looked one byte ahead
  while (at > 0 && is_of_number(body[at - 1]))
    --at;
  return at;
}

/// Watches the parser: depth, and members given twice.
class Watch {
 public:
  Watch(const std::string& body, const size_t& read) : body_(body), read_(read) {}

  bool operator()(int depth, Body::parse_event_t event, Body& parsed) {
    const auto level = static_cast<size_t>(depth);
    if (depth > kBodyDepthMax) {
      throw BodyFault(refuse(Refused::kInvalidJson, "the body is nested too deeply at " +
                                                        place_of(body_, read_ == 0 ? 0 : read_ - 1)));
    }
    if (event == Body::parse_event_t::object_start) {
      names_.resize(std::max(names_.size(), level + 2));
      names_[level + 1].clear();
    }
    if (event == Body::parse_event_t::key && level < names_.size()) {
      const std::string name = parsed.get<std::string>();
      if (!names_[level].insert(name).second) {
        throw BodyFault(refuse(Refused::kInvalidJson, "the member " + quoted_member(name) +
                                                          " is given twice, the second time at " +
                                                          place_of(body_, start_of_text(body_, read_))));
      }
    }
    return true;
  }

 private:
  const std::string& body_;
  const size_t& read_;
  std::vector<std::set<std::string>> names_;  ///< of the objects open now, by depth
};

}  // namespace

std::string quoted_member(const std::string& name) {
  constexpr size_t kShownBytesMax = 100;
  return "\"" + repair_utf8(std::string_view(name).substr(0, kShownBytesMax)) + "\"";
}

Body parse_body(const std::string& body) {
  size_t read = 0;
  try {
    Watch watch(body, read);
    const Body::parser_callback_t callback = [&watch](int depth, Body::parse_event_t event, Body& parsed) {
      return watch(depth, event, parsed);
    };
    size_t end = 0;
    return Body::parse(CountedByte(body.data(), &read), CountedByte(body.data() + body.size(), &end),
                       callback);
  } catch (const Body::parse_error& problem) {
    const size_t at = problem.byte == 0 ? 0 : problem.byte - 1;
    throw BodyFault(refuse(Refused::kInvalidJson, "the body is not proper JSON at " + place_of(body, at)));
  } catch (const Body::out_of_range&) {
    throw BodyFault(refuse(Refused::kInvalidJson,
                           "the number is too large at " + place_of(body, start_of_number(body, read))));
  }
}

void refuse_member(const std::string& pointer, std::string detail) {
  Refusal refusal = refuse(Refused::kInvalidInput, std::move(detail));
  refusal.pointer = pointer;
  throw BodyFault(std::move(refusal));
}

void check_members(const Body& object, const std::string& pointer, const std::vector<std::string>& known) {
  if (!object.is_object()) refuse_member(pointer, "an object is wanted here");
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(known, name) != known.end()) continue;
    const auto meant = did_you_mean(name, known);
    refuse_member(pointer, "the member " + quoted_member(name) +
                               (meant ? " is not known (did you mean " + *meant + "?)" : " is not known"));
  }
}

const Body& attributes_in(const Body& body, const std::string& type, std::string& pointer,
                          const std::string& id, const std::vector<std::string>& more) {
  static const Body nothing = Body::object();
  pointer.clear();
  if (!body.is_object() || !body.contains("data")) return body;
  check_members(body, "", {"data", "jsonapi", "meta"});
  const Body& data = body["data"];
  std::vector<std::string> known = {"type", "attributes"};
  if (!id.empty()) known.emplace_back("id");
  known.insert(known.end(), more.begin(), more.end());
  check_members(data, "/data", known);
  if (data.value("type", Body()) != type) refuse_member("/data/type", "\"type\" must be \"" + type + "\"");
  if (data.contains("id") && data["id"] != id)
    refuse_member("/data/id", "\"id\" must be the one of the path");
  pointer = "/data/attributes";
  return data.contains("attributes") ? data["attributes"] : nothing;
}

std::optional<mapping::Value> single_value(const Body& given) {
  if (given.is_null()) return mapping::Value::null();
  if (given.is_boolean()) return mapping::Value(given.get<bool>());
  if (given.is_string()) return mapping::Value(given.get<std::string>());
  if (given.is_number_float()) return mapping::Value(given.get<double>());
  if (given.is_number_integer() && !has_too_many_digits(given)) return mapping::Value(given.get<int64_t>());
  return std::nullopt;
}

bool has_too_many_digits(const Body& given) {
  constexpr double kWholeMax = 9007199254740992.0;  // 2^53: beyond it a double skips whole numbers
  if (given.is_number_unsigned())
    return given.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  return given.is_number_float() && std::abs(given.get<double>()) > kWholeMax;
}

std::string pointer_to(const std::string& pointer, const std::string& name) {
  std::string out = pointer + "/";
  for (const char c : repair_utf8(name)) {
    if (c == '~') out += "~0";
    if (c == '/') out += "~1";
    if (c != '~' && c != '/') out += c;
  }
  return out;
}

std::optional<Body> linked_id(const Body& given, const std::string& type) {
  const Body data = given.is_object() ? given.value("data", Body(false)) : Body(false);
  if (data.is_null()) return data;
  const bool fits =
      data.is_object() && data.value("type", Body()) == type && data.contains("id") && data["id"].is_string();
  if (!fits) return std::nullopt;
  return data["id"];
}

std::string linkage_words(const std::string& type) {
  return "\"data\" must be null, or the type " + type + " and an id as text";
}

std::string text_member(const Body& attributes, const std::string& pointer, const char* name) {
  const auto found = attributes.find(name);
  if (found == attributes.end()) refuse_member(pointer, quoted_member(name) + " is missing");
  if (!found->is_string()) refuse_member(pointer + "/" + name, quoted_member(name) + " must be a text");
  return found->get<std::string>();
}

bool flag_member(const Body& attributes, const std::string& pointer, const char* name) {
  const auto found = attributes.find(name);
  if (found == attributes.end()) return false;
  if (!found->is_boolean())
    refuse_member(pointer + "/" + name, "\"" + std::string(name) + "\" must be true or false");
  return found->get<bool>();
}

std::string text_or_nothing(const Body& attributes, const std::string& pointer, const char* name) {
  const auto found = attributes.find(name);
  return found == attributes.end() || found->is_null() ? std::string()
                                                       : text_member(attributes, pointer, name);
}

}  // namespace prospectd::api
