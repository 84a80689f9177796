// What the calls for single records, for collections and for trees have in common: finding the record, and
// writing it for the caller. Internal to the sandbox; one thread.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/rest_call.h"

namespace prospectd::sandbox {

/// The object of that name as the caller may see it. **Errors:** 404 NOT_FOUND.
Outcome<Table*> visible_table(const Call& call, std::string_view object);

/// The object that a record names in its attributes. **Errors:** 400 INVALID_TYPE.
Outcome<Table*> table_of_record(const Call& call, const nlohmann::json& record);

/// The field of that name as the caller may see it, if it can tell records apart. **Errors:** 404 NOT_FOUND.
Outcome<const Field*> visible_key(const Call& call, const Table& table, std::string_view name);

/// The live record that an id names. **Errors:** MALFORMED_ID, 404 NOT_FOUND, 404 ENTITY_IS_DELETED.
Outcome<Row> live_row(const Call& call, const Table& table, std::string_view id);

/// The named fields, or all that the caller may see. **Errors:** INVALID_FIELD.
Outcome<std::vector<const Field*>> fields_to_read(const Call& call, const Table& table,
                                                  const std::optional<std::vector<std::string>>& names);
std::vector<std::string> split_names(std::string_view list);

/// A record that was written.
struct Saved {
  std::string id;
  bool created = false;
};

/// A new record. **Errors:** as record_fields and Org::create; INVALID_FIELD for an Id in the body.
Outcome<Saved> create_record(Call& call, const Table& table, const nlohmann::json& record);
/// Changes the record with that id; an Id in `record` is passed over. **Errors:** as record_fields and
/// Org::update.
Outcome<Saved> update_record(Call& call, const Table& table, std::string_view id,
                             const nlohmann::json& record);
/// Creates or changes the record that has `value` in the field `key`, out of those that do (`matches`, one at
/// most). The key in `record` is passed over. **Errors:** as create_record and update_record; 404 NOT_FOUND
/// where nothing may be created.
Outcome<Saved> upsert_record(Call& call, const Table& table, const Field& key, const mapping::Value& value,
                             const std::vector<Row>& matches, const nlohmann::json& record);

/// "/services/data/v60.0/sobjects/Lead/00Q…"
std::string record_url(const Call& call, const Table& table, std::string_view id);
/// {"id":…,"success":true,"errors":[]}, with "created" where that is told.
std::string saved_json(const Saved& saved, bool with_created);

}  // namespace prospectd::sandbox
