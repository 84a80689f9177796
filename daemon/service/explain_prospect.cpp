// What there is to say of a prospect: who it is, what it follows, what waits, and how it came about.
#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "daemon/service/explain.h"
#include "daemon/service/row_names.h"
#include "mapping/email_key.h"
#include "reconcile/merge.h"

namespace prospectd::service {
namespace {

namespace field = mapping::field;

class ProspectExplainer {
 public:
  ProspectExplainer(const ExplainContext& context, store::Reader& reader, const store::ProspectRow& row,
                    const RemoteId& asked)
      : context_(context), reader_(reader), row_(row), asked_(asked) {}

  Result<Explanation> explain() {
    out_.subject = subject();
    add_person();
    PD_TRY(add_owner());
    add_fact("account", row_.account_name);
    add_fact("tags", list_words(row_.tags));
    PD_ASSIGN(outbox, reader_.outbox_of(row_.prospect.id));
    for (const reconcile::Link& link : row_.links) {
      PD_TRY(add_link(link));
      const bool goes_out =
          std::ranges::count(outbox, link.connection, &reconcile::OutboxEntry::connection) > 0;
      if (!goes_out) add_what_stays(link);
    }
    add_outbox_facts(context_, outbox, out_);
    PD_TRY(add_held());
    PD_ASSIGN(journal, reader_.journal_of(row_.prospect.id, kJournalRowsMax));
    PD_ASSIGN(lineage, lineage_in(journal));
    for (const reconcile::LineageEntry& entry : lineage)
      add_fact("record", lineage_words(entry) + " on " + format_timestamp_seconds(entry.at));
    add_fact("created", format_timestamp_seconds(row_.prospect.created_at));
    add_fact("last changed", format_timestamp_seconds(row_.prospect.updated_at));
    add_journal(journal, lineage);
    add_next();
    return std::move(out_);
  }

 private:
  void add_fact(const char* name, std::string value) {
    if (!value.empty()) out_.facts.emplace_back(name, std::move(value));
  }

  std::string text(size_t at) const {
    return at < row_.prospect.fields.size() ? row_.prospect.fields[at].to_text() : std::string{};
  }

  std::string subject() const {
    std::string words = prospect_words(row_.prospect.id) + " · " + person_words(row_.prospect);
    if (row_.links.empty()) return words + " · not linked to a CRM record";
    std::vector<std::string> records;
    for (const reconcile::Link& link : row_.links)
      records.push_back(record_words(link.object, link.remote) + (link.deleted ? " (deleted)" : ""));
    return words + " · linked to " + list_words(records);
  }

  void add_person() {
    add_fact("title", text(field::kTitle));
    add_fact("company", text(field::kCompany));
    add_fact("stage", text(field::kStage));
    std::vector<std::string> typed;
    for (const reconcile::Address& address : row_.prospect.addresses)
      typed.push_back(address.typed.empty() ? address.key : address.typed);
    add_fact("email", typed.empty() ? no_address_words() : list_words(typed));
    const bool* opted_out = field::kOptedOut < row_.prospect.fields.size()
                                ? row_.prospect.fields[field::kOptedOut].get<bool>()
                                : nullptr;
    if (opted_out != nullptr && *opted_out) add_fact("opted out", "yes; only a person here can undo that");
  }

  std::string no_address_words() const {
    const std::string typed = text(field::kEmail);
    return typed.empty() ? "none, so nothing can be matched with this prospect"
                         : quoted_words(typed) +
                               " is not a usable address, so nothing can be matched with this prospect";
  }

  const reconcile::PendingRef* pending_in(const reconcile::Link& link, size_t at) const {
    const auto found = std::ranges::find(link.pending, at, &reconcile::PendingRef::field);
    return found == link.pending.end() ? nullptr : &*found;
  }

