// What there is to say of a CRM record: linked, held back, set apart, gone on to another id, or nowhere.
#include <algorithm>

#include "daemon/service/explain.h"

namespace prospectd::service {
namespace {

using reconcile::DeadLetter;
using reconcile::Duplicate;
using reconcile::DuplicateKind;
using reconcile::LineageEntry;

constexpr const char* kNextDuplicates = "prospectd duplicates";
constexpr const char* kNextSync = "prospectd sync";

std::string remedy_of(const Duplicate& row) {
  if (!row.open) return "nothing: the row is closed";
  switch (row.kind) {
    case DuplicateKind::kDuplicateEmail:
      return "give one of the two another email address in the CRM, or merge them there; the next poll "
             "judges "
             "the record anew";
    case DuplicateKind::kMergeConflict:
      return "two prospects stand for one CRM record now; merge or change the records in the CRM, so that "
             "each "
             "prospect has one of its own";
    case DuplicateKind::kAmbiguousMatch:
      break;
  }
  return "correct the record's email addresses in the CRM, so that they lead to one prospect; the next poll "
         "judges it anew";
}

std::string policy_words(const std::string& policy) {
  if (policy == "prevent") return "prevent: no second prospect for one address, and no link is moved";
  if (policy == "select_crm_id") {
    return "select_crm_id: a person may choose which record the prospect follows; until then it keeps its "
           "own";
  }
  return policy;
}

Result<void> add_held_facts(store::Reader& reader, const Duplicate& row, Explanation& out) {
  const auto add = [&out](const char* name, std::string value) {
    if (!value.empty()) out.facts.emplace_back(name, std::move(value));
  };
  add("held back", std::string(reconcile::sentence_of(reason_of(row.kind))));
  PD_ASSIGN(holder, reader.prospect(row.prospect));
  add("prospect", std::to_string(row.prospect.value) + (holder ? " · " + person_words(holder->prospect)
                                                               : std::string(" (not there any more)")));
  add("which is linked to", record_words(row.linked_object, row.linked_remote));
  add("address of both", row.email_key);
  add("policy", policy_words(row.policy));
  add("since", format_timestamp_seconds(row.first_seen));
  add("state", row.open ? "open" : "closed");
  add("to do", remedy_of(row));
  out.next.push_back("prospectd explain prospect " + std::to_string(row.prospect.value));
  return {};
}

Result<void> add_journal(store::Reader& reader, const RemoteId& remote, Explanation& out) {
  PD_ASSIGN(rows, reader.journal_of_remote(remote, kJournalRowsMax));
  RowNames names(reader);
  JournalFocus focus;
  focus.created_as = remote;
  focus.names = &names;
  for (const store::JournalRow& row : rows)
    out.because.push_back(because_of(row, focus));
  return {};
}

// A row from before the journal was trimmed still has its reason.
void add_reason_of(const Duplicate& row, Explanation& out) {
  Because step;
  step.at = row.first_seen;
  step.what = std::string(reconcile::sentence_of(reason_of(row.kind))) + " (" +
              record_words(row.object, row.remote) + ")";
  step.reason = reconcile::code_of(reason_of(row.kind));
  out.because.push_back(std::move(step));
}

Result<std::optional<DeadLetter>> find_dead_letter(store::Reader& reader, const RemoteId& remote) {
  DeadLetterId after;
  for (size_t page = 0; page < kSearchPagesMax; ++page) {
    PD_ASSIGN(rows, reader.dead_letters(after, store::kListRowsMax));
    const auto found = std::ranges::find(rows, remote, &DeadLetter::remote);
    if (found != rows.end()) return std::optional(*found);
    if (rows.size() < store::kListRowsMax) break;
    after = rows.back().id;
  }
  return std::optional<DeadLetter>{};
}

void add_dead_letter_facts(const ExplainContext& context, const DeadLetter& letter, Explanation& out) {
  const auto add = [&out](const char* name, std::string value) {
    out.facts.emplace_back(name, std::move(value));
  };
  add("set apart", letter.reason);
  add("connection", connection_words(context.connections, letter.connection));
  if (letter.version) add("version", format_timestamp_seconds(*letter.version));
  add("seen", std::to_string(letter.seen) + (letter.seen == 1 ? " time, on " : " times, last on ") +
                  format_timestamp_seconds(letter.last_seen));
  add("to do", "correct the record in the CRM; when it comes again whole it is taken as if nothing had been");
}

Result<Explanation> explain_dead_letter(const ExplainContext& context, store::Reader& reader,
                                        const DeadLetter& letter) {
  Explanation out;
  out.subject = record_words(letter.object, letter.remote) + " · set apart: it could not be read";
  add_dead_letter_facts(context, letter, out);
  PD_TRY(add_journal(reader, letter.remote, out));
  if (out.because.empty()) {
    Because step;
    step.at = letter.first_seen;
    step.what = std::string(reconcile::sentence_of(reconcile::Reason::kQuarantined)) + ": " + letter.reason;
    step.reason = reconcile::code_of(reconcile::Reason::kQuarantined);
    out.because.push_back(std::move(step));
  }
  out.next.emplace_back(kNextSync);
  return out;
}

void add_lineage(const std::vector<LineageEntry>& steps, Explanation& out) {
  for (const LineageEntry& step : steps)
    out.facts.emplace_back("record", lineage_words(step) + " on " + format_timestamp_seconds(step.at));
}

// A linked record: its prospect, and what concerns this record besides.
Result<Explanation> explain_linked(const ExplainContext& context, store::Reader& reader,
                                   const RemoteId& remote, ProspectId id) {
  PD_ASSIGN(row, reader.prospect(id));
  if (!row) {
    return make_error(ErrorCode::kStateDamaged, "record " + remote.str() + " is linked to prospect " +
                                                    std::to_string(id.value) + ", which is not there");
  }
  PD_ASSIGN(out, explain_prospect(context, reader, *row, remote));
  PD_ASSIGN(held, reader.duplicates_of(remote));
  for (const Duplicate& duplicate : held) {
    if (duplicate.open) PD_TRY(add_held_facts(reader, duplicate, out));
  }
  PD_ASSIGN(letter, find_dead_letter(reader, remote));
  if (letter) add_dead_letter_facts(context, *letter, out);
  return out;
}

Result<Explanation> explain_lineage(const RemoteId& remote, const std::vector<LineageEntry>& steps) {
  Explanation out;
  out.subject = "Record " + remote.str() + " · gone on to another id";
  add_lineage(steps, out);
  out.facts.emplace_back("prospect", "none follows it, or what it became");
  if (!steps.back().to.empty()) out.next.push_back("prospectd explain " + steps.back().to.str());
  return out;
}

// Users, queues and accounts have no page of their own; what is known of them answers most questions.
std::optional<Explanation> explain_other(const reconcile::PageSnapshot& snapshot, const RemoteId& remote) {
  Explanation out;
  if (const auto user = snapshot.users.find(remote); user != snapshot.users.end()) {
    const bool queue = user->second.kind == reconcile::UserKind::kQueue;
    out.subject = (queue ? "Queue " : "User ") + user->second.name + " · " + remote.str();
    out.facts.emplace_back("active", user->second.active ? "yes" : "no");
    out.facts.emplace_back("owns prospects", queue ? "no: a queue owns nothing here, the policy decides"
                                                   : "as the CRM's records say");
    return out;
  }
  const auto account = snapshot.accounts.find(remote);
  if (account == snapshot.accounts.end()) return std::nullopt;
  const auto& fields = account->second.fields;
  out.subject = "Account " +
                (fields.empty() ? std::string{} : fields[mapping::account_field::kName].to_text()) + " · " +
                remote.str();
  out.facts.emplace_back("as of", format_timestamp_seconds(account->second.remote_version));
  if (account->second.deleted) out.facts.emplace_back("deleted", "yes, in the CRM");
  return out;
}

Result<std::optional<Explanation>> find_other(const ExplainContext& context, store::Reader& reader,
                                              const RemoteId& remote) {
  for (const auto& [id, name] : context.connections) {
    reconcile::PageKeys keys;
    keys.connection = id;
    keys.only_references = true;  // then accounts come whole
    keys.users.push_back(remote);
    keys.accounts.push_back(remote);
    PD_ASSIGN(snapshot, reader.snapshot(keys));
    auto found = explain_other(snapshot, remote);
    if (!found) continue;
    found->facts.emplace_back("connection", name);
    found->next.emplace_back("prospectd prospects");
    return found;
  }
  return std::optional<Explanation>{};
}

// What the next cycle makes of it, or what would have to change first.
std::string outlook_of(const engine::Judgement& judgement) {
  switch (judgement.decision.reason) {
    case reconcile::Reason::kConditionNotMet:
      return "change the record so that it meets the condition, or `inbound.create_when` of its type";
    case reconcile::Reason::kInboundCreateOff:
      return "`inbound.create: true` of its type lets such records in";
    case reconcile::Reason::kDeletedUnseen:
      return "restore it in the CRM, if it was deleted by mistake";
    case reconcile::Reason::kConvertedUnseen:
      return "look for the contact that it became";
    default:
      return "nothing: it is taken by the next poll that reads it";
  }
}

// Sentences of reasons tell what was; here some of it is still to come.
std::string judged_words(const reconcile::Decision& decision) {
  if (decision.verdict == reconcile::Verdict::kCreate)
    return "Nothing keeps it out: the next poll that reads it makes a prospect of it";
  if (decision.verdict == reconcile::Verdict::kLink)
    return "A prospect without a CRM record has its email address: the next poll that reads it links the two";
  return std::string(reconcile::sentence_of(decision.reason));
}

}  // namespace

Explanation explain_judged(const RemoteId& remote, const engine::Judgement& judgement) {
  Explanation out;
  out.subject = record_words(judgement.object, remote) + " · no prospect";
  out.facts.emplace_back("in the CRM", "there, and asked for just now");
  out.facts.emplace_back("connection", judgement.connection);
  if (!judgement.unreadable.empty()) {
    out.facts.emplace_back("unreadable", judgement.unreadable);
    out.facts.emplace_back("to do", "correct the record in the CRM");
    return out;
  }
  const reconcile::Reason reason = judgement.decision.reason;
  if (reason == reconcile::Reason::kConditionNotMet && !judgement.condition.empty())
    out.facts.emplace_back("condition", judgement.condition);
  if (judgement.decision.prospect)
    out.facts.emplace_back("prospect",
                           std::to_string(judgement.decision.prospect.value) + " has its address");
  out.facts.emplace_back("to do", outlook_of(judgement));
  Because step;
  step.what = judged_words(judgement.decision);
  step.reason = reconcile::code_of(reason);
  out.because.push_back(std::move(step));
  out.next.emplace_back(kNextSync);
  return out;
}

Error known_nowhere(const RemoteId& remote, const std::optional<Error>& crm) {
  std::string message =
      "the CRM record " + remote.str() +
      " is not known here (looked for it among links, earlier ids, records held back, records "
      "set apart, users and accounts), and ";
  message +=
      crm ? "the CRM could not be asked for it: " + crm->text()
          : "the CRM has no such record of a type that the configuration names, deleted ones included, or "
            "does not show it to prospectd's user";
  return make_error(ErrorCode::kNotFound, std::move(message));
}

Result<Explanation> explain_held(const ExplainContext&, store::Reader& reader,
                                 const std::vector<Duplicate>& rows) {
  const Duplicate& first = rows.front();
  Explanation out;
  out.subject = record_words(first.object, first.remote) + (first.open ? " · held back" : " · was held back");
  for (const Duplicate& row : rows)
    PD_TRY(add_held_facts(reader, row, out));
  PD_TRY(add_journal(reader, first.remote, out));
  if (out.because.empty()) {
    for (const Duplicate& row : rows)
      add_reason_of(row, out);
  }
  out.next.emplace_back(kNextDuplicates);
  return out;
}

Result<Explanation> explain_record(const ExplainContext& context, store::Reader& reader,
                                   const RemoteId& remote) {
  PD_ASSIGN(prospect, reader.find_by_remote(remote));
  if (prospect) return explain_linked(context, reader, remote, *prospect);
  PD_ASSIGN(held, reader.duplicates_of(remote));
  std::ranges::stable_partition(held, &Duplicate::open);
  if (!held.empty()) return explain_held(context, reader, held);
  PD_ASSIGN(letter, find_dead_letter(reader, remote));
  if (letter) return explain_dead_letter(context, reader, *letter);
  PD_ASSIGN(later, reader.lineage_of(remote));
  if (!later.empty()) return explain_lineage(remote, later);
  PD_ASSIGN(other, find_other(context, reader, remote));
  if (other) return *std::move(other);
  return make_error(ErrorCode::kNotFound, "the CRM record " + remote.str() + " is not known here");
}

}  // namespace prospectd::service
