// What the tests of the Salesforce connector share: a small org's describe and the JSON of its leads.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/page.h"
#include "mapping/schema.h"

namespace prospectd::salesforce::test {

/// A lead's id by number, canonical.
std::string lead_id(int number);

/// The lead of the tests: text, email, number, money, date and time fields, a reference, a compound address.
mapping::ObjectSchema lead_schema();
/// The same as the CRM describes it.
std::string lead_describe();
/// The fields that the tests ask for.
std::vector<std::string> lead_fields();

/// A field of a record's JSON: name and raw JSON.
using RawField = std::pair<std::string, std::string>;
/// Every field of a good lead, in the order of the SELECT, `attributes` first.
std::vector<RawField> lead_json(int number);
/// The same with one field's JSON replaced (or added at the end).
std::string lead_with(int number, const std::string& field, const std::string& raw);
std::string lead_without(int number, const std::string& field);
std::string lead(int number);
std::string object_of(const std::vector<RawField>& fields);

/// A query's answer around records; `next` empty means done.
std::string page_of(const std::vector<std::string>& records, int64_t total, const std::string& next = "");
/// The same, done, with as many records as it says.
std::string whole(const std::vector<std::string>& records);

/// "/services/data/v60.0/query/0r8…-<offset>"
std::string next_url(int offset);

}  // namespace prospectd::salesforce::test
