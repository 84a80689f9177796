#include "daemon/cli/tag_call.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

struct TagWord {
  const char* field;
  const char* method;
};
constexpr TagWord kTagWords[] = {{"tags", "PATCH"}, {"tags+", "POST"}, {"tags-", "DELETE"}};

Error bad_tags(const std::string& message) {
  return make_error(ErrorCode::kInvalidInput, message);
}

std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  size_t from = 0;
  while (from <= text.size()) {
    const size_t comma = std::min(text.find(',', from), text.size());
    const std::string_view name = trim_ascii(std::string_view(text).substr(from, comma - from));
    if (!name.empty()) names.emplace_back(name);
    from = comma + 1;
  }
  return names;
}

Result<std::string> tag_named(const DaemonClient& client, const std::string& name) {
  PD_ASSIGN(answer, client.get("/v1/tags?filter%5Bname%5D=" + escape_for_url(name)));
  for (const Json& tag : member(answer, "data"))
    if (text_at(member(tag, "attributes"), "name") == name) return text_at(tag, "id");
  return make_error(
      ErrorCode::kNotFound,
      "there is no tag \"" + name + "\": make it with prospectd add tag name=" + name + "; nothing was done");
}

}  // namespace

Result<std::optional<TagWish>> take_tags(Json& fields) {
  std::optional<TagWish> wish;
  for (const TagWord& word : kTagWords) {
    if (!fields.contains(word.field)) continue;
    if (fields.size() > 1)
      return bad_tags("tags are changed alone: give the other fields to a set of their own");
    const Json value = fields[word.field];
    if (!value.is_string() && !value.is_null()) return bad_tags("tags are names, with commas between them");
    wish = TagWish{word.method,
                   value.is_null() ? std::vector<std::string>{} : names_in(value.get<std::string>())};
    if (wish->names.empty() && word.field != std::string("tags"))
      return bad_tags(std::string(word.field) + "= wants a tag's name");
  }
  return wish;
}

Result<Json> change_tags(const DaemonClient& client, const std::string& prospect, const TagWish& wish,
                         bool dry_run) {
  Json tags = Json::array();
  for (const std::string& name : wish.names) {
    PD_ASSIGN(id, tag_named(client, name));
    tags.push_back({{"type", "tags"}, {"id", id}});
  }
  const std::string path =
      "/v1/prospects/" + escape_for_url(prospect) + "/relationships/tags" + (dry_run ? "?dryRun=true" : "");
  const Json body = {{"data", tags}};
  if (wish.method == "POST") return client.post(path, body);
  return wish.method == "DELETE" ? client.remove(path, body) : client.patch(path, body);
}

}  // namespace prospectd::cli
