#include "daemon/engine/maps.h"

#include "mapping/email_key.h"
#include "mapping/hash.h"
#include "mapping/schema_check.h"

namespace prospectd::engine {
namespace {

constexpr size_t kShortIdSize = 15;  // of a CRM's id without its check characters

namespace asio = boost::asio;
using mapping::FieldMap;

FieldMap drop_missing(const FieldMap& map, const mapping::ObjectSchema& schema,
                      std::vector<std::string>& alerts, std::vector<reconcile::MissingOutlet>& outlets) {
  std::vector<size_t> dropped;
  for (const mapping::SchemaFault& fault : check_against(map, schema)) {
    if (!fault.fatal()) continue;
    dropped.push_back(fault.entry);
    const mapping::MapEntry& entry = map.entries()[fault.entry];
    if (entry.gives_out()) outlets.push_back({entry.local, entry.spec.remote});
    const std::string hint = fault.hint.empty() ? "" : " (" + fault.hint + ")";
    alerts.push_back(map.entries()[fault.entry].spec.where + ": " + fault.message + hint +
                     "; this field is left out until it is back");
  }
  return without(map, dropped);
}

class Compiler {
 public:
  explicit Compiler(const ConnectionOptions& options) : options_(options), maps_(std::make_shared<Maps>()) {}

  asio::awaitable<Result<std::shared_ptr<const Maps>>> run() {
    PD_TRY_CO(co_await readable("User", maps_->users));
    maps_->queues = options_.reads_queues;
    if (maps_->queues) PD_TRY_CO(co_await readable("Group", maps_->queues));
    PD_TRY_CO(co_await accounts());
    for (const mapping::TypeSpec& type : options_.types)
      PD_TRY_CO(co_await people(type));
    co_return std::shared_ptr<const Maps>(std::move(maps_));
  }

 private:
  // Answers through `is_readable`; an error only where the whole connection is concerned.
  asio::awaitable<Result<void>> readable(std::string object, bool& is_readable) {
    auto schema = co_await describe(object);
    is_readable = schema.has_value();
    co_return outcome(schema, object);
  }

  asio::awaitable<Result<mapping::ObjectSchema>> describe(std::string object) {
    std::string name = object;
    co_return co_await options_.connector->describe(std::move(name));
  }

  Result<void> outcome(const Result<mapping::ObjectSchema>& schema, const std::string& object) {
    if (schema) return {};
    if (!concerns_one_object(schema.error())) return Error(schema.error()).within(object);
    maps_->alerts.push_back(object + " can't be read and is left out: " + schema.error().text());
    return {};
  }

