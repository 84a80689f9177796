#include "tests/sim/sim_journal.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

namespace prospectd::test {
namespace {

namespace field = mapping::field;
using reconcile::Reason;
using store::JournalRow;

constexpr size_t kRowsMax = 100'000;
constexpr std::string_view kUndone = "undone: c-";
constexpr size_t kChained[] = {field::kFirstName, field::kLastName, field::kTitle, field::kPhone,
                               field::kCompany};

// A row that tells of the CRM's side alone.
bool is_of_crm(const JournalRow& row) {
  const Reason reason = row.entry.reason;
  return reason == Reason::kForcedToCrm || reason == Reason::kGivenBack || reason == Reason::kPushed;
}

// The cause that a row takes back; none: it takes none back.
std::optional<CauseId> undone_by(const JournalRow& row) {
  const std::string& detail = row.entry.detail;
  if (!detail.starts_with(kUndone)) return std::nullopt;
  int64_t number = 0;
  std::from_chars(detail.data() + kUndone.size(), detail.data() + detail.size(), number);
  return CauseId{number};
}

std::string words_of(const JournalRow& row) {
  return "row " + std::to_string(row.id) + " (" + std::string(code_of(row.entry.reason)) + ", " +
         row.entry.before + " -> " + row.entry.after + ")";
}

class JournalCheck {
 public:
  JournalCheck(World& world, size_t failures_max)
      : world_(world), reader_(world.reader()), failures_max_(failures_max) {}

  std::vector<std::string> judge() {
    for (const store::ProspectRow& row : world_.prospects()) {
      const auto journal = reader_->journal_of(row.prospect.id, kRowsMax);
      if (!journal) {
        fail("the journal of prospect " + std::to_string(row.prospect.id.value) + " can't be read");
        continue;
      }
      for (const size_t at : kChained)
        check_chain(row, at, *journal);
      for (const JournalRow& one : *journal)
        check_undo(one, *journal);
    }
    return std::move(failures_);
  }

  std::set<std::pair<int64_t, size_t>> set_apart() {
    std::set<std::pair<int64_t, size_t>> places;
    for (const store::ProspectRow& row : world_.prospects()) {
      const auto journal = reader_->journal_of(row.prospect.id, kRowsMax);
      if (!journal) continue;
      for (const JournalRow& one : *journal) {
        const bool given_back = one.entry.reason == Reason::kGivenBack;
        // Where the CRM refuses the blank, as it does for an owner, both keep what they have.
        const bool blank_sent = one.entry.reason == Reason::kForcedToCrm && one.entry.after == "null";
        const auto of = undone_by(one);
        if (given_back || blank_sent || (of && root_kind(*of) == "pull"))
          places.emplace(row.prospect.id.value, world_.schema().find(one.entry.field));
      }
    }
    return places;
  }

 private:
  void fail(const std::string& what) {
    if (failures_.size() < failures_max_) failures_.push_back("I7: " + what);
  }

  // Each change begins where the one before it ended, and the last one ended where the prospect is.
  void check_chain(const store::ProspectRow& row, size_t at, const std::vector<JournalRow>& journal) {
    const std::string& name = world_.schema().fields()[at].name;
    const std::string who = "prospect " + std::to_string(row.prospect.id.value) + "'s " + name;
    const JournalRow* last = nullptr;
    for (const JournalRow& one : journal) {
      if (one.entry.field != name || one.entry.after.empty() || is_of_crm(one)) continue;
      if (last != nullptr && one.entry.before != last->entry.after)
        fail(who + ": between " + words_of(*last) + " and " + words_of(one) + " something is missing");
      last = &one;
    }
    const std::string now = row.prospect.fields[at].to_json();
    if (last != nullptr && last->entry.after != now)
      fail(who + " is " + now + ", and its last change says otherwise: " + words_of(*last));
  }

  // What it took away is what its cause had left, what it brought is what the cause had found.
  void check_undo(const JournalRow& undo, const std::vector<JournalRow>& journal) {
    const auto of = undone_by(undo);
    if (!of || undo.entry.after.empty()) return;
    const JournalRow* first = nullptr;
    const JournalRow* last = nullptr;
    for (const JournalRow& one : journal) {
      const bool same = one.cause == *of && one.entry.field == undo.entry.field && !one.entry.after.empty() &&
                        one.entry.reason != Reason::kPushed && is_of_crm(one) == is_of_crm(undo);
      if (!same) continue;
      if (first == nullptr) first = &one;
      last = &one;
    }
    const std::string who = "prospect " + std::to_string(undo.entry.prospect.value) + "'s " +
                            undo.entry.field + ": " + words_of(undo) + " takes back ";
    if (last == nullptr) return fail(who + "what c-" + std::to_string(of->value) + " has not done");
    if (undo.entry.before != last->entry.after) fail(who + "what came after " + words_of(*last));
    if (undo.entry.after != first->entry.before && !was_gone_over(undo, journal))
      fail(who + "more than " + words_of(*first));
  }

  // What the CRM's people had put there meanwhile, and a rule decided against, is given back instead.
  static bool was_gone_over(const JournalRow& undo, const std::vector<JournalRow>& journal) {
    const std::string sides = "{\"crm\":" + undo.entry.after + ",\"prospect\":" + undo.entry.before + ",";
    return is_of_crm(undo) && std::ranges::any_of(journal, [&](const JournalRow& one) {
             return one.entry.field == undo.entry.field && one.entry.detail.starts_with(sides);
           });
  }

  // Of an undo: what the cause was that it, or the one that it undid, took back.
  std::string root_kind(CauseId id) {
    for (;;) {  // ends: an undo is younger than what it undoes
      const auto known = kinds_.find(id.value);
      if (known != kinds_.end()) return known->second;
      const auto cause = reader_->cause(id);
      if (!cause || !*cause) return {};
      if ((*cause)->cause.kind != "undo") return kinds_[id.value] = (*cause)->cause.kind;
      const std::string& of = (*cause)->cause.detail;  // "c-12"
      std::from_chars(of.data() + 2, of.data() + of.size(), id.value);
    }
  }

  World& world_;
  std::unique_ptr<store::Reader> reader_;
  const size_t failures_max_;
  std::map<int64_t, std::string> kinds_;  ///< of causes
  std::vector<std::string> failures_;
};

}  // namespace

std::vector<std::string> judge_journals(World& world, size_t failures_max) {
  return JournalCheck(world, failures_max).judge();
}

std::set<std::pair<int64_t, size_t>> set_apart_on_purpose(World& world) {
  return JournalCheck(world, 0).set_apart();
}

std::set<std::string> renamed_from_here(World& world) {
  std::set<std::string> records;
  const auto reader = world.reader();
  const std::string& last_name = world.schema().fields()[field::kLastName].name;
  for (const store::ProspectRow& row : world.prospects()) {
    const auto journal = reader->journal_of(row.prospect.id, kRowsMax);
    if (!journal) continue;
    for (const JournalRow& one : *journal)
      if (one.entry.reason == Reason::kPushed && one.entry.field == last_name)
        records.insert(one.entry.remote.str());
  }
  return records;
}

}  // namespace prospectd::test
