// Journal rows as steps of an explanation.
#include <algorithm>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "daemon/service/explain.h"

namespace prospectd::service {
namespace {

using Tree = nlohmann::json;

// The kind of row that values of a field are numbers of; empty: they are what they are.
std::string referred_type(const std::string& name, const JournalFocus& focus) {
  if (focus.kind != nullptr) {
    const size_t at = focus.kind->find(name);
    return at == reconcile::RowKind::npos ? std::string() : focus.kind->cells[at].to;
  }
  if (name == "owner") return "users";
  return name == "account" ? "accounts" : std::string();
}

std::string value_in_words(const Tree& value, const std::string& name, const JournalFocus& focus) {
  const std::string type = referred_type(name, focus);
  if (!type.empty() && value.is_number_integer()) return focus.names->of(type, value.get<int64_t>());
  if (value.is_null()) return {};
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Tree::error_handler_t::replace);
}

// What was made or taken away is there whole: {"state": "incomplete", "owner": 3}
std::string cells_in_words(const Tree& cells, const JournalFocus& focus) {
  std::string words;
  for (const auto& [name, value] : cells.items())
    words += (words.empty() ? "" : ", ") + name + " " + value_in_words(value, name, focus);
  return words;
}

std::string value_text(const std::string& json, const std::string& name, const JournalFocus& focus) {
  if (json.empty()) return {};
  const Tree value = Tree::parse(json, nullptr, false);
  if (value.is_discarded()) return json;
  const bool whole = focus.kind != nullptr && name.empty() && value.is_object();
  return whole ? cells_in_words(value, focus) : value_in_words(value, name, focus);
}

// All creations of a page share one row, which can't know of a single one whether it had an address.
std::string creation_words(const store::JournalRow& row, const JournalFocus& focus) {
  const std::string record = focus.created_as.empty()
                                 ? "a CRM record of type " + row.entry.object
                                 : "CRM record " + record_words(row.entry.object, focus.created_as);
  return "created from " + record + ": " +
         (focus.created_keyless ? "it has no usable email address, so nothing could be matched with it"
                                : "no prospect had its email address");
}

// What somebody did, rather than a poll.
bool is_a_persons(reconcile::Reason reason) {
  using reconcile::Reason;
  constexpr Reason kActs[] = {Reason::kLocalEdit,     Reason::kPushRetried,   Reason::kPushDropped,
                              Reason::kLetterDropped, Reason::kReviewTookCrm, Reason::kReviewKeptProspect,
                              Reason::kUndone,        Reason::kGivenBack,     Reason::kReviewReopened,
                              Reason::kTouched,       Reason::kTagged,        Reason::kUntagged,
                              Reason::kRowCreated,    Reason::kRowRemoved,    Reason::kAccountAssigned};
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
  step.before = value_text(row.entry.before, row.entry.field, focus);
  step.after = value_text(row.entry.after, row.entry.field, focus);
  if (row.entry.reason == reconcile::Reason::kStoodApart) {  // no change: the change is the next row
    const std::string held = std::exchange(step.before, {});
    step.what += ": " + (held.empty() ? "nothing" : quoted_words(held));
  }
  return step;
}

}  // namespace prospectd::service
