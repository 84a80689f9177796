#include "daemon/cli/list_call.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

constexpr size_t kPageRows = 500;  // what the API gives at most

std::string page_of(const std::string& path, size_t size, const std::string& after) {
  std::string target =
      path + (path.find('?') == std::string::npos ? "?" : "&") + "page%5Bsize%5D=" + std::to_string(size);
  if (!after.empty()) target += "&page%5Bafter%5D=" + after;
  return target;
}

// The place that the next page begins behind, escaped as the link has it; else the last row's id.
std::string place_after(const Json& answer, const Json& last) {
  const std::string next = text_at(member(answer, "links"), "next");
  for (const std::string_view name : {"page%5Bafter%5D=", "page[after]="}) {
    const size_t at = next.find(name);
    if (at != std::string::npos)
      return next.substr(at + name.size(), next.find('&', at) - (at + name.size()));
  }
  return escape_for_url(text_at(last, "id"));
}

std::string name_in(const Json& resource) {
  const Json& attributes = member(resource, "attributes");
  for (const char* name : {"name", "address", "subject"})
    if (const std::string text = text_at(attributes, name); !text.empty()) return text;
  const std::string first = text_at(attributes, "firstName");
  const std::string last = text_at(attributes, "lastName");
  return first.empty() || last.empty() ? first + last : first + " " + last;
}

// What the rows refer to gets the names of what came along.
void add_names(const Json& included, std::vector<Json>& resources) {
  std::map<std::pair<std::string, std::string>, std::string> names;
  for (const Json& one : included)
    names[{text_at(one, "type"), text_at(one, "id")}] = name_in(one);
  for (Json& resource : resources) {
    if (!member(resource, "relationships").is_object()) continue;
    for (auto& [name, relationship] : resource["relationships"].items()) {
      const Json& to = member(relationship, "data");
      const auto found = names.find({text_at(to, "type"), text_at(to, "id")});
      if (found != names.end() && !found->second.empty()) relationship["meta"] = {{"name", found->second}};
    }
  }
}

}  // namespace

Json flattened(const Json& resource) {
  Json row = {{"id", text_at(resource, "id")}};
  const Json& attributes = member(resource, "attributes");
  if (attributes.is_object()) row.update(attributes);
  const Json& relationships = member(resource, "relationships");
  if (!relationships.is_object()) return row;
  for (const auto& [name, relationship] : relationships.items()) {
    const Json& to = member(relationship, "data");
    row[name] = nullptr;
    if (!to.is_object()) continue;
    row[name] = {{"id", text_at(to, "id")}};
    const Json& label = member(member(relationship, "meta"), "name");
    if (label.is_string()) row[name]["name"] = label;
  }
  return row;
}

Result<std::vector<Json>> read_list(const DaemonClient& client, const std::string& path, size_t limit,
                                    bool& more) {
  std::vector<Json> rows;
  std::string after;
  more = true;
  while (more && rows.size() < limit) {
    const size_t size = std::min(limit - rows.size(), kPageRows);
    PD_ASSIGN(answer, client.get(page_of(path, size, after)));
    const Json& data = member(answer, "data");
    if (!data.is_array()) return make_error(ErrorCode::kBadPayload, "the daemon's answer is not a list");
    std::vector<Json> resources(data.begin(), data.end());
    add_names(member(answer, "included"), resources);
    std::ranges::transform(resources, std::back_inserter(rows), flattened);
    more = member(member(answer, "links"), "next").is_string() && !data.empty();
    if (more) after = place_after(answer, rows.back());
  }
  return rows;
}

void say_if_more(Console& console, size_t shown, bool more) {
  if (!more || console.quiet) return;
  console.line(group_digits(static_cast<int64_t>(shown)) + " shown, and there are more: --limit " +
               std::to_string(shown * 4));
}

}  // namespace prospectd::cli
