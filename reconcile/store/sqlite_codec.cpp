#include "reconcile/store/sqlite_codec.h"

#include <functional>

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
  CustomReader(const FieldPositions& positions, const std::vector<LocalField>& names,
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
    const auto found = positions_.find(std::string_view(name));
    at_ = found == positions_.end() || found->second < kStandardColumns ? kNowhere : found->second;
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

  const FieldPositions& positions_;
  const std::vector<LocalField>& names_;
  std::vector<Value>& fields_;
  size_t at_ = kNowhere;
  int depth_ = 0;
};

// Every value is written with its kind, which JSON alone would lose.
void append_tagged(std::string& out, const Value& value) {
  if (const auto* date = value.get<Date>()) {
    out += "{\"date\":\"" + format_date(*date) + "\"}";
  } else if (const auto* time = value.get<Timestamp>()) {
    out += "{\"time\":" + std::to_string(time->time_since_epoch().count()) + "}";
  } else {
    const size_t begin = out.size();
    out += value.to_json();
    const bool looks_whole = out.find_first_of(".en", begin) == std::string::npos;  // "null" is neither
    if (value.get<double>() != nullptr && looks_whole) out += ".0";
  }
}

void append_name(std::string& out, std::string_view name) {
  out += out.empty() ? '{' : ',';
  out += json_quote(name);
  out += ':';
}

/// Reads values that were written with their kinds, `depth` objects deep, and hands each on with the names
/// that lead to it. What is in a value's place and none is null.
class TaggedReader final : public nlohmann::json_sax<json> {
 public:
  using Names = std::vector<std::string>;
  /// Absent at the end of an object that holds such values. Answers false when there may be no value in this
  /// place.
  using Take = std::function<bool(const Names& names, Value value)>;

  TaggedReader(size_t depth, Take take) : depth_(depth), take_(std::move(take)) { names_.reserve(depth + 1); }

