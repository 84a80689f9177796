#include "daemon/cli/list_call.h"

#include <algorithm>
#include <nlohmann/json.hpp>

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
  if (!after.empty()) target += "&page%5Bafter%5D=" + escape_for_url(after);
  return target;
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
    for (const Json& resource : data)
      rows.push_back(flattened(resource));
    more = member(member(answer, "links"), "next").is_string() && !data.empty();
    if (!rows.empty()) after = text_at(rows.back(), "id");
  }
  return rows;
}

void say_if_more(Console& console, size_t shown, bool more) {
  if (!more || console.quiet) return;
  console.line(group_digits(static_cast<int64_t>(shown)) + " shown, and there are more: --limit " +
               std::to_string(shown * 4));
}

}  // namespace prospectd::cli
