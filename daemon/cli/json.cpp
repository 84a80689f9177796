#include "daemon/cli/json.h"

#include <nlohmann/json.hpp>

#include "base/harmless.h"
#include "daemon/cli/text_cells.h"
#include "mapping/unicode.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

constexpr int kIndent = 2;

// Outside of strings JSON has none of these, so an escape is always right in their place. Those of ASCII were
// escaped before; what is left of them is the layout's.
bool wants_escape(int32_t code) {
  return code >= 0x7F && is_treacherous(code);
}

std::string escaped(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  for (std::string_view rest = text; !rest.empty();) {
    const mapping::unicode::Decoded d = mapping::unicode::decode(rest);
    const size_t bytes = d.bytes == 0 ? 1 : d.bytes;
    if (wants_escape(d.code)) {
      out += json_escape(d.code);
    } else {
      out += rest.substr(0, bytes);
    }
    rest.remove_prefix(bytes);
  }
  return out;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  bool too_deep = false;
  const auto guard = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kJsonDepthMax;
    return !too_deep;
  };
  Json json = Json::parse(text, guard, false);
  if (json.is_discarded() || too_deep) {
    return make_error(ErrorCode::kBadPayload, "the answer is not the JSON that was expected");
  }
  return json;
}

std::string dump_json(const Json& json) {
  return escaped(json.dump(kIndent, ' ', false, Json::error_handler_t::replace));
}

std::string dump_json_line(const Json& json) {
  return escaped(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

const Json& member(const Json& json, std::string_view name) {
  static const Json none;
  if (!json.is_object()) return none;
  const auto at = json.find(std::string(name));
  return at == json.end() ? none : *at;
}

std::string text_at(const Json& json, std::string_view name) {
  const Json& value = member(json, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string shown_at(const Json& json, std::string_view name) {
  return harmless(text_at(json, name));
}

int64_t number_at(const Json& json, std::string_view name) {
  const Json& value = member(json, name);
  return value.is_number() ? value.get<int64_t>() : 0;
}

double real_at(const Json& json, std::string_view name) {
  const Json& value = member(json, name);
  return value.is_number() ? value.get<double>() : 0.0;
}

bool flag_at(const Json& json, std::string_view name) {
  const Json& value = member(json, name);
  return value.is_boolean() && value.get<bool>();
}

std::optional<Timestamp> time_at(const Json& json, std::string_view name) {
  return parse_timestamp(text_at(json, name));
}

}  // namespace prospectd::cli
