#include "connectors/sandbox/describe.h"

#include <algorithm>

#include "connectors/sandbox/child_relationships.h"
#include "connectors/sandbox/json_text.h"

namespace prospectd::sandbox {
namespace {

void append_bool(std::string& out, bool b) {
  out += b ? "true" : "false";
}
void append_text_or_null(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    append_quoted(out, text);
  }
}

bool is_text(const Field& f) {
  return holds_text(f.kind);
}
bool is_money(const Field& f) {
  return f.kind == FieldKind::kCurrency || f.kind == FieldKind::kDouble;
}
bool filterable(const Field& f) {
  return !f.has(kNotFilterable);
}

using WriteField = void (*)(std::string&, const Field&);
struct FieldKey {
  std::string_view key;
  WriteField write;
};

template <bool kValue>
void constant(std::string& out, const Field&) {
  append_bool(out, kValue);
}
void null(std::string& out, const Field&) {
  out += "null";
}
void zero(std::string& out, const Field&) {
  out += '0';
}
template <uint32_t kFlag>
void flag(std::string& out, const Field& f) {
  append_bool(out, f.has(kFlag));
}
template <bool (*kTest)(const Field&)>
void test(std::string& out, const Field& f) {
  append_bool(out, kTest(f));
}

void picklist_value(std::string& out, const std::string& value, bool active, bool is_default) {
  out += out.ends_with('[') ? "{\"active\":" : ",{\"active\":";
  append_bool(out, active);
  out += ",\"defaultValue\":";
  append_bool(out, is_default);
  out += ",\"label\":";
  append_quoted(out, value);
  out += ",\"validFor\":null,\"value\":";
  append_quoted(out, value);
  out += '}';
}

void picklist_values(std::string& out, const Field& f) {
  out += '[';
  for (const std::string& value : f.picklist)
    picklist_value(out, value, true, &value == &f.picklist.front() && f.has(kDefaulted));
  for (const std::string& value : f.inactive)
    picklist_value(out, value, false, false);
  out += ']';
}

void reference_to(std::string& out, const Field& f) {
  out += '[';
  for (size_t i = 0; i < f.reference_to.size(); ++i) {
    out += i == 0 ? "" : ",";
    append_quoted(out, f.reference_to[i]);
  }
  out += ']';
}

// Every key of SALESFORCE_API §3.5, in its order.
constexpr FieldKey kFieldKeys[] = {
    {"aggregatable", test<groupable>},
    {"aiPredictionField", constant<false>},
    {"autoNumber", constant<false>},
    {"byteLength",
     [](std::string& out, const Field& f) {
       constexpr int kBytesPerCharacter = 3;
       const bool is_id = f.kind == FieldKind::kId || f.kind == FieldKind::kReference;
       append_number(out, int64_t{f.length} * (is_text(f) && !is_id ? kBytesPerCharacter : 1));
     }},
    {"calculated", [](std::string& out, const Field& f) { append_bool(out, !f.formula.empty()); }},
    {"calculatedFormula", [](std::string& out, const Field& f) { append_text_or_null(out, f.formula); }},
    {"cascadeDelete", constant<false>},
    {"caseSensitive", flag<kCaseSensitive>},
    {"compoundFieldName", [](std::string& out, const Field& f) { append_text_or_null(out, f.compound_of); }},
    {"controllerName", null},
    {"createable", flag<kCreateable>},
    {"custom", flag<kCustom>},
    {"defaultValue",
     [](std::string& out, const Field& f) {
       if (f.kind == FieldKind::kBoolean) {
         append_bool(out, f.has(kDefaultTrue));
       } else {
         append_text_or_null(out, is_picklist(f) && f.has(kDefaulted) ? f.picklist.front() : "");
       }
     }},
    {"defaultValueFormula", null},
    {"defaultedOnCreate", flag<kDefaulted>},
    {"dependentPicklist", constant<false>},
    {"deprecatedAndHidden", constant<false>},
    {"digits",
     [](std::string& out, const Field& f) {
       constexpr int64_t kIntDigits = 8;
       append_number(out, f.kind == FieldKind::kInt ? kIntDigits : int64_t{0});
     }},
    {"displayLocationInDecimal", constant<false>},
    {"encrypted", constant<false>},
    {"externalId", flag<kExternalId>},
    {"extraTypeInfo",
     [](std::string& out, const Field& f) {
       append_text_or_null(out, f.kind == FieldKind::kTextArea ? "plaintextarea" : "");
     }},
    {"filterable", test<filterable>},
    {"filteredLookupInfo", null},
    {"formulaTreatNullNumberAsZero", constant<false>},
    {"groupable", test<groupable>},
    {"highScaleNumber", constant<false>},
    {"htmlFormatted", constant<false>},
    {"idLookup", flag<kIdLookup>},
    {"inlineHelpText", null},
    {"label", [](std::string& out, const Field& f) { append_quoted(out, f.label); }},
    {"length", [](std::string& out, const Field& f) { append_number(out, int64_t{f.length}); }},
    {"mask", null},
    {"maskType", null},
    {"name", [](std::string& out, const Field& f) { append_quoted(out, f.name); }},
    {"nameField", flag<kNameField>},
    {"namePointing", flag<kPolymorphic>},
    {"nillable", flag<kNillable>},
    {"permissionable",
     [](std::string& out, const Field& f) { append_bool(out, f.has(kNillable) && f.has(kWritable)); }},
    {"picklistValues", picklist_values},
    {"polymorphicForeignKey", flag<kPolymorphic>},
    {"precision",
     [](std::string& out, const Field& f) {
       constexpr int64_t kMoneyPrecision = 18;
       append_number(out, is_money(f) ? kMoneyPrecision : int64_t{0});
     }},
    {"queryByDistance",
     [](std::string& out, const Field& f) { append_bool(out, f.kind == FieldKind::kAddress); }},
    {"referenceTargetField", null},
    {"referenceTo", reference_to},
    {"relationshipName", [](std::string& out, const Field& f) { append_text_or_null(out, f.relationship); }},
    {"relationshipOrder", null},
    {"restrictedDelete", constant<false>},
    {"restrictedPicklist", flag<kRestricted>},
    {"scale", zero},
    {"searchPrefilterable", [](std::string& out, const Field& f) { append_bool(out, f.name == "OwnerId"); }},
    {"soapType", [](std::string& out, const Field& f) { append_quoted(out, soap_type(f.kind)); }},
    {"sortable", test<sortable>},
    {"type", [](std::string& out, const Field& f) { append_quoted(out, describe_type(f.kind)); }},
    {"unique",
     [](std::string& out, const Field& f) { append_bool(out, f.name == "Username" || f.has(kUnique)); }},
    {"updateable", flag<kUpdateable>},
    {"writeRequiresMasterRead", constant<false>},
};

void append_field(std::string& out, const Field& field) {
  char separator = '{';
  for (const FieldKey& k : kFieldKeys) {
    out += separator;
    append_quoted(out, k.key);
    out += ':';
    k.write(out, field);
    separator = ',';
  }
  out += '}';
}

struct ObjectKey {
  std::string_view key;
  bool (*value)(const ObjectRow&);
};
constexpr bool yes(const ObjectRow&) {
  return true;
}
constexpr bool no(const ObjectRow&) {
  return false;
}
constexpr ObjectKey kObjectFlags[] = {
    {"activateable", no},
    {"createable", [](const ObjectRow& o) { return o.createable; }},
    {"custom", [](const ObjectRow& o) { return o.custom && o.name.ends_with("__c"); }},
    {"customSetting", no},
    {"deepCloneable", no},
    {"deletable", [](const ObjectRow& o) { return o.deletable; }},
    {"deprecatedAndHidden", no},
    {"feedEnabled", yes},
    {"hasSubtypes", no},
    {"isInterface", no},
    {"isSubtype", no},
    {"layoutable", yes},
    {"mergeable", [](const ObjectRow& o) { return o.mergeable; }},
    {"mruEnabled", yes},
    {"queryable", yes},
    {"replicateable", yes},
    {"retrieveable", yes},
    {"searchable", yes},
    {"triggerable", yes},
    // What can be merged has a recycle bin, too, and so have custom objects: User and Group have neither.
    {"undeletable", [](const ObjectRow& o) { return o.mergeable || o.custom; }},
    {"updateable", yes},
};

// The keys that both forms of an object have; without its braces.
void append_object_keys(std::string& out, const ObjectRow& o, std::string_view version) {
  out += "\"associateEntityType\":null,\"associateParentEntity\":null";
  for (const ObjectKey& k : kObjectFlags) {
    out += ",\"";
    out += k.key;
    out += "\":";
    append_bool(out, k.value(o));
  }
  const auto text = [&](std::string_view key, std::string_view value) {
    out += ",\"";
    out += key;
    out += "\":";
    append_quoted(out, value);
  };
  text("keyPrefix", o.key_prefix);
  text("label", o.label);
  text("labelPlural", o.label_plural);
  text("name", o.name);
  const std::string base = "/services/data/" + std::string(version) + "/sobjects/" + std::string(o.name);
  out += ",\"urls\":{\"sobject\":\"" + base + "\",\"describe\":\"" + base + "/describe\",\"rowTemplate\":\"" +
         base + "/{ID}\"}";
}

void append_children(std::string& out, const Org& org, const Table& table, const Knobs& knobs) {
  out += "\"childRelationships\":[";
  bool first = true;
  for (const auto& child : org.tables()) {
    if (!knobs.object_enabled(child->type().name())) continue;
    for (const Field& f : child->type().fields()) {
      const auto& to = f.reference_to;
      if (std::find(to.begin(), to.end(), table.type().name()) == to.end()) continue;
      const bool accounts_contacts = f.name == "AccountId";
      out += first ? "{" : ",{";
      first = false;
      out += "\"cascadeDelete\":";
      append_bool(out, accounts_contacts);
      out += ",\"childSObject\":";
      append_quoted(out, child->type().name());
      out += ",\"deprecatedAndHidden\":false,\"field\":";
      append_quoted(out, f.name);
      out += ",\"junctionIdListNames\":[],\"junctionReferenceTo\":[],\"relationshipName\":";
      append_text_or_null(out, child_relationship(child->type(), f));
      out += ",\"restrictedDelete\":false}";
    }
  }
  out += ']';
}

constexpr std::string_view kMasterRecordType =
    ",\"recordTypeInfos\":[{\"active\":true,\"available\":true,\"defaultRecordTypeMapping\":true,"
    "\"developerName\":\"Master\",\"master\":true,\"name\":\"Master\",\"recordTypeId\":"
    "\"012000000000000AAA\","
    "\"urls\":{}}]";
constexpr std::string_view kRestOfDescribe =
    ",\"actionOverrides\":[],\"compactLayoutable\":true,\"defaultImplementation\":null,\"extendsInterfaces\":"
    "null,"
    "\"implementedBy\":null,\"implementsInterfaces\":null,\"listviewable\":null,\"lookupLayoutable\":null,"
    "\"namedLayoutInfos\":[],\"networkScopeFieldName\":null,\"sobjectDescribeOption\":\"FULL\","
    "\"supportedScopes\":[{\"label\":\"All records\",\"name\":\"everything\"},"
    "{\"label\":\"My records\",\"name\":\"mine\"}]";

}  // namespace

