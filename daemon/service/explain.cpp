#include "daemon/service/explain.h"

#include <algorithm>

namespace prospectd::service {
namespace {

Result<store::ProspectRow> row_of(store::Reader& reader, ProspectId id) {
  PD_ASSIGN(found, reader.prospect(id));
  if (found) return *std::move(found);
  return make_error(ErrorCode::kNotFound, "there is no prospect " + std::to_string(id.value));
}

Result<Explanation> explain_number(const ExplainContext& context, store::Reader& reader, ProspectId id) {
  PD_ASSIGN(row, row_of(reader, id));
  return explain_prospect(context, reader, row, RemoteId{});
}

// The address itself stays out of the message: errors hold no personal value.
Result<Explanation> explain_address(const ExplainContext& context, store::Reader& reader,
                                    const std::string& key) {
  PD_ASSIGN(found, reader.find_by_email(key));
  if (found) return explain_number(context, reader, *found);
  return make_error(ErrorCode::kNotFound,
                    "no prospect has this email address (looked for its key among all addresses of all "
                    "prospects); a record in the CRM that has it was not read yet, is kept out by its type's "
                    "create_when, or its type is not in the configuration: explain it by its CRM id");
}

// Lists begin with the open rows, so an open one is found at once, a closed one by paging past them.
Result<std::optional<reconcile::Duplicate>> find_duplicate(store::Reader& reader, DuplicateId id) {
  PD_ASSIGN(open, reader.duplicates(DuplicateId{id.value - 1}, 1, true));
  if (!open.empty() && open.front().id == id) return std::optional(open.front());
  DuplicateId after;
  for (size_t page = 0; page < kSearchPagesMax; ++page) {
    PD_ASSIGN(rows, reader.duplicates(after, store::kListRowsMax, false));
    const auto found = std::ranges::find(rows, id, &reconcile::Duplicate::id);
    if (found != rows.end()) return std::optional(*found);
    if (rows.size() < store::kListRowsMax) break;
    after = rows.back().id;
  }
  return std::optional<reconcile::Duplicate>{};
}

Result<Explanation> explain_duplicate(const ExplainContext& context, store::Reader& reader, DuplicateId id) {
  PD_ASSIGN(found, find_duplicate(reader, id));
  if (!found) {
    return make_error(ErrorCode::kNotFound, "there is no duplicate " + std::to_string(id.value) +
                                                " (looked for among all failure rows, open and closed)");
  }
  PD_ASSIGN(explanation, explain_held(context, reader, {*found}));
  explanation.subject = "Duplicate " + std::to_string(id.value) + " · " + explanation.subject;
  return explanation;
}

}  // namespace

std::string lineage_words(const reconcile::LineageEntry& entry) {
  if (entry.to.empty()) return entry.from.str() + " was " + entry.kind;
  return entry.from.str() + " became " + record_words(entry.to_object, entry.to) + " (" + entry.kind + ")";
}

Result<std::string> owner_words(store::Reader& reader, store::ConnectionId connection,
                                const RemoteId& remote) {
  reconcile::PageKeys keys;
  keys.connection = connection;
  keys.users.push_back(remote);
  PD_ASSIGN(snapshot, reader.snapshot(keys));
  const std::string id = "(" + remote.str() + ")";
  const auto found = snapshot.users.find(remote);
  if (found == snapshot.users.end()) return "a user who is not known here " + id;
  const reconcile::User& user = found->second;
  if (user.kind == reconcile::UserKind::kQueue) return "the queue " + user.name + " " + id;
  if (!user.active) return user.name + " " + id + ", who is not active";
  return user.name + " " + id;
}

Result<Explanation> explain_subject(const ExplainContext& context, store::Reader& reader,
                                    const std::string& subject) {
  PD_ASSIGN(asked, parse_subject(subject, context.canonical_id));
  switch (asked.kind) {
    case Subject::Kind::kDuplicate:
      return explain_duplicate(context, reader, DuplicateId{asked.number});
    case Subject::Kind::kAddress:
      return explain_address(context, reader, asked.text);
    case Subject::Kind::kRecord:
      return explain_record(context, reader, RemoteId(asked.text));
    case Subject::Kind::kRow:
      return explain_row(reader, {asked.text, asked.number});
    case Subject::Kind::kProspect:
      break;
  }
  return explain_number(context, reader, ProspectId{asked.number});
}

}  // namespace prospectd::service