  bool null() override { return put(Value::null()); }
  bool boolean(bool value) override { return put(Value(value)); }
  bool number_integer(number_integer_t value) override { return put_number(value); }
  bool number_unsigned(number_unsigned_t value) override { return put_number(static_cast<int64_t>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return put(Value(value)); }
  bool string(string_t& value) override {
    if (in_tag() && names_.back() == kDateTag) {
      if (const auto date = parse_date(value)) tagged_ = Value(*date);
    }
    return put(Value(std::move(value)));
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override {
    if (names_.size() == depth_ + 1) ++beyond_;
    if (beyond_ > 0) return beyond_ <= kDepthMax;
    names_.emplace_back();
    tagged_ = Value::null();
    return true;
  }
  bool end_object() override {
    if (beyond_ > 0) {
      --beyond_;
      return true;
    }
    Value value = in_tag() ? std::move(tagged_) : Value();
    names_.pop_back();
    return names_.empty() || take_(names_, std::move(value));
  }
  bool start_array(size_t) override {
    if (names_.empty()) return false;
    if (beyond_ == 0 && !put(Value::null())) return false;
    return ++beyond_ <= kDepthMax;
  }
  bool end_array() override { return --beyond_ >= 0; }
  bool key(string_t& name) override {
    if (beyond_ == 0) names_.back() = std::move(name);
    return true;
  }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  static constexpr int kDepthMax = 64;

  bool in_tag() const { return beyond_ == 0 && names_.size() == depth_ + 1; }
  bool put(Value value) {
    return beyond_ > 0 || in_tag() || (!names_.empty() && take_(names_, std::move(value)));
  }
  bool put_number(int64_t value) {
    if (in_tag() && names_.back() == kTimeTag) tagged_ = Value(Timestamp(milliseconds(value)));
    return put(Value(value));
  }

  const size_t depth_;
  const Take take_;
  Names names_;     ///< of the objects that are open, outermost first
  int beyond_ = 0;  ///< objects and arrays open below where anything is read
  Value tagged_;    ///< of the value that is an object with its kind
};

bool read_tagged(std::string_view stored, size_t depth, TaggedReader::Take take) {
  TaggedReader reader(depth, std::move(take));
  return json::sax_parse(stored.begin(), stored.end(), &reader);
}

std::string sides_json(const reconcile::Agreement& agreement) {
  std::string sides;  // an absent side is left out
  const auto add = [&sides](const char* name, const Value& value) {
    append_name(sides, name);
    append_tagged(sides, value);
  };
  if (!agreement.remote.is_absent()) add(kRemote, agreement.remote);
  if (!agreement.local.is_absent()) add(kLocal, agreement.local);
  if (agreement.restore) add(kRestore, *agreement.restore);
  return sides.empty() ? "{}" : sides + "}";
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
  for (size_t i = 0; i < schema_.size(); ++i)
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
  if (stored.empty() || schema_.size() <= kStandardColumns) return {};
  CustomReader reader(positions_, schema_.fields(), fields);
  if (!json::sax_parse(stored.begin(), stored.end(), &reader)) return bad_json("custom fields");
  return {};
}

Result<std::string> Codec::shadow_json(const Shadow& shadow, const std::string& stored) const {
  std::string out;
  for (const auto& [at, agreement] : shadow) {
    if (at >= schema_.size()) continue;
    append_name(out, schema_.fields()[at].name);
    out += sides_json(agreement);
  }
  if (!stored.empty()) PD_TRY(append_unnamed(out, stored));
  if (!out.empty()) out += '}';
  return out;
}

// What the schema has no name for now, it may have one for again.
Result<void> Codec::append_unnamed(std::string& out, const std::string& stored) const {
  bool unnamed = false;
  const auto look = [&](const TaggedReader::Names& names, const Value&) {
    unnamed = unnamed || position_of(names.front()) == schema_.size();
    return true;
  };
  if (!read_tagged(stored, 2, look)) return bad_json("an agreement");
  if (!unnamed) return {};
  const json before = parse(stored);
  for (const auto& [name, sides] : before.items()) {
    if (position_of(name) != schema_.size()) continue;
    append_name(out, name);
    out += dump(sides);
  }
  return {};
}

Result<Shadow> Codec::read_shadow(std::string_view stored) const {
  Shadow shadow;
  if (stored.empty()) return shadow;
  const auto take = [&](const TaggedReader::Names& names, Value value) {
    const size_t at = position_of(names.front());
    if (at == schema_.size()) return true;
    if (names.size() < 2 && !value.is_absent()) return false;
    reconcile::Agreement& agreement = shadow[at];
    if (names.size() < 2) return true;
    if (names[1] == kRemote) agreement.remote = std::move(value);
    if (names[1] == kLocal) agreement.local = std::move(value);
    if (names[1] == kRestore) agreement.restore = std::move(value);
    return true;
  };
  if (!read_tagged(stored, 2, take)) return bad_json("an agreement");
  return shadow;
}

size_t Codec::position_of(std::string_view name) const {
  const auto found = positions_.find(name);
  return found == positions_.end() ? schema_.size() : found->second;
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
  std::string out;
  for (const auto& [at, value] : values) {
    if (at >= schema_.size()) continue;
    append_name(out, schema_.fields()[at].name);
    append_tagged(out, value);
  }
  if (!out.empty()) out += '}';
  return out;
}

Result<reconcile::SentValues> Codec::read_sent(std::string_view stored) const {
  reconcile::SentValues values;
  if (stored.empty()) return values;
  const auto take = [&](const TaggedReader::Names& names, Value value) {
    const size_t at = position_of(names.front());
    if (at < schema_.size()) values.insert_or_assign(at, std::move(value));
    return true;
  };
  if (!read_tagged(stored, 1, take)) return bad_json("values on their way to the CRM");
  return values;
}

Value Codec::untagged_json(std::string_view stored) {
  Value value = Value::null();
  const auto take = [&value](const TaggedReader::Names&, Value read) {
    value = std::move(read);
    return true;
  };
  const std::string named = "{\"\":" + std::string(stored) + "}";
  return read_tagged(named, 1, take) ? value : Value::null();
}

std::string Codec::tagged_json(const Value& value) {
  std::string out;
  if (!value.is_absent()) append_tagged(out, value);
  return out;
}

}  // namespace prospectd::store
