// Journal rows as steps of an explanation.
#include <algorithm>
#include <iterator>

#include "daemon/service/explain.h"

namespace prospectd::service {
namespace {

namespace field = mapping::field;

// The owner and the account are numbers in the journal; the one that the prospect has now has a name.
std::string named(const std::string& number, const store::ProspectRow* row, size_t at, const char* kind,
                  const std::string& name) {
  if (number.empty()) return "";
  const bool current = row != nullptr && at < row->prospect.fields.size() &&
                       row->prospect.fields[at].to_text() == number && !name.empty();
  return current ? name : kind + (" " + number);
}

std::string value_text(const std::string& json, const std::string& field_name,
                       const store::ProspectRow* row) {
  std::string text = journal_text(json);
  if (field_name == "owner") {
    return named(text, row, field::kOwner, "user", row == nullptr ? "" : row->owner_name);
  }
  if (field_name == "account") {
    return named(text, row, field::kAccount, "account", row == nullptr ? "" : row->account_name);
  }
  return text;
}

// All creations of a page share one row, which can't know of a single one whether it had an address.
std::string creation_words(const store::JournalRow& row, const JournalFocus& focus) {
  const std::string record = focus.created_as.empty()
                                 ? "a CRM record of type " + row.entry.object
                                 : "CRM record " + record_words(row.entry.object, focus.created_as);
  const bool keyless = focus.row != nullptr && focus.row->prospect.addresses.empty();
  return "created from " + record + ": " +
         (keyless ? "it has no usable email address, so nothing could be matched with it"
                  : "no prospect had its email address");
}

// What somebody did, rather than a poll.
bool is_a_persons(reconcile::Reason reason) {
  using reconcile::Reason;
  constexpr Reason kActs[] = {Reason::kLocalEdit,     Reason::kPushRetried,   Reason::kPushDropped,
                              Reason::kLetterDropped, Reason::kReviewTookCrm, Reason::kReviewKeptProspect,
                              Reason::kUndone,        Reason::kGivenBack,     Reason::kReviewReopened,
                              Reason::kTouched,       Reason::kTagged,        Reason::kUntagged};
  return std::ranges::find(kActs, reason) != std::end(kActs);
}

std::string words_of(const store::JournalRow& row, const JournalFocus& focus) {
  const reconcile::JournalEntry& entry = row.entry;
  if (entry.reason == reconcile::Reason::kCreatedFromCrm) {
    JournalFocus seen = focus;
    if (!entry.remote.empty()) seen.created_as = entry.remote;
    return creation_words(row, seen);
  }
  std::string words(reconcile::sentence_of(entry.reason));
  if (!entry.remote.empty()) words += " (" + record_words(entry.object, entry.remote) + ")";
  if (is_a_persons(entry.reason) && !row.actor.empty()) words += ", by " + row.actor;
  if (entry.detail.empty()) return words;
  return words + ": " + both_sides_words(entry.detail).value_or(entry.detail);
}

}  // namespace

Because because_of(const store::JournalRow& row, const JournalFocus& focus) {
  Because step;
  step.at = row.at;
  step.what = words_of(row, focus);
  step.reason = reconcile::code_of(row.entry.reason);
  if (row.cause) step.cause = "c-" + std::to_string(row.cause.value);
  step.field = row.entry.field;
  step.before = value_text(row.entry.before, row.entry.field, focus.row);
  step.after = value_text(row.entry.after, row.entry.field, focus.row);
  return step;
}

}  // namespace prospectd::service