  Result<void> add_owner() {
    std::string words = row_.owner_name.empty() ? "nobody" : row_.owner_name;
    for (const reconcile::Link& link : row_.links) {
      const reconcile::PendingRef* pending = pending_in(link, field::kOwner);
      if (pending == nullptr) continue;
      PD_ASSIGN(owner, owner_words(reader_, link.connection, pending->remote));
      words += ": its owner in the CRM is " + owner + "; the policy left it " +
               (row_.owner_name.empty() ? "unassigned" : "with " + row_.owner_name);
    }
    add_fact("owner", std::move(words));
    return {};
  }

  Result<void> add_link(const reconcile::Link& link) {
    std::string words = record_words(link.object, link.remote) + " of " +
                        connection_words(context_.connections, link.connection);
    if (link.version == Timestamp{}) {
      words += ", not read yet under this id";
    } else {
      words += ", as of " + format_timestamp_seconds(link.version);
    }
    if (link.deleted) words += "; it is deleted in the CRM, and comes back here when it is restored there";
    add_fact("linked to", std::move(words));
    add_waiting_account(link);
    PD_TRY(add_waiting_address(link));
    add_differences(link);
    return {};
  }

  void add_waiting_account(const reconcile::Link& link) {
    const reconcile::PendingRef* pending = pending_in(link, field::kAccount);
    if (pending == nullptr) return;
    add_fact("waits for", "account " + pending->remote.str() +
                              ", which is not known here yet; it is set when that account is read");
  }

  Result<void> add_waiting_address(const reconcile::Link& link) {
    const reconcile::PendingRef* pending = pending_in(link, field::kEmail);
    if (pending == nullptr) return {};
    PD_ASSIGN(holder, reader_.find_by_email(pending->remote.str()));
    const std::string who = holder ? "prospect " + std::to_string(holder->value) : "no prospect any more";
    add_fact("waits for", "the address " + pending->remote.str() +
                              ", which its CRM record has and which belongs to " + who +
                              "; it moves here when it is free");
    if (holder) asked_next_.push_back("prospectd explain prospect " + std::to_string(holder->value));
    return {};
  }

  // What both sides hold where they were left apart on purpose: by a rule, a direction or a review.
  void add_differences(const reconcile::Link& link) {
    for (const auto& [at, agreed] : link.shadow) {
      if (at >= context_.schema.size() || agreed.remote == agreed.local || agreed.restore) continue;
      add_fact("differs", context_.schema.fields()[at].name + ": the CRM has " +
                              side_words(at, agreed.remote) + ", the prospect " +
                              side_words(at, agreed.local) + "; it stays so until one side changes");
    }
  }

  // Changes made here that wait for nothing: their direction, or a switch, keeps them here.
  void add_what_stays(const reconcile::Link& link) {
    for (const auto& [at, agreed] : link.shadow) {
      const auto& fields = row_.prospect.fields;
      if (at >= fields.size() || agreed.restore || reconcile::same_value(agreed.local, fields[at])) continue;
      add_fact("stays here", context_.schema.fields()[at].name + ": " + side_words(at, fields[at]) +
                                 ", changed here from " + side_words(at, agreed.local) +
                                 ", and not to be written to " +
                                 connection_words(context_.connections, link.connection));
    }
  }

  // Owners and accounts by name.
  std::string side_words(size_t at, const mapping::Value& value) {
    if (value.is_blank()) return "nothing";
    const auto* number = value.get<int64_t>();
    if ((at != field::kOwner && at != field::kAccount) || number == nullptr)
      return quoted_words(value.to_text());
    return RowNames(reader_).of(at == field::kOwner ? "users" : "accounts", *number);
  }

  Result<void> add_held() {
    PD_ASSIGN(rows, reader_.duplicates_of(row_.prospect.id));
    for (const reconcile::Duplicate& row : rows) {
      if (!row.open) continue;
      add_fact("held back", record_words(row.object, row.remote) + " (duplicate " +
                                std::to_string(row.id.value) +
                                "): " + std::string(reconcile::sentence_of(reason_of(row.kind))));
      asked_next_.push_back("prospectd explain duplicate " + std::to_string(row.id.value));
    }
    return {};
  }

