#include "reconcile/store/sqlite_codec.h"

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace prospectd::store {
namespace {

using mapping::LocalField;
using mapping::LocalType;
using nlohmann::json;
using reconcile::PendingRef;
using reconcile::Shadow;

constexpr const char* kDateTag = "date";
constexpr const char* kTimeTag = "time";
constexpr const char* kRemote = "crm";
constexpr const char* kLocal = "prospect";
constexpr const char* kRestore = "restore";

Error bad_json(const char* what) {
  return make_error(ErrorCode::kStateDamaged,
                    std::string("the database holds ") + what +
                        " that can't be read. Restore a backup, or move the database away to read everything "
                        "from the CRM again");
}

// json::parse without exceptions; a discarded value when it is none.
json parse(std::string_view text) {
  return json::parse(text.begin(), text.end(), nullptr, false);
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// Text as a custom field of that type; as it is where it does not read as one.
Value typed_text(std::string&& text, LocalType type) {
  if (type == LocalType::kDate) {
    if (const auto date = parse_date(text)) return Value(*date);
  }
  if (type == LocalType::kDateTime) {
    if (const auto time = parse_timestamp(text)) return Value(*time);
  }
  return Value(std::move(text));
}

Value typed_number(int64_t number, LocalType type) {
  return type == LocalType::kNumber ? Value(static_cast<double>(number)) : Value(number);
}

// Reads a flat JSON object straight into the fields' places; what is nested or not named is passed over.
class CustomReader final : public nlohmann::json_sax<json> {
 public:
  CustomReader(const std::unordered_map<std::string, size_t>& positions, const std::vector<LocalField>& names,
               std::vector<Value>& fields)
      : positions_(positions), names_(names), fields_(fields) {}

  bool null() override { return put(Value::null()); }
  bool boolean(bool value) override { return put(Value(value)); }
  bool number_integer(number_integer_t value) override { return put_number(value); }
  bool number_unsigned(number_unsigned_t value) override { return put_number(static_cast<int64_t>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return put(Value(value)); }
  bool string(string_t& value) override {
    if (at_ == kNowhere) return depth_ > 0;
    return put(typed_text(std::move(value), names_[at_].type));
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return ++depth_ <= kDepthMax; }
  bool end_object() override { return --depth_ >= 0; }
  bool start_array(size_t) override { return depth_ > 0 && ++depth_ <= kDepthMax; }
  bool end_array() override { return --depth_ >= 0; }
  bool key(string_t& name) override {
    if (depth_ != 1) return true;
    const auto found = positions_.find(name);
    at_ = found == positions_.end() ? kNowhere : found->second;
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  static constexpr size_t kNowhere = mapping::LocalSchema::npos;
  static constexpr int kDepthMax = 64;

  bool put(Value value) {
    if (depth_ == 1 && at_ != kNowhere) fields_[at_] = std::move(value);
    return depth_ > 0;
  }
  bool put_number(int64_t value) {
    return at_ == kNowhere ? depth_ > 0 : put(typed_number(value, names_[at_].type));
  }

  const std::unordered_map<std::string, size_t>& positions_;
  const std::vector<LocalField>& names_;
  std::vector<Value>& fields_;
  size_t at_ = kNowhere;
  int depth_ = 0;
};

json tagged(const Value& value) {
  if (const auto* date = value.get<Date>()) return {{kDateTag, format_date(*date)}};
  if (const auto* time = value.get<Timestamp>()) return {{kTimeTag, time->time_since_epoch().count()}};
  if (const auto* flag = value.get<bool>()) return *flag;
  if (const auto* number = value.get<int64_t>()) return *number;
  if (const auto* number = value.get<double>()) return *number;
  if (value.is_string()) return std::string(value.str());
  return nullptr;
}

Value untagged(const json& value) {
  if (value.is_boolean()) return Value(value.get<bool>());
  if (value.is_number_integer()) return Value(value.get<int64_t>());
  if (value.is_number_float()) return Value(value.get<double>());
  if (value.is_string()) return Value(value.get<std::string>());
  if (!value.is_object()) return Value::null();
  const auto time = value.find(kTimeTag);
  if (time != value.end() && time->is_number_integer())
    return Value(Timestamp(milliseconds(time->get<int64_t>())));
  const auto date = value.find(kDateTag);
  const auto day =
      date != value.end() && date->is_string() ? parse_date(date->get<std::string>()) : std::nullopt;
  return day ? Value(*day) : Value::null();
}

json side_json(const reconcile::Agreement& agreement) {
  json sides = json::object();  // an absent side is left out
  if (!agreement.remote.is_absent()) sides[kRemote] = tagged(agreement.remote);
  if (!agreement.local.is_absent()) sides[kLocal] = tagged(agreement.local);
  if (agreement.restore) sides[kRestore] = tagged(*agreement.restore);
  return sides;
}

Value side_of(const json& sides, const char* name) {
  const auto side = sides.find(name);
  return side == sides.end() ? Value{} : untagged(*side);
}

size_t position_in(const std::vector<LocalField>& names, std::string_view name) {
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].name == name) return i;
  }
  return names.size();
}

}  // namespace

const std::string& standard_columns() {
  static const std::string columns = [] {
    std::string all;
    const mapping::LocalSchema schema;
    for (const LocalField& field : schema.fields())
      all += (all.empty() ? "" : ", ") + field.name;
    return all;
  }();
  return columns;
}

void bind_value(Query& query, const Value& value) {
  if (value.is_string()) {
    query.bind(value.str());
  } else if (const auto* number = value.get<int64_t>()) {
    query.bind(*number);
  } else if (const auto* flag = value.get<bool>()) {
    query.bind(*flag ? int64_t{1} : int64_t{0});
  } else if (value.is_absent() || value.is_null()) {
    query.bind_null();
  } else {
    query.bind_copy(value.to_text());
  }
}

Value read_value(const Query& query, int column, LocalType type) {
  if (query.is_null(column)) return Value::null();
  switch (type) {
    case LocalType::kBoolean:
      return Value(query.integer(column) != 0);
    case LocalType::kInteger:
    case LocalType::kUser:
    case LocalType::kAccount:
      return Value(query.integer(column));
    default:
      return Value(query.text(column));
  }
}

Codec::Codec(mapping::LocalSchema schema) : schema_(std::move(schema)) {
  for (size_t i = kStandardColumns; i < schema_.size(); ++i)
    positions_.emplace(schema_.fields()[i].name, i);
}

std::string Codec::custom_json(const std::vector<Value>& fields) const {
  std::string out;
  const auto& names = schema_.fields();
  for (size_t i = kStandardColumns; i < fields.size() && i < names.size(); ++i) {
    if (fields[i].is_absent() || fields[i].is_null()) continue;
    out += out.empty() ? "{\"" : ",\"";
    out += names[i].name;  // letters, digits, '_' and '.': nothing to escape
    out += "\":";
    out += fields[i].to_json();
  }
  if (!out.empty()) out += '}';
  return out;
}

Result<std::string> Codec::changed_custom(const std::string& stored,
                                          const std::vector<reconcile::FieldChange>& changes) const {
  json object = stored.empty() ? json::object() : parse(stored);
  if (!object.is_object()) return bad_json("custom fields");
  for (const reconcile::FieldChange& change : changes) {
    if (change.field < kStandardColumns || change.field >= schema_.size()) continue;
    const std::string& name = schema_.fields()[change.field].name;
    if (change.after.is_absent() || change.after.is_null()) {
      object.erase(name);
    } else {
      object[name] = parse(change.after.to_json());
    }
  }
  return object.empty() ? std::string() : dump(object);
}

Result<void> Codec::read_custom(std::string_view stored, std::vector<Value>& fields) const {
  if (stored.empty() || positions_.empty()) return {};
  CustomReader reader(positions_, schema_.fields(), fields);
  if (!json::sax_parse(stored.begin(), stored.end(), &reader)) return bad_json("custom fields");
  return {};
}

Result<std::string> Codec::shadow_json(const Shadow& shadow, const std::string& stored) const {
  json object = json::object();
  if (!stored.empty()) {
    const json before = parse(stored);
    if (!before.is_object()) return bad_json("an agreement");
    for (const auto& [name, sides] : before.items()) {
      if (position_in(schema_.fields(), name) == schema_.size()) object[name] = sides;
    }
  }
  for (const auto& [at, agreement] : shadow) {
    if (at < schema_.size()) object[schema_.fields()[at].name] = side_json(agreement);
  }
  return object.empty() ? std::string() : dump(object);
}

Result<Shadow> Codec::read_shadow(std::string_view stored) const {
  Shadow shadow;
  if (stored.empty()) return shadow;
  const json object = parse(stored);
  if (!object.is_object()) return bad_json("an agreement");
  for (const auto& [name, sides] : object.items()) {
    const size_t at = position_in(schema_.fields(), name);
    if (at == schema_.size()) continue;
    if (!sides.is_object()) return bad_json("an agreement");
    reconcile::Agreement agreement{side_of(sides, kRemote), side_of(sides, kLocal)};
    if (sides.contains(kRestore)) agreement.restore = side_of(sides, kRestore);
    shadow.emplace(at, std::move(agreement));
  }
  return shadow;
}

std::string Codec::pending_json(const std::vector<PendingRef>& pending,
                                const std::vector<LocalField>& names) {
  std::string out;
  for (const PendingRef& reference : pending) {
    if (reference.field >= names.size()) continue;
    out += out.empty() ? "[[" : ",[";
    out += json_quote(names[reference.field].name) + "," + json_quote(reference.remote.str()) + "]";
  }
  if (!out.empty()) out += ']';
  return out;
}

Result<std::vector<PendingRef>> Codec::read_pending(std::string_view stored,
                                                    const std::vector<LocalField>& names) {
  std::vector<PendingRef> pending;
  if (stored.empty()) return pending;
  const json list = parse(stored);
  if (!list.is_array()) return bad_json("pending references");
  for (const json& row : list) {
    if (!row.is_array() || row.size() != 2 || !row[0].is_string() || !row[1].is_string())
      return bad_json("pending references");
    const size_t at = position_in(names, row[0].get<std::string>());
    if (at < names.size()) pending.push_back({at, RemoteId(row[1].get<std::string>())});
  }
  return pending;
}

std::string Codec::sent_json(const reconcile::SentValues& values) const {
  json object = json::object();
  for (const auto& [at, value] : values) {
    if (at < schema_.size()) object[schema_.fields()[at].name] = tagged(value);
  }
  return object.empty() ? std::string() : dump(object);
}

Result<reconcile::SentValues> Codec::read_sent(std::string_view stored) const {
  reconcile::SentValues values;
  if (stored.empty()) return values;
  const json object = parse(stored);
  if (!object.is_object()) return bad_json("values on their way to the CRM");
  for (const auto& [name, value] : object.items()) {
    const size_t at = position_in(schema_.fields(), name);
    if (at < schema_.size()) values.emplace(at, untagged(value));
  }
  return values;
}

Value Codec::untagged_json(std::string_view stored) {
  const json parsed = json::parse(stored, nullptr, false);
  return parsed.is_discarded() ? Value::null() : untagged(parsed);
}

std::string Codec::tagged_json(const Value& value) {
  return value.is_absent() ? std::string() : dump(tagged(value));
}

}  // namespace prospectd::store
