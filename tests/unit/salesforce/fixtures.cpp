#include "tests/unit/salesforce/fixtures.h"

#include "base/text.h"
#include "connectors/salesforce_wire/ids.h"

namespace prospectd::salesforce::test {
namespace {

struct FieldRow {
  const char* name;
  const char* type;
  mapping::FieldType as;
};

constexpr FieldRow kFields[] = {
    {"Id", "id", mapping::FieldType::kId},
    {"SystemModstamp", "datetime", mapping::FieldType::kDateTime},
    {"IsDeleted", "boolean", mapping::FieldType::kBoolean},
    {"MasterRecordId", "reference", mapping::FieldType::kReference},
    {"IsConverted", "boolean", mapping::FieldType::kBoolean},
    {"ConvertedContactId", "reference", mapping::FieldType::kReference},
    {"ConvertedAccountId", "reference", mapping::FieldType::kReference},
    {"LastName", "string", mapping::FieldType::kString},
    {"Email", "email", mapping::FieldType::kEmail},
    {"OwnerId", "reference", mapping::FieldType::kReference},
    {"NumberOfEmployees", "int", mapping::FieldType::kInteger},
    {"AnnualRevenue", "currency", mapping::FieldType::kDouble},
    {"Birthdate__c", "date", mapping::FieldType::kDate},
    {"LastTalk__c", "datetime", mapping::FieldType::kDateTime},
    {"HasOptedOutOfEmail", "boolean", mapping::FieldType::kBoolean},
    {"Description", "textarea", mapping::FieldType::kTextArea},
    {"Address", "address", mapping::FieldType::kCompound},
};

}  // namespace

std::string lead_id(int number) {
  return salesforce_wire::make_id("00Q", static_cast<uint64_t>(number));
}

mapping::ObjectSchema lead_schema() {
  mapping::ObjectSchema schema;
  schema.name = "Lead";
  for (const FieldRow& row : kFields) {
    mapping::FieldSchema field;
    field.name = row.name;
    field.type = row.as;
    schema.fields.push_back(std::move(field));
  }
  return schema;
}

std::string lead_describe() {
  std::string fields;
  for (const FieldRow& row : kFields) {
    if (!fields.empty()) fields += ",";
    fields += R"({"name":)" + json_quote(row.name) + R"(,"label":)" + json_quote(row.name) + R"(,"type":)" +
              json_quote(row.type) + R"(,"length":80,"nillable":true,"updateable":true})";
  }
  return R"({"name":"Lead","label":"Lead","queryable":true,"fields":[)" + fields + "]}";
}

std::vector<std::string> lead_fields() {
  return {"LastName",      "Email",        "OwnerId",     "NumberOfEmployees",
          "AnnualRevenue", "Birthdate__c", "LastTalk__c", "HasOptedOutOfEmail",
          "Description",   "Address"};
}

std::vector<RawField> lead_json(int number) {
  const std::string id = lead_id(number);
  return {
      {"attributes", R"({"type":"Lead","url":"/services/data/v60.0/sobjects/Lead/)" + id + R"("})"},
      {"Id", json_quote(id)},
      {"SystemModstamp", R"("2026-11-20T08:15:30.000+0000")"},
      {"IsDeleted", "false"},
      {"MasterRecordId", "null"},
      {"IsConverted", "false"},
      {"ConvertedContactId", "null"},
      {"ConvertedAccountId", "null"},
      {"LastName", json_quote("Müller " + std::to_string(number))},
      {"Email", json_quote("m" + std::to_string(number) + "@acme.test")},
      {"OwnerId", R"("005Hs000001UsrA")"},
      {"NumberOfEmployees", "9007199254740993"},
      {"AnnualRevenue", "1.5E3"},
      {"Birthdate__c", R"("1984-02-29")"},
      {"LastTalk__c", R"("2026-11-01T00:00:01.250Z")"},
      {"HasOptedOutOfEmail", "true"},
      {"Description", R"("line\r\n\"two\"")"},
      {"Address", R"({"city":"Ulm","street":null})"},
  };
}

std::string object_of(const std::vector<RawField>& fields) {
  std::string out = "{";
  for (const auto& [name, raw] : fields) {
    if (out.size() > 1) out += ",";
    out += "\"" + name + "\":" + raw;
  }
  return out + "}";
}

std::string lead(int number) {
  return object_of(lead_json(number));
}

std::string lead_with(int number, const std::string& field, const std::string& raw) {
  auto fields = lead_json(number);
  for (auto& [name, json] : fields) {
    if (name != field) continue;
    json = raw;
    return object_of(fields);
  }
  fields.emplace_back(field, raw);
  return object_of(fields);
}

std::string lead_without(int number, const std::string& field) {
  std::vector<RawField> fields;
  for (auto& entry : lead_json(number)) {
    if (entry.first != field) fields.push_back(std::move(entry));
  }
  return object_of(fields);
}

std::string page_of(const std::vector<std::string>& records, int64_t total, const std::string& next) {
  std::string list;
  for (const std::string& record : records)
    list += (list.empty() ? "" : ",") + record;
  std::string out =
      R"({"totalSize":)" + std::to_string(total) + R"(,"done":)" + (next.empty() ? "true" : "false");
  if (!next.empty()) out += R"(,"nextRecordsUrl":)" + json_quote(next);
  return out + R"(,"records":[)" + list + "]}";
}

std::string whole(const std::vector<std::string>& records) {
  return page_of(records, static_cast<int64_t>(records.size()));
}

std::string next_url(int offset) {
  return "/services/data/v60.0/query/" + salesforce_wire::make_id("0r8", 1) + "-" + std::to_string(offset);
}

}  // namespace prospectd::salesforce::test
