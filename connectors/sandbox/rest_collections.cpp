// Collections: up to 200 records of one call, each with a result of its own, in the order of the request
// (SALESFORCE_API §7.1).
#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/record_calls.h"
#include "connectors/sandbox/record_writer.h"
#include "connectors/sandbox/request_body.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;
namespace code = salesforce_wire::error_name;

constexpr size_t kCollectionMax = 200;
constexpr size_t kCollectionReadMax = 2'000;
constexpr size_t kChunksMax = 10;

// What became of one record of a collection.
struct ItemResult {
  Outcome<Saved> saved;
  std::string id = {};  ///< told beside a refusal, where the request named it
};
using ItemResults = std::vector<ItemResult>;

void append_item(std::string& out, const ItemResult& item, bool with_created) {
  if (item.saved) {
    out += saved_json(*item.saved, with_created);
    return;
  }
  out += '{';
  if (!item.id.empty()) out += "\"id\":" + json_quote(item.id) + ",";
  out += "\"success\":false,\"errors\":[" + item_errors_json(item.saved.error()) + "]}";
}

http::Response collection_answer(const ItemResults& items, bool with_created = false) {
  std::string body = "[";
  for (const ItemResult& item : items) {
    if (body.size() > 1) body += ',';
    append_item(body, item, with_created);
  }
  return json_answer(200, body + "]");
}

bool any_failed(const ItemResults& items) {
  return std::any_of(items.begin(), items.end(), [](const ItemResult& item) { return !item.saved; });
}

// All or nothing: what went well counts for nothing beside a failure.
void settle_collection(Org::Transaction& transaction, ItemResults& items, bool all_or_none) {
  if (!all_or_none || !any_failed(items)) return transaction.commit();
  for (ItemResult& item : items) {
    if (!item.saved) continue;
    item.saved = api_error(std::string(code::kAllOrNoneRolledBack),
                           "Record rolled back because not all records were valid and the request was using "
                           "AllOrNone header");
  }
}

ApiError too_many_records(size_t max) {
  return api_error(std::string(code::kExceededIdLimit), "record limit reached. cannot submit more than " +
                                                            std::to_string(max) + " records into this call");
}

struct Collection {
  Json body;
  const Json* records = nullptr;  ///< in the body
  bool all_or_none = false;
};

Outcome<Collection> collection_of(const Call& call) {
  Collection out;
  PD_ASSIGN(body, parse_request_body(call.request));
  out.body = std::move(body);
  if (const Json* flag = find_member(out.body, "allOrNone"); flag != nullptr && !flag->is_null()) {
    if (!flag->is_boolean()) return wrong_shape("boolean", *flag);
    out.all_or_none = flag->get<bool>();
  }
  const Json* records = find_member(out.body, "records");
  if (records == nullptr || !records->is_array()) {
    return wrong_shape("list of sobjects", records == nullptr ? Json() : *records);
  }
  if (records->size() > kCollectionMax) return too_many_records(kCollectionMax);
  for (const Json& record : *records) {
    if (!record.is_object()) return wrong_shape("sobject", record);
  }
  out.records = records;
  return out;
}

// The objects of a collection's records; they may change ten times along the list.
Outcome<std::vector<Table*>> tables_of_records(const Call& call, const Json& records) {
  std::vector<Table*> tables;
  size_t chunks = 0;
  for (const Json& record : records) {
    PD_ASSIGN(table, table_of_record(call, record));
    if (tables.empty() || tables.back() != table) ++chunks;
    tables.push_back(table);
  }
  if (chunks > kChunksMax) {
    return api_error(std::string(code::kLimitExceeded),
                     "The records change their type more than " + std::to_string(kChunksMax) + " times");
  }
  return tables;
}

std::string id_of_record(const Json& record) {
  const Json* id = find_member(record, "Id");
  return id != nullptr && id->is_string() ? id->get<std::string>() : std::string();
}

// How often each text stands in a list.
std::unordered_map<std::string, size_t> occurrences(const std::vector<std::string>& texts) {
  std::unordered_map<std::string, size_t> counts;
  for (const std::string& text : texts)
    ++counts[text];
  return counts;
}

ApiError twice_in_request(const char* what, const std::string& value) {
  return api_error(std::string(code::kDuplicateValue),
                   "Duplicate " + std::string(what) + " specified: " + value);
}

Outcome<Saved> upsert_item(Call& call, const Table& table, const Field& key, const Json& record) {
  const Json* sent = find_member(record, key.name);
  if (sent == nullptr || sent->is_null() || sent->is_structured()) {
    return api_error("MISSING_ARGUMENT", key.name + " not specified", {key.name});
  }
  if (key.kind != FieldKind::kId && find_member(record, "Id") != nullptr) {
    return api_error(std::string(code::kInvalidField),
                     "The Id field should not be specified in the sobject data.");
  }
  const mapping::Value value = typed_key(key, *sent);
  const auto matches = call.state.org.find_by_key(table, key, value);
  if (matches.size() > 1) {
    return api_error(std::string(code::kDuplicateExternalId),
                     key.name + ": more than one record found for external id field: " + value.to_text());
  }
  return upsert_record(call, table, key, value, matches, record);
}

Outcome<Saved> delete_item(Call& call, const std::string& id) {
  const auto canonical = salesforce_wire::canonical_id(id);
  if (!canonical) return api_error(std::string(code::kMalformedId), "malformed id " + id);
  const Table* table = call.state.org.table_of_id(*canonical);
  const bool visible = table != nullptr && call.state.knobs.object_enabled(table->type().name());
  auto change = visible ? call.state.org.remove(*canonical) : Outcome<Change>(not_found());
  if (change) return Saved{std::move(change->id), false};
  if (change.error().code != code::kNotFound) return change.error();
  return api_error(std::string(code::kInvalidCrossReferenceKey), "invalid cross reference id");
}