  asio::awaitable<Result<void>> accounts() {
    if (!options_.accounts) co_return Result<void>{};
    auto schema = co_await describe(options_.accounts->object);
    PD_TRY_CO(outcome(schema, options_.accounts->object));
    if (!schema) {
      missing(options_.accounts->object, schema.error());
      co_return Result<void>{};
    }
    auto map = FieldMap::compile_account(*options_.accounts);
    if (!map) co_return std::move(map).error();
    std::vector<reconcile::MissingOutlet> none;  // accounts are only read
    maps_->accounts = drop_missing(*map, *schema, maps_->alerts, none);
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> people(const mapping::TypeSpec& type) {
    const std::string& object = type.mapping.object;
    auto schema = co_await describe(object);
    PD_TRY_CO(outcome(schema, object));
    if (!schema) {
      missing(object, schema.error());
      co_return Result<void>{};
    }
    auto map = FieldMap::compile(type.mapping, options_.schema);
    if (!map) co_return std::move(map).error();
    std::vector<uint64_t> lines = map->lines();
    reconcile::PersonType compiled;
    maps_->people.push_back(
        std::make_unique<FieldMap>(drop_missing(*map, *schema, maps_->alerts, compiled.missing)));
    compiled.map = maps_->people.back().get();
    compiled.schema = &options_.schema;
    compiled.inbound_create = type.inbound_create;
    compiled.create_when = type.create_when;
    compiled.condition = type.condition;
    compiled.inbound_update = type.inbound_update;
    compiled.outbound_create = type.outbound_create && can_create(*map, *schema, type.external_id);
    compiled.outbound_condition = type.outbound_condition;
    compiled.outbound_update = type.outbound_update;
    const auto becomes = options_.converts_to.find(object);
    if (becomes != options_.converts_to.end()) compiled.conversion_object = becomes->second;
    maps_->lines.push_back(compiled.edition_lines(std::move(lines)));
    maps_->types.push_back(std::move(compiled));
    co_return Result<void>{};
  }

  // A field that the CRM wants of a new record, and that the mapping does not give, keeps records of this
  // type from being made at all (§3); and so does a key that is none.
  bool can_create(const FieldMap& map, const mapping::ObjectSchema& schema, const std::string& external_id) {
    using mapping::SchemaFaultKind;
    bool can = true;
    for (const mapping::SchemaFault& fault : check_against(map, schema, {true, true, external_id})) {
      if (fault.kind != SchemaFaultKind::kRequired && fault.kind != SchemaFaultKind::kKey) continue;
      can = false;
      maps_->alerts.push_back(map.object() + ": " + fault.message +
                              "; no new records of this type are made until that is mended");
    }
    return can;
  }

  void missing(const std::string& object, const Error& why) {
    if (!maps_->unreadable) maps_->unreadable = Error(why).within(object);
  }

  const ConnectionOptions& options_;
  std::shared_ptr<Maps> maps_;
};

std::string text_of(const mapping::Record& record, const mapping::FieldList& layout, std::string_view name) {
  const size_t at = layout.find(name);
  return at == mapping::FieldList::npos ? std::string() : record.values[at].to_text();
}

bool flag_of(const mapping::Record& record, const mapping::FieldList& layout, std::string_view name,
             bool fallback) {
  const size_t at = layout.find(name);
  if (at == mapping::FieldList::npos) return fallback;
  const bool* flag = record.values[at].get<bool>();
  return flag == nullptr ? fallback : *flag;
}

std::vector<reconcile::BadInput> bad_of(Page& page) {
  std::vector<reconcile::BadInput> bad;
  bad.reserve(page.bad.size());
  for (BadRecord& record : page.bad) {
    bad.push_back(
        {std::move(record.id), record.version, std::move(record.reason), std::move(record.payload)});
  }
  return bad;
}

}  // namespace

ConnectionFlow flow_of(const ConnectionOptions& options) {
  ConnectionFlow flow{options.name, {}};
  for (const mapping::TypeSpec& type : options.types)
    flow.types.push_back(reconcile::outward_type(type, options.schema));
  return flow;
}

bool concerns_one_object(const Error& error) {
  return error.code == ErrorCode::kUnknownObject || error.code == ErrorCode::kPermission ||
         error.code == ErrorCode::kUnknownField;
}

bool may_concern_one_object(const Error& error) {
  switch (error.code) {
    case ErrorCode::kMalformedQuery:
    case ErrorCode::kBadPayload:
    case ErrorCode::kServerError:
    case ErrorCode::kTooLarge:
    case ErrorCode::kQueryRestart:
      return true;
    default:
      return concerns_one_object(error);
  }
}

asio::awaitable<Result<std::shared_ptr<const Maps>>> compile_maps(const ConnectionOptions& options) {
  Compiler compiler(options);
  co_return co_await compiler.run();
}

std::vector<std::string> user_fields() {
  return {"Name", "Email", "IsActive"};
}
std::vector<std::string> queue_fields() {
  return {"Name", "Type"};
}

void apply_user_map(const std::map<std::string, std::string>& user_map, FedPage& page) {
  if (user_map.empty()) return;
  for (reconcile::UserRecord& user : page.users) {
    auto found = user_map.find(user.id.str());
    if (found == user_map.end()) found = user_map.find(user.id.str().substr(0, kShortIdSize));
    if (found == user_map.end()) found = user_map.find(mapping::email_key(user.email).value_or(""));
    if (found == user_map.end()) continue;
    user.email = found->second;
    user.hash = mapping::hash_bytes(found->second, user.hash);
  }
}

FedPage map_users(Page page, reconcile::UserKind kind) {
  FedPage fed;
  for (const mapping::Record& record : page.records) {
    fed.whole.push_back(record.id);
    if (kind == reconcile::UserKind::kQueue && text_of(record, *page.layout, "Type") != "Queue") continue;
    reconcile::UserRecord user;
    user.id = record.id;
    user.version = record.version;
    user.name = text_of(record, *page.layout, "Name");
    user.email = text_of(record, *page.layout, "Email");
    user.kind = kind;
    user.active = flag_of(record, *page.layout, "IsActive", true);
    user.hash = mapping::Value(user.name).hash(mapping::Value(user.email).hash(user.active ? 1 : 2));
    fed.users.push_back(std::move(user));
  }
  fed.mapped.bad = bad_of(page);
  return fed;
}

FedPage map_records(Page page, const std::string& object, const FieldMap& map) {
  FedPage fed;
  fed.mapped.object = object;
  const std::vector<size_t> binding = map.bind(*page.layout);
  fed.mapped.records.reserve(page.records.size());
  for (mapping::Record& record : page.records)
    fed.mapped.records.push_back(map.to_local(std::move(record), binding));
  fed.mapped.bad = bad_of(page);
  return fed;
}

}  // namespace prospectd::engine
