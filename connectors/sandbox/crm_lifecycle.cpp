// What happens to whole records: delete, undelete, purge, convert, merge (SALESFORCE_API §14.3–14.5).
#include <algorithm>

#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/crm_model.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;

struct Copied {
  std::string_view from;
  std::string_view to;
};
constexpr Copied kLeadToContact[] = {
    {"Salutation", "Salutation"},
    {"FirstName", "FirstName"},
    {"LastName", "LastName"},
    {"Title", "Title"},
    {"Email", "Email"},
    {"Phone", "Phone"},
    {"MobilePhone", "MobilePhone"},
    {"Street", "MailingStreet"},
    {"City", "MailingCity"},
    {"State", "MailingState"},
    {"PostalCode", "MailingPostalCode"},
    {"Country", "MailingCountry"},
    {"LeadSource", "LeadSource"},
    {"Description", "Description"},
    {"HasOptedOutOfEmail", "HasOptedOutOfEmail"},
    {"DoNotCall", "DoNotCall"},
};
constexpr Copied kLeadToAccount[] = {
    {"Company", "Name"},
    {"Phone", "Phone"},
    {"Website", "Website"},
    {"Industry", "Industry"},
    {"AnnualRevenue", "AnnualRevenue"},
    {"NumberOfEmployees", "NumberOfEmployees"},
    {"Street", "BillingStreet"},
    {"City", "BillingCity"},
    {"State", "BillingState"},
    {"PostalCode", "BillingPostalCode"},
    {"Country", "BillingCountry"},
    {"Rating", "Rating"},
    {"LeadSource", "AccountSource"},
};
constexpr std::string_view kConvertedStatus = "Closed - Converted";

// Copies what the target lacks. Both rows are of one org, so a text's address serves both.
void copy_missing(const Table& from, Row source, Table& to, Row target, std::span<const Copied> fields) {
  for (const Copied& f : fields) {
    const int column = to.type().column(f.to);
    if (to.is_null(target, column))
      to.set_cell(target, column, from.cell(source, from.type().column(f.from)));
  }
}

}  // namespace

Outcome<Change> Org::remove(std::string_view id) {
  settle();
  PD_ASSIGN(place, find_live({}, id));
  Table& t = *place.table;
  if (!t.type().row().deletable) {
    return api_error(std::string(code::kInsufficientAccess),
                     "entity type cannot be deleted: " + std::string(t.type().name()));
  }
  if (guard_ != nullptr) PD_TRY(guard_({t, place.row, "delete"}));
  const Recording recording(*this);
  recorder_.note(ChangeKind::kDelete, t, place.row);
  if (t.type().name() == "Account") {
    Table& contacts = *table("Contact");
    const int account = contacts.type().column("AccountId");
    const std::string_view key = t.id(place.row);
    for (Row row = 0; row < contacts.rows(); ++row) {
      if (contacts.state(row) != RowState::kLive || contacts.text(row, account) != key) continue;
      recorder_.note(ChangeKind::kDelete, contacts, row);
      const Place contact{&contacts, row};
      remember(contact);
      contacts.set_state(row, RowState::kDeleted);
      touched(contact, std::max(now_seconds(), contacts.stamp_seconds(row)));
    }
  }
  ++writes_;
  remember(place);
  // Objects without a recycle bin lose the record for good.
  t.set_state(place.row, t.type().system().deleted >= 0 ? RowState::kDeleted : RowState::kPurged);
  return touched(place, std::max(now_seconds(), t.stamp_seconds(place.row)));
}

Outcome<Change> Org::undelete(std::string_view id) {
  settle();
  PD_ASSIGN(place, find_any(id));
  Table& t = *place.table;
  if (t.state(place.row) != RowState::kDeleted) {
    return api_error("UNDELETE_FAILED", "Entity is not in the recycle bin");
  }
  PD_TRY(check_unique_row(place));
  ++writes_;
  const Recording recording(*this);
  recorder_.note(ChangeKind::kUndelete, t, place.row);
  t.set_state(place.row, RowState::kLive);
  if (t.type().system().master >= 0) t.set_null(place.row, t.type().system().master);
  return touched(place, std::max(now_seconds(), t.stamp_seconds(place.row)));
}

Outcome<Change> Org::purge(std::string_view id) {
  settle();
  PD_ASSIGN(place, find_any(id));
  ++writes_;
  remember(place);
  Table& t = *place.table;
  t.set_state(place.row, RowState::kPurged);
  return Change{std::string(t.type().name()), std::string(t.id(place.row)), now(), now()};
}

Outcome<Org::Place> Org::find_reference(std::string_view object, std::string_view id) {
  auto place = find_live(object, id);
  if (!place) return api_error(std::string(code::kInvalidCrossReferenceKey), "invalid cross reference id");
  return place;
}

std::string Org::owner_of_converted(const Place& lead, const std::string& asked) {
  const std::string_view owner =
      asked.empty() ? lead.table->text(lead.row, lead.table->type().system().owner) : std::string_view(asked);
  const Table& users = *table("User");
  const auto row = users.find(owner);
  const bool active = row && users.flag(*row, users.type().column("IsActive"));
  return active ? std::string(owner) : run_as_user();
}

Outcome<Org::Place> Org::converted_account(const Conversion& conversion, const Place& lead,
                                           const std::string& owner) {
  if (!conversion.account.empty()) return find_reference("Account", conversion.account);
  if (!conversion.contact.empty()) {
    PD_ASSIGN(contact, find_reference("Contact", conversion.contact));
    const auto of_contact = contact.table->text(contact.row, contact.table->type().column("AccountId"));
    if (!of_contact.empty()) return find_reference("Account", of_contact);
  }
  Table& accounts = *table("Account");
  const Row row = insert(accounts, next_id(accounts), {}, now_seconds());
  copy_missing(*lead.table, lead.row, accounts, row, kLeadToAccount);
  accounts.set_shared_text(row, accounts.type().system().owner, owner);
  derive(accounts, row);
  return Place{&accounts, row};
}

