// Explain: everything there is to say of one prospect, task or other row, failure row or CRM record, in full
// words. Internal to the service. Blocking; on the reading thread.
#pragma once

#include <string>
#include <vector>

#include "daemon/service/row_names.h"
#include "daemon/service/service.h"
#include "daemon/service/subject.h"
#include "daemon/service/words.h"

namespace prospectd::service {

struct ExplainContext {
  const mapping::LocalSchema& schema;  ///< outlives the call
  ConnectionNames connections;
  CanonicalId canonical_id;
};

constexpr size_t kJournalRowsMax = 200;  ///< the newest ones of a prospect or record
constexpr size_t kSearchPagesMax = 100;  ///< of kListRowsMax, searched for one failure row or dead letter
constexpr size_t kEarlierIdsMax = 10;    ///< of a prospect's journal, followed through the lineage

/// **Errors:** kNotFound with what was looked for; kInvalidInput; the store's.
Result<Explanation> explain_subject(const ExplainContext& context, store::Reader& reader,
                                    const std::string& subject);

// ---- its parts ----

/// `asked`: the CRM id that led here, or empty.
Result<Explanation> explain_prospect(const ExplainContext& context, store::Reader& reader,
                                     const store::ProspectRow& row, const RemoteId& asked);
/// A record held back; `rows` are its failure rows, at least one.
Result<Explanation> explain_held(const ExplainContext& context, store::Reader& reader,
                                 const std::vector<reconcile::Duplicate>& rows);
/// **Errors:** kNotFound when nothing here knows the record.
Result<Explanation> explain_record(const ExplainContext& context, store::Reader& reader,
                                   const RemoteId& remote);

/// A task, an account, a user, …: of a kind that is editable.
/// **Errors:** kNotFound when there is none, and the journal does not know of one.
Result<Explanation> explain_row(store::Reader& reader, const reconcile::RowName& row);

/// What waits to be written, is under way or in doubt, or was given up and why; and what to look at next.
void add_outbox_facts(const ExplainContext& context, const std::vector<reconcile::OutboxEntry>& entries,
                      Explanation& out);

/// A record that nothing here knows, as the CRM has it now.
Explanation explain_judged(const RemoteId& remote, const engine::Judgement& judgement);
/// The error for one that the CRM does not have either, or could not be asked for.
Error known_nowhere(const RemoteId& remote, const std::optional<Error>& crm);

/// "00Q… became 003… (converted)"
std::string lineage_words(const reconcile::LineageEntry& entry);
/// What the words of a journal row depend on.
struct JournalFocus {
  const store::ProspectRow* row = nullptr;   ///< the prospect explained, or null
  RemoteId created_as;                       ///< the record that it was created from, where that is known
  bool created_keyless = false;              ///< it was created without a usable address
  const reconcile::RowKind* kind = nullptr;  ///< of the row explained, where it is no prospect
  RowNames* names = nullptr;                 ///< what values refer to, by name; never null
};
Because because_of(const store::JournalRow& row, const JournalFocus& focus);

/// An owner or account that a record names and that is no one's here, in words: "the queue Sales (00G…)".
Result<std::string> owner_words(store::Reader& reader, store::ConnectionId connection,
                                const RemoteId& remote);

}  // namespace prospectd::service