std::string describe_global(const Org& org, const Knobs& knobs, std::string_view version) {
  std::string out = "{\"encoding\":\"UTF-8\",\"maxBatchSize\":200,\"sobjects\":[";
  bool first = true;
  for (const auto& table : org.tables()) {
    if (!knobs.object_enabled(table->type().name())) continue;
    out += first ? "{" : ",{";
    first = false;
    append_object_keys(out, table->type().row(), version);
    out += '}';
  }
  return out + "]}";
}

std::string describe_short(const Table& table, std::string_view version) {
  std::string out = "{\"objectDescribe\":{";
  append_object_keys(out, table.type().row(), version);
  return out + "},\"recentItems\":[]}";
}

std::string describe_object(const Org& org, const Table& table, const Knobs& knobs,
                            std::string_view version) {
  std::string out = "{";
  append_object_keys(out, table.type().row(), version);
  out += ',';
  append_children(out, org, table, knobs);
  out += ",\"fields\":[";
  bool first = true;
  for (const Field& f : table.type().fields()) {
    if (!knobs.field_visible(table.type().name(), f.name)) continue;
    if (!first) out += ',';
    first = false;
    append_field(out, f);
  }
  out += ']';
  out += kMasterRecordType;
  out += kRestOfDescribe;
  return out + "}";
}

}  // namespace prospectd::sandbox