Outcome<Org::Place> Org::converted_contact(const Conversion& conversion, const Place& lead,
                                           const Place& account, const std::string& owner) {
  Table& contacts = *table("Contact");
  const int account_column = contacts.type().column("AccountId");
  if (!conversion.contact.empty()) {
    PD_ASSIGN(place, find_reference("Contact", conversion.contact));
    recorder_.note(ChangeKind::kUpdate, contacts, place.row);
    copy_missing(*lead.table, lead.row, contacts, place.row, kLeadToContact);
    if (contacts.is_null(place.row, account_column)) {
      contacts.set_shared_text(place.row, account_column, account.table->id(account.row));
    }
    touched(place, std::max(now_seconds(), contacts.stamp_seconds(place.row)));
    return place;
  }
  const Row row = insert(contacts, next_id(contacts), {}, now_seconds());
  for (const std::string_view flag : {"HasOptedOutOfEmail", "DoNotCall"}) {
    contacts.set_cell(row, contacts.type().column(flag),
                      lead.table->cell(lead.row, lead.table->type().column(flag)));
  }
  copy_missing(*lead.table, lead.row, contacts, row, kLeadToContact);
  contacts.set_shared_text(row, contacts.type().system().owner, owner);
  contacts.set_shared_text(row, account_column, account.table->id(account.row));
  derive(contacts, row);
  return Place{&contacts, row};
}

Outcome<Converted> Org::convert(const Conversion& conversion) {
  settle();
  PD_ASSIGN(lead, find_live("Lead", conversion.lead));
  Table& leads = *lead.table;
  const auto column = [&](std::string_view name) { return leads.type().column(name); };
  if (leads.flag(lead.row, column("IsConverted"))) {
    return api_error(std::string(code::kCannotUpdateConvertedLead), "cannot reference converted lead");
  }
  if (!conversion.contact.empty()) PD_TRY(find_reference("Contact", conversion.contact));
  const std::string owner = owner_of_converted(lead, conversion.owner);
  const Recording recording(*this);
  PD_ASSIGN(account, converted_account(conversion, lead, owner));
  PD_ASSIGN(contact, converted_contact(conversion, lead, account, owner));

  ++writes_;
  Converted out;
  out.account = account.table->id(account.row);
  out.contact = contact.table->id(contact.row);
  recorder_.note(ChangeKind::kUpdate, leads, lead.row);
  leads.set_flag(lead.row, column("IsConverted"), true);
  leads.set_shared_text(lead.row, column("Status"), kConvertedStatus);
  leads.set_date(lead.row, column("ConvertedDate"), std::chrono::floor<std::chrono::days>(now()));
  leads.set_shared_text(lead.row, column("ConvertedAccountId"), out.account);
  leads.set_shared_text(lead.row, column("ConvertedContactId"), out.contact);
  out.lead = touched(lead, std::max(now_seconds(), leads.stamp_seconds(lead.row)));
  return out;
}

void Org::move_children(const Table& table, std::string_view from, std::string_view to) {
  for (auto& t : tables_) {
    for (const Field& field : t->type().fields()) {
      const bool points_here = field.kind == FieldKind::kReference && field.has(kUpdateable) &&
                               field.reference_to.front() == table.type().name();
      if (!points_here) continue;
      for (Row row = 0; row < t->rows(); ++row) {
        if (t->state(row) == RowState::kPurged || t->text(row, field.column) != from) continue;
        recorder_.note(ChangeKind::kUpdate, *t, row);
        t->set_shared_text(row, field.column, to);
        touched(Place{t.get(), row}, std::max(now_seconds(), t->stamp_seconds(row)));
      }
    }
  }
}

Outcome<Change> Org::merge(std::string_view winner, const std::vector<std::string>& losers) {
  settle();
  PD_ASSIGN(place, find_live({}, winner));
  Table& t = *place.table;
  if (!t.type().row().mergeable || losers.empty() || losers.size() > kMergeLosersMax) {
    return api_error(std::string(code::kInvalidCrossReferenceKey),
                     "a merge takes one or two other records of an Account, a Contact or a Lead");
  }
  std::vector<Place> beaten;
  for (const std::string& id : losers) {
    PD_ASSIGN(loser, find_live(t.type().name(), id));
    const bool known =
        std::any_of(beaten.begin(), beaten.end(), [&](const Place& p) { return p.row == loser.row; });
    if (loser.row == place.row || known) {
      return api_error(std::string(code::kInvalidCrossReferenceKey), "a record can't be merged with itself");
    }
    beaten.push_back(loser);
  }
  ++writes_;
  const Recording recording(*this);
  recorder_.note(ChangeKind::kUpdate, t, place.row);
  for (const Place& loser : beaten) {
    recorder_.note(ChangeKind::kDelete, t, loser.row);
    move_children(t, t.id(loser.row), t.id(place.row));
    t.set_state(loser.row, RowState::kDeleted);
    t.set_shared_text(loser.row, t.type().system().master, t.id(place.row));
    touched(loser, std::max(now_seconds(), t.stamp_seconds(loser.row)));
  }
  return touched(place, std::max(now_seconds(), t.stamp_seconds(place.row)));
}

}  // namespace prospectd::sandbox