  bool is_linked_now(const RemoteId& remote) const {
    return std::ranges::find(row_.links, remote, &reconcile::Link::remote) != row_.links.end();
  }

  // The ids that the prospect was linked to before: what was asked for and what the journal names, followed
  // to the link of now. The longest such chain, oldest first.
  Result<std::vector<reconcile::LineageEntry>> lineage_in(const std::vector<store::JournalRow>& journal) {
    std::set<RemoteId> ids;
    if (!asked_.empty()) ids.insert(asked_);
    for (const store::JournalRow& row : journal) {
      if (ids.size() < kEarlierIdsMax && !row.entry.remote.empty()) ids.insert(row.entry.remote);
    }
    std::vector<reconcile::LineageEntry> longest;
    for (const RemoteId& id : ids) {
      if (is_linked_now(id)) continue;
      PD_ASSIGN(chain, reader_.lineage_of(id));
      if (chain.size() > longest.size() && is_linked_now(chain.back().to)) longest = std::move(chain);
    }
    return longest;
  }

  // The record of the creation: the one linked now, unless the link has moved since; then the first of the
  // lineage, when all of it is known.
  RemoteId created_as(const std::vector<store::JournalRow>& journal,
                      const std::vector<reconcile::LineageEntry>& lineage) const {
    const auto moved = [](const store::JournalRow& row) {
      return row.entry.reason == reconcile::Reason::kConverted ||
             row.entry.reason == reconcile::Reason::kMerged;
    };
    const auto moves = static_cast<size_t>(std::ranges::count_if(journal, moved));
    if (moves == 0 && row_.links.size() == 1) return row_.links.front().remote;
    return moves > 0 && lineage.size() >= moves ? lineage.front().from : RemoteId{};
  }

  // The address that it has now, or, where that has changed since, the one that was lost to the first change.
  bool created_keyless(const std::vector<store::JournalRow>& journal) const {
    const std::string& email = context_.schema.fields()[field::kEmail].name;
    for (const store::JournalRow& row : journal) {
      if (row.entry.field == email && !row.entry.before.empty() && !row.entry.after.empty())
        return !has_key(row.entry.before);
    }
    return row_.prospect.addresses.empty();
  }

  // A text of the journal, as JSON.
  static bool has_key(const std::string& address) {
    const auto typed = nlohmann::json::parse(address, nullptr, false);
    return typed.is_string() && mapping::email_key(typed.get<std::string>()).has_value();
  }

  void add_journal(const std::vector<store::JournalRow>& journal,
                   const std::vector<reconcile::LineageEntry>& lineage) {
    JournalFocus focus;
    RowNames names(reader_);
    focus.row = &row_;
    focus.names = &names;
    focus.created_as = created_as(journal, lineage);
    focus.created_keyless = created_keyless(journal);
    for (const store::JournalRow& row : journal)
      out_.because.push_back(because_of(row, focus));
    if (journal.size() >= kJournalRowsMax) {
      add_fact("journal", "the newest " + std::to_string(kJournalRowsMax) + " entries; there are older ones");
    }
  }

  void add_next() {
    std::ranges::copy(asked_next_, std::back_inserter(out_.next));
    if (out_.next.size() > kNextMax) out_.next.resize(kNextMax);
    out_.next.emplace_back("prospectd sync --dry-run");
  }

  static constexpr size_t kNextMax = 5;

  const ExplainContext& context_;
  store::Reader& reader_;
  const store::ProspectRow& row_;
  const RemoteId& asked_;
  Explanation out_;
  std::vector<std::string> asked_next_;
};

}  // namespace

Result<Explanation> explain_prospect(const ExplainContext& context, store::Reader& reader,
                                     const store::ProspectRow& row, const RemoteId& asked) {
  return ProspectExplainer(context, reader, row, asked).explain();
}

}  // namespace prospectd::service
