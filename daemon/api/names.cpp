#include "daemon/api/names.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "daemon/api/call.h"
#include "daemon/service/row_names.h"
#include "reconcile/row_kind.h"

namespace prospectd::api {
namespace {

namespace asio = boost::asio;

/// What a change, or a conflict, has of its field.
constexpr const char* kValues[] = {"before", "after", "now", "crmValue", "prospectValue", "agreedValue"};
using Place = std::pair<std::string, std::string>;  ///< the type of what is referred to, and the field

/// Of a field of a prospect, or of another row's, whose type the change names.
std::string type_referred_to(const Json& change, const std::string& field) {
  const reconcile::RowKind* kind =
      change.contains("type") ? reconcile::row_kind_named(change["type"].get<std::string>()) : nullptr;
  if (kind != nullptr) {
    const size_t at = kind->find(field);
    return at == reconcile::RowKind::npos ? std::string() : kind->cells[at].to;
  }
  if (field == "owner") return "users";
  return field == "account" ? "accounts" : std::string();
}

// Dry runs tell values as texts.
std::optional<int64_t> number_in(const Json& change, const char* name) {
  if (!change.contains(name)) return std::nullopt;
  const Json& value = change[name];
  if (value.is_number_integer()) return value.get<int64_t>();
  return value.is_string() ? number_of(value.get<std::string>()) : std::nullopt;
}

void note_change(const Json& change, std::map<Place, std::set<int64_t>>& referred) {
  if (!change.contains("field") || !change["field"].is_string()) return;
  const std::string field = change["field"].get<std::string>();
  const std::string type = type_referred_to(change, field);
  if (type.empty()) return;
  for (const char* name : kValues) {
    auto& numbers = referred[{type, field}];
    const auto number = number_in(change, name);
    if (number && numbers.size() < store::kListRowsMax) numbers.insert(*number);
  }
}

void note_all(const Json& told, std::map<Place, std::set<int64_t>>& referred) {
  for (const char* name : {"changes", "prospectChanges", "rows"}) {
    if (!told.contains(name) || !told[name].is_array()) continue;
    for (const Json& one : told[name]) {
      if (!one.is_object()) continue;
      note_change(one, referred);
      note_all(one, referred);
    }
  }
}

}  // namespace

asio::awaitable<Json> with_names(service::Service& service, Json told) {
  std::map<Place, std::set<int64_t>> referred;
  note_all(told, referred);
  told["names"] = Json::object();
  for (const auto& [place, numbers] : referred) {
    const auto& [type, field] = place;
    store::ListQuery query;
    query.of = store::collection_named(type);
    const auto at = query.of == nullptr ? std::nullopt : service::name_column(*query.of);
    if (!at || numbers.empty()) continue;
    query.ids = std::vector<int64_t>(numbers.begin(), numbers.end());
    query.limit = numbers.size();
    const auto rows = co_await service.list(std::move(query));
    if (!rows) continue;
    for (const store::ListRow& row : *rows)
      told["names"][field][std::to_string(row.id)] = row.values[*at].to_text();
  }
  co_return told;
}

}  // namespace prospectd::api