struct CollectionRead {
  std::vector<std::string> ids;
  std::vector<std::string> fields;
};

Outcome<std::vector<std::string>> texts_in(const Json& body, const char* name) {
  const Json* list = find_member(body, name);
  std::vector<std::string> texts;
  if (list == nullptr || !list->is_array()) return wrong_shape(name, list == nullptr ? Json() : *list);
  for (const Json& text : *list) {
    if (!text.is_string()) return wrong_shape("string", text);
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

Outcome<CollectionRead> collection_read(const Call& call) {
  if (call.method != "POST") {
    const auto ids = call.parameter("ids");
    const auto fields = call.parameter("fields");
    if (!ids || !fields) return api_error("MISSING_ARGUMENT", "ids and fields have to be specified");
    return CollectionRead{split_names(*ids), split_names(*fields)};
  }
  PD_ASSIGN(body, parse_request_body(call.request));
  PD_ASSIGN(ids, texts_in(body, "ids"));
  PD_ASSIGN(fields, texts_in(body, "fields"));
  return CollectionRead{std::move(ids), std::move(fields)};
}

}  // namespace

Outcome<http::Response> answer_collection_create(Call& call) {
  PD_ASSIGN(collection, collection_of(call));
  PD_ASSIGN(tables, tables_of_records(call, *collection.records));
  Org::Transaction transaction(call.state.org);
  ItemResults items;
  for (size_t i = 0; i < tables.size(); ++i)
    items.push_back({create_record(call, *tables[i], (*collection.records)[i])});
  settle_collection(transaction, items, collection.all_or_none);
  return collection_answer(items);
}

Outcome<http::Response> answer_collection_update(Call& call) {
  PD_ASSIGN(collection, collection_of(call));
  PD_ASSIGN(tables, tables_of_records(call, *collection.records));
  std::vector<std::string> ids;
  for (const Json& record : *collection.records) {
    const std::string sent = id_of_record(record);
    ids.push_back(salesforce_wire::canonical_id(sent).value_or(sent));
  }
  auto counts = occurrences(ids);
  Org::Transaction transaction(call.state.org);
  ItemResults items;
  for (size_t i = 0; i < tables.size(); ++i) {
    if (ids[i].empty()) {
      items.push_back({api_error("MISSING_ARGUMENT", "Id not specified in an update call")});
    } else if (counts[ids[i]] > 1) {
      items.push_back({twice_in_request("id", ids[i]), ids[i]});
    } else {
      items.push_back({update_record(call, *tables[i], ids[i], (*collection.records)[i]), ids[i]});
    }
  }
  settle_collection(transaction, items, collection.all_or_none);
  return collection_answer(items);
}

Outcome<http::Response> answer_collection_upsert(Call& call) {
  PD_ASSIGN(table, visible_table(call, call.segments[2]));
  PD_ASSIGN(key, visible_key(call, *table, call.segments[3]));
  PD_ASSIGN(collection, collection_of(call));
  PD_ASSIGN(tables, tables_of_records(call, *collection.records));
  if (std::any_of(tables.begin(), tables.end(), [&](const Table* t) { return t != table; })) {
    return api_error(std::string(code::kInvalidType),
                     "All records have to be of the type " + std::string(table->type().name()));
  }
  std::vector<std::string> keys;
  for (const Json& record : *collection.records) {
    const Json* sent = find_member(record, key->name);
    const std::string text = sent == nullptr ? std::string() : typed_key(*key, *sent).to_text();
    keys.push_back(key->has(kCaseSensitive) ? text : to_lower_ascii(text));
  }
  auto counts = occurrences(keys);
  Org::Transaction transaction(call.state.org);
  ItemResults items;
  for (size_t i = 0; i < keys.size(); ++i) {
    const bool twice = !keys[i].empty() && counts[keys[i]] > 1;
    items.push_back({twice ? Outcome<Saved>(twice_in_request("external id", keys[i]))
                           : upsert_item(call, *table, *key, (*collection.records)[i])});
  }
  settle_collection(transaction, items, collection.all_or_none);
  return collection_answer(items, true);
}

Outcome<http::Response> answer_collection_delete(Call& call) {
  const auto list = call.parameter("ids");
  if (!list || trim_ascii(*list).empty()) return api_error("MISSING_ARGUMENT", "ids have to be specified");
  const std::vector<std::string> ids = split_names(*list);
  if (ids.size() > kCollectionMax) return too_many_records(kCollectionMax);
  Org::Transaction transaction(call.state.org);
  ItemResults items;
  for (const std::string& id : ids)
    items.push_back({delete_item(call, id), id});
  settle_collection(transaction, items,
                    equals_ignore_case_ascii(call.parameter("allOrNone").value_or(""), "true"));
  return collection_answer(items);
}

Outcome<http::Response> answer_collection_read(Call& call) {
  PD_ASSIGN(table, visible_table(call, call.segments[2]));
  PD_ASSIGN(wanted, collection_read(call));
  if (wanted.ids.size() > kCollectionReadMax) return too_many_records(kCollectionReadMax);
  PD_ASSIGN(fields, fields_to_read(call, *table, wanted.fields));
  const RecordWriter writer(*table, fields, call.version.text());
  std::string body = "[";
  for (const std::string& id : wanted.ids) {
    if (body.size() > 1) body += ',';
    const auto row = live_row(call, *table, id);
    if (row) {
      writer.append(body, *row);
      ++call.state.stats.records_served;
    } else {
      body += "null";
    }
  }
  return json_answer(200, body + "]");
}

}  // namespace prospectd::sandbox
