#include "connectors/salesforce/schemas.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "connectors/salesforce/answers.h"
#include "connectors/salesforce_wire/formats.h"

namespace prospectd::salesforce {
namespace {

namespace asio = boost::asio;
namespace wire = salesforce_wire;

constexpr size_t kObjectNameMax = 80;

bool is_object_name(std::string_view name) {
  return wire::is_api_name(name) && name.size() <= kObjectNameMax && name.find('.') == std::string_view::npos;
}

}  // namespace

bool doubts_schema(ErrorCode code) {
  return code == ErrorCode::kUnknownField || code == ErrorCode::kUnknownObject ||
         code == ErrorCode::kPermission;
}

SchemaPtr Schemas::kept(const std::string& object) const {
  const auto found = entries_.find(to_lower_ascii(object));
  if (found == entries_.end()) return nullptr;
  const Entry& entry = found->second;
  const std::optional<Timestamp> now = traffic_.server_time;
  const bool old = now && entry.read_at && *now - *entry.read_at > kDescribeAgeMax;
  return old ? nullptr : entry.schema;
}

void Schemas::drop(std::string_view object) {
  entries_.erase(to_lower_ascii(object));
}

asio::awaitable<Result<SchemaPtr>> Schemas::of(std::string object) {
  if (!is_object_name(object)) {
    co_return make_error(ErrorCode::kUnknownObject,
                         "'" + repair_utf8(object.substr(0, kObjectNameMax)) + "' is no name of an object");
  }
  if (!wire::parse_api_version(version_) || !version_.starts_with('v')) {
    co_return make_error(ErrorCode::kConfigInvalid, "the API version must be written like v60.0");
  }
  if (auto schema = kept(object)) co_return schema;
  Call call;
  call.target = "/services/data/" + version_ + "/sobjects/" + object + "/describe";
  call.kind = wire::RequestKind::kDescribe;
  CallOutcome outcome = co_await rest_.get(std::move(call));
  if (!outcome.response) co_return std::move(outcome.response).error().within("describe");
  auto parsed = parse_describe(outcome.response->body);
  if (!parsed) co_return std::move(parsed).error().within("describe");
  Entry entry;
  entry.schema = std::make_shared<const mapping::ObjectSchema>(*std::move(parsed));
  entry.read_at = traffic_.server_time;
  SchemaPtr schema = entry.schema;
  if (entries_.size() >= kDescribesMax) entries_.clear();
  entries_.insert_or_assign(to_lower_ascii(object), std::move(entry));
  co_return schema;
}

asio::awaitable<Result<SchemaPtr>> Schemas::with_fields(std::string object, std::vector<std::string> fields) {
  const bool was_kept = kept(object) != nullptr;
  auto schema = co_await of(object);
  if (!schema || !was_kept) co_return schema;
  const mapping::ObjectSchema& known = **schema;
  const bool complete = std::all_of(fields.begin(), fields.end(),
                                    [&](const std::string& field) { return known.find(field) != nullptr; });
  if (complete) co_return schema;
  drop(object);
  co_return co_await of(object);
}

asio::awaitable<Result<PageLayout>> Schemas::layout(std::string object, std::vector<std::string> fields) {
  auto schema = co_await with_fields(object, fields);
  if (!schema) co_return std::move(schema).error();
  auto made = PageLayout::make(**schema, fields);
  if (!made && made.error().code == ErrorCode::kUnknownField) drop(object);
  co_return made;
}

}  // namespace prospectd::salesforce
