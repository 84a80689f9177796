#include "daemon/service/undo_rows.h"

#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include <nlohmann/json.hpp>

#include "reconcile/merge.h"

namespace prospectd::service {
namespace {

using mapping::LocalType;
using mapping::Value;
using reconcile::JournalEntry;
using reconcile::UndoItem;
using reconcile::UndoWay;
using Tree = nlohmann::json;

constexpr reconcile::UndoRule kOfOtherRows{
    reconcile::Reason::kLocalEdit, UndoWay::kRefused,
    "what was made or changed beside prospects is changed back by hand: prospectd set"};

Tree tree_of_journal(const std::string& text) {
  return Tree::parse(text.begin(), text.end(), nullptr, false);
}

// A text of the journal as the field's kind; as it is where it does not read as one.
Value typed_text(const std::string& text, LocalType type) {
  if (type == LocalType::kDate) {
    if (const auto date = parse_date(text)) return Value(*date);
  }
  if (type == LocalType::kDateTime) {
    if (const auto time = parse_timestamp(text)) return Value(*time);
  }
  return Value(text);
}

Value value_in(const Tree& tree, LocalType type) {
  if (tree.is_boolean()) return Value(tree.get<bool>());
  if (tree.is_number_integer() && type != LocalType::kNumber) return Value(tree.get<int64_t>());
  if (tree.is_number()) return Value(tree.get<double>());
  return tree.is_string() ? typed_text(tree.get<std::string>(), type) : Value::null();
}

// The decision for the prospect keeps both sides in its words alone.
bool read_sides(const JournalEntry& entry, LocalType type, UndoItem& item) {
  const Tree sides = tree_of_journal(entry.detail);
  if (!sides.is_object() || !sides.contains("crm") || !sides.contains("prospect")) return false;
  item.before = value_in(sides["crm"], type);
  item.after = value_in(sides["prospect"], type);
  return true;
}

// A force update has gone over what else was to become of the two values: that is to become of them again.
UndoWay way_of(const JournalEntry& entry, UndoWay way) {
  if (way == UndoWay::kPulled && entry.detail == reconcile::kWasGoingOut) return UndoWay::kProspect;
  if (way == UndoWay::kPulled && entry.detail == reconcile::kWasInReview) return UndoWay::kReviewTaken;
  if (way == UndoWay::kCrm && entry.detail == reconcile::kWasInReview) return UndoWay::kReviewKept;
  return way;
}

/// Nothing where the row tells of no change of a value.
bool read_item(const JournalEntry& entry, LocalType type, UndoItem& item) {
  item.prospect = entry.prospect;
  item.remote = entry.remote;
  if (item.way == UndoWay::kReviewReopened) return true;
  const bool sides = item.way == UndoWay::kReviewKept && entry.reason != reconcile::Reason::kForcedToCrm;
  if (sides) return read_sides(entry, type, item);
  if (entry.before.empty() && entry.after.empty()) return false;
  item.before = value_in(tree_of_journal(entry.before), type);
  item.after = value_in(tree_of_journal(entry.after), type);
  return true;
}

using Place = std::pair<ProspectId, size_t>;  // a prospect's field
using Apart = std::map<Place, std::vector<reconcile::HeldApart>>;

// The row stands before that of the change which it is about.
void note_apart(const JournalEntry& entry, size_t at, LocalType type, Apart& apart) {
  const Value held = value_in(tree_of_journal(entry.before), type);
  apart[{entry.prospect, at}].push_back({at, entry.remote, held});
}

UndoTold refusal_of(const JournalEntry& entry, const reconcile::UndoRule& rule) {
  UndoTold told;
  told.prospect = entry.prospect;
  told.prospects = entry.count;
  told.field = entry.field;
  told.outcome = reconcile::UndoOutcome::kRefused;
  told.reason = code_of(entry.reason);
  told.message = rule.why;
  constexpr std::string_view kOf = "of ";  // a write names the cause that it carries: "of c-12, …"
  if (entry.reason == reconcile::Reason::kPushed && entry.detail.starts_with(kOf)) {
    const size_t end = std::min(entry.detail.find(','), entry.detail.size());
    told.message += ": prospectd undo " + entry.detail.substr(kOf.size(), end - kOf.size());
  }
  return told;
}

}  // namespace

UndoRows undo_rows_of(const mapping::LocalSchema& schema, const std::vector<store::JournalRow>& rows) {
  UndoRows out;
  std::map<std::tuple<ProspectId, size_t, UndoWay, std::string>, UndoItem> items;
  Apart apart;
  for (const store::JournalRow& row : rows) {
    const JournalEntry& entry = row.entry;
    const reconcile::UndoRule& rule = entry.row != 0 ? kOfOtherRows : reconcile::undo_rule(entry.reason);
    if (rule.way == UndoWay::kRefused) out.refused.push_back(refusal_of(entry, rule));
    const size_t at = schema.find(entry.field);
    if (at != mapping::LocalSchema::npos && entry.reason == reconcile::Reason::kStoodApart)
      note_apart(entry, at, schema.fields()[at].type, apart);
    if (rule.way == UndoWay::kNote || rule.way == UndoWay::kRefused || at == mapping::LocalSchema::npos)
      continue;
    UndoItem item;
    item.field = at;
    item.way = way_of(entry, rule.way);
    if (!read_item(entry, schema.fields()[at].type, item)) continue;
    const std::string record = item.way == UndoWay::kProspect ? std::string() : entry.remote.str();
    const auto [place, is_new] = items.try_emplace({item.prospect, at, item.way, record}, item);
    if (!is_new) place->second.after = item.after;  // the value before is that of the first row
    const bool kept = entry.detail == reconcile::kKeptHere;
    place->second.kept_here = kept && (is_new || place->second.kept_here);
    const auto held = apart.extract(Place{item.prospect, at});
    if (is_new && held && item.way == UndoWay::kProspect) place->second.held_apart = held.mapped();
  }
  for (auto& [key, item] : items)
    out.items.push_back(std::move(item));
  return out;
}

void note_overruled(const mapping::LocalSchema& schema, const std::vector<store::JournalRow>& of_prospect,
                    UndoItem& item) {
  const mapping::LocalField& field = schema.fields()[item.field];
  std::optional<Value> held;
  for (const store::JournalRow& row : of_prospect) {
    if (row.entry.field != field.name) continue;
    const Tree sides = tree_of_journal(row.entry.detail);
    if (!sides.is_object() || !sides.contains("crm") || !sides.contains("agreed")) continue;
    const bool is_about_it =
        reconcile::same_value(value_in(sides.value("prospect", Tree()), field.type), item.after) &&
        reconcile::same_value(value_in(sides["agreed"], field.type), item.before);
    if (!is_about_it) continue;
    if (item.way == UndoWay::kCrm) {
      if (row.entry.remote == item.remote) held = value_in(sides["crm"], field.type);
      continue;
    }
    std::erase_if(item.held_apart,
                  [&](const reconcile::HeldApart& one) { return one.remote == row.entry.remote; });
    item.held_apart.push_back({item.field, row.entry.remote, value_in(sides["crm"], field.type)});
  }
  if (held) item.before = *std::move(held);
}

}  // namespace prospectd::service
