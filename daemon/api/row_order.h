// What the bodies of requests ask of rows beside prospects: cells by their names in the API, tags of a
// prospect. Every fault is noted with its place, so that all of them can be told at once. Pure, any thread.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "daemon/api/edit_order.h"
#include "reconcile/row_edit.h"

namespace prospectd::api {

/// A change as it was asked for, with what could not be read of it.
struct RowBody {
  reconcile::RowEdit edit;
  std::map<size_t, std::string> pointers;  ///< by cell: where its value stands
  std::vector<MemberFault> faults;
};

/// The cells of a row `id` (empty: a new one): as the attributes and relationships of a JSON:API resource, or
/// plain, {"dueAt": …, "owner": "ana@acme.test"}, where a cell may also go by its local name ("due_at").
/// **Errors:** as read_body, for what is no such body at all.
std::variant<RowBody, Refusal> parse_row_edit(const std::string& body, const std::string& id,
                                              const reconcile::RowKind& kind);
/// The faults of a planned change, at their places.
std::vector<MemberFault> faults_at(const RowBody& body, const std::vector<reconcile::RowFault>& faults);

/// {"data": [{"type": "tags", "id": "5"}, …]}: the numbers, at most `most`.
std::variant<std::vector<int64_t>, Refusal> parse_linkage(const std::string& body, const std::string& type,
                                                          size_t most);

}  // namespace prospectd::api
