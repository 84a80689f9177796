#include "daemon/cli/field_words.h"

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/json.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

Error bad_word(const std::string& message) {
  return make_error(ErrorCode::kInvalidInput, message);
}

Result<Json> value_of(const std::string& name, const std::string& text, bool as_json) {
  if (as_json) {
    auto value = parse_json(text);
    if (!value) return bad_word(name + ":= wants a JSON value, like " + name + ":=12");
    return value;
  }
  if (text.empty()) return Json();
  if (text == "true" || text == "false") return Json(text == "true");
  return Json(text);
}

// Splits FIELD=VALUE and FIELD:=JSON.
Result<void> assign(const std::string& word, Json& fields) {
  const size_t at = word.find('=');
  const bool as_json = at > 0 && word[at - 1] == ':';
  const std::string name = word.substr(0, as_json ? at - 1 : at);
  if (name.empty()) return bad_word("\"" + word + "\" names no field");
  if (fields.contains(name)) return bad_word(name + " is set twice");
  if (!is_valid_utf8(word)) return bad_word("what " + repair_utf8(name) + " is set to is not in UTF-8");
  PD_ASSIGN(value, value_of(name, word.substr(at + 1), as_json));
  fields[name] = std::move(value);
  return {};
}

}  // namespace

Result<std::vector<std::string>> split_words(const std::vector<std::string>& words, Json& fields) {
  fields = Json::object();
  std::vector<std::string> names;
  for (const std::string& word : words) {
    if (word.find('=') != std::string::npos) {
      PD_TRY(assign(word, fields));
    } else if (!fields.empty()) {
      return bad_word("\"" + word + "\" is no FIELD=VALUE");
    } else {
      names.push_back(word);
    }
  }
  return names;
}

}  // namespace prospectd::cli
