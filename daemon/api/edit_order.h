// What the bodies of requests ask to be changed: a prospect's fields, by their names in the API. Every fault
// is noted with its place, so that all of them can be told at once. Pure, any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "daemon/api/refusal.h"
#include "reconcile/edit.h"

namespace prospectd::api {

/// What is wrong with one member of a body.
struct MemberFault {
  std::string pointer;  ///< into the body
  std::string code;     ///< "field_unknown"
  std::string detail;
  ProspectId holder;  ///< who has the address; 0 for other faults
};

/// An edit as it was asked for, with what could not be read of it.
struct EditBody {
  reconcile::ProspectEdit edit;
  std::map<size_t, std::string> pointers;  ///< by field: where its value stands
  std::vector<MemberFault> faults;
};

constexpr size_t kImportRowsMax = 500;

struct ImportRow {
  int64_t line = 0;  ///< of the file that it is from; told again in the answer
  EditBody body;
};

/// The fields of the prospect `id` (empty: a new one): as the attributes and relationships of a JSON:API
/// resource, {"data": {"type": "prospects", "attributes": {"title": …, "custom": {…}}, "relationships":
/// {"owner": {"data": {"type": "users", "id": "7"}}}}}; or plain, {"title": …, "owner": "ana@acme.test"},
/// where a field may also go by its local name ("first_name", "custom.birthday").
/// **Errors:** as read_body, for what is no such body at all.
std::variant<EditBody, Refusal> parse_prospect_edit(const std::string& body, const std::string& id,
                                                    const mapping::LocalSchema& schema);
/// {"rows": [{"line": 2, "fields": {…}}, …]}, the fields plain as above; or the same as the attributes of a
/// resource. At most kImportRowsMax.
std::variant<std::vector<ImportRow>, Refusal> parse_import(const std::string& body,
                                                           const mapping::LocalSchema& schema);

/// The faults of a planned edit, at their places.
std::vector<MemberFault> faults_at(const EditBody& body, const std::vector<reconcile::EditFault>& faults);

}  // namespace prospectd::api
