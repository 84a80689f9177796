#include "daemon/service/undo.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "daemon/service/desk.h"
#include "daemon/service/undo_rows.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;
using reconcile::UndoItem;
using reconcile::UndoOutcome;
using reconcile::UndoRow;
using reconcile::UndoWay;
using store::CauseRow;
using store::JournalRow;

constexpr std::string_view kCausePrefix = "c-";
constexpr std::string_view kJobPrefix = "job-";
constexpr size_t kJournalLooked = 1'000;  // rows of one prospect, the newest

std::optional<int64_t> number_after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = problem == std::errc{} && end == text.data() + text.size() && number > 0;
  return whole ? std::optional(number) : std::nullopt;
}

std::string name_of_cause(CauseId id) {
  return std::string(kCausePrefix) + std::to_string(id.value);
}

Error nothing_of_job(const Desk& desk, int64_t number) {
  const auto jobs = desk.reader->jobs();
  if (!jobs) return jobs.error();
  const std::string job = "job " + std::to_string(number);
  const bool known = std::ranges::any_of(*jobs, [&](const auto& one) { return one.id.value == number; });
  return make_error(ErrorCode::kNotFound,
                    known ? job + " has changed nothing, so there is nothing to undo"
                          : "there is no " + job + "; prospectd jobs list says what there is");
}

/// What is to be undone, newest first.
Result<std::vector<CauseRow>> causes_named(const Desk& desk, const std::string& of) {
  if (const auto number = number_after(of, kCausePrefix)) {
    PD_ASSIGN(cause, desk.reader->cause(CauseId{*number}));
    if (!cause) return make_error(ErrorCode::kNotFound, "there is no cause " + of);
    return std::vector<CauseRow>{*std::move(cause)};
  }
  if (const auto number = number_after(of, kJobPrefix)) {
    PD_ASSIGN(causes, desk.reader->causes_of_job(std::to_string(*number)));
    if (causes.empty()) return nothing_of_job(desk, *number);
    return causes;
  }
  return make_error(ErrorCode::kInvalidInput,
                    "name what is to be undone: a cause like c-12 (prospectd explain names it), or job-12");
}

Result<std::vector<JournalRow>> journal_of(const Desk& desk, CauseId cause) {
  std::vector<JournalRow> rows;
  for (;;) {  // ends: each page follows the one before, up to the bound
    PD_ASSIGN(page,
              desk.reader->journal_of_cause(cause, rows.empty() ? 0 : rows.back().id, store::kListRowsMax));
    const bool more = page.size() == store::kListRowsMax;
    std::ranges::move(page, std::back_inserter(rows));
    if (!more) return rows;
    if (rows.size() >= kUndoJournalRowsMax) {
      return make_error(ErrorCode::kTooLarge, name_of_cause(cause) + " changed more than " +
                                                  std::to_string(kUndoJournalRowsMax) +
                                                  " values, which are not undone at once; nothing was done");
    }
  }
}

std::string cause_words(const CauseRow& cause) {
  std::string words = name_of_cause(cause.id) + " (" + cause.cause.kind;
  if (!cause.cause.detail.empty()) words += ", " + cause.cause.detail;
  return words + ")";
}

/// Values that the parts of a dry run before this one would have set back.
using Restored = std::map<std::pair<ProspectId, size_t>, mapping::Value>;

/// One order, part by part; each on the worker, or on the reading thread for a dry run.
class UndoWork {
 public:
  UndoWork(store::Store& store, const mapping::LocalSchema& schema, UndoOrder order)
      : store_(store), schema_(schema), order_(std::move(order)) {
    report_.of = order_.of;
    report_.dry_run = order_.dry_run;
  }

  const UndoOrder& order() const { return order_; }

  Result<void> undo_one(const Desk& desk, const CauseRow& cause, Timestamp now) {
    PD_ASSIGN(journal, journal_of(desk, cause.id));
    UndoRows rows = undo_rows_of(schema_, journal);
    if (why_not_.empty() && !rows.refused.empty()) why_not_ = rows.refused.front().message;
    if (!rows.items.empty()) PD_TRY(check_owner(cause));
    for (UndoTold& told : rows.refused)
      keep(std::move(told));
    if (rows.items.empty()) return {};
    PD_TRY(note_overruled_by(desk, rows.items));
    any_ = true;
    return set_back(desk, cause, rows.items, now);
  }

  /// After the last part.
  Result<UndoReport> finish(const CauseRow& newest) {
    if (!any_) {
      return make_error(ErrorCode::kConflict,
                        cause_words(newest) + " can't be undone: " +
                            (why_not_.empty() ? std::string("it changed no value") : why_not_) +
                            "; nothing was done");
    }
    report_.kind = newest.cause.kind;
    report_.detail = newest.cause.detail;
    report_.actor = newest.cause.actor;
    report_.at = newest.at;
    return std::move(report_);
  }

  /// Has it put something into the outbox?
  bool enqueues() const { return enqueues_; }

 private:
  // The CRM's own values that were not read when the change was made are told of where the two met.
  Result<void> note_overruled_by(const Desk& desk, std::vector<UndoItem>& items) const {
    std::vector<JournalRow> rows;
    ProspectId whose;  // the items of one prospect follow each other
    for (UndoItem& item : items) {
      const bool changed_here = item.way == UndoWay::kProspect && item.held_apart.empty();
      if (!changed_here && item.way != UndoWay::kCrm) continue;
      if (item.prospect != whose) {
        PD_ASSIGN(journal, desk.reader->journal_of(item.prospect, kJournalLooked));
        rows = std::move(journal);
        whose = item.prospect;
      }
      note_overruled(schema_, rows, item);
    }
    return {};
  }

  Result<void> check_owner(const CauseRow& cause) const {
    if (order_.others_too || cause.cause.actor == order_.actor) return {};
    return make_error(ErrorCode::kPermission, name_of_cause(cause.id) +
                                                  " is somebody else's: who did it or an admin may undo it; "
                                                  "nothing was done");
  }

  Result<void> set_back(const Desk& desk, const CauseRow& cause, const std::vector<UndoItem>& items,
                        Timestamp now) {
    PD_ASSIGN(scene, desk.reader->edit_scene(reconcile::keys_of_undo(items)));
    for (const auto& [place, value] : restored_) {
      const auto prospect = scene.prospects.find(place.first);
      if (prospect != scene.prospects.end()) prospect->second.fields[place.second] = value;
    }
    const reconcile::EditContext context{schema_, desk.outward, order_.actor, now};
    const reconcile::UndoPlan planned = reconcile::plan_undo(context, name_of_cause(cause.id), items, scene);
    report_.undone.push_back(cause.id);
    for (const UndoRow& row : planned.rows) {
      PD_ASSIGN(told, told_of(desk, cause.id, row));
      keep(std::move(told));
    }
    report_.pushes += planned.pushes;
    enqueues_ = enqueues_ || std::ranges::any_of(planned.plan.steps, [](const reconcile::Step& step) {
                  return std::holds_alternative<reconcile::EnqueuePush>(step);
                });
    return order_.dry_run ? remember(planned.rows) : commit(planned.plan, now);
  }

  Result<void> remember(const std::vector<UndoRow>& rows) {
    for (const UndoRow& row : rows) {
      const bool here = row.item.way == UndoWay::kProspect || row.item.way == UndoWay::kPulled ||
                        row.item.way == UndoWay::kReviewTaken;
      if (here && row.outcome == UndoOutcome::kRestored)
        restored_[{row.item.prospect, row.item.field}] = row.item.before;
    }
    return {};
  }

  Result<void> commit(const reconcile::Plan& plan, Timestamp now) {
    if (plan.empty()) return {};
    PD_ASSIGN(cause, commit_plan(store_, plan, now));
    if (cause) report_.made.push_back(cause);
    return {};
  }

  Result<UndoTold> told_of(const Desk& desk, CauseId cause, const UndoRow& row) {
    UndoTold told;
    told.prospect = row.item.prospect;
    told.field = schema_.fields()[row.item.field].name;
    told.in_crm = row.item.way == UndoWay::kCrm || row.item.way == UndoWay::kReviewKept;
    told.outcome = row.outcome;
    told.now = row.now;
    told.before = row.item.before;
    told.message = row.message;
    const bool refused = row.outcome == UndoOutcome::kRefused;
    told.reason = code_of(refused ? row.reason : told.in_crm ? reconcile::Reason::kGivenBack : row.reason);
    if (row.outcome != UndoOutcome::kChanged || report_.rows.size() >= kUndoRowsKeptMax) return told;
    PD_ASSIGN(later, desk.reader->last_cause_of(told.prospect, told.field));
    if (later && later->value > cause.value) told.later = *later;
    return told;
  }

  void keep(UndoTold told) {
    constexpr int64_t UndoCounts::*kCounts[] = {&UndoCounts::restored, &UndoCounts::already,
                                                &UndoCounts::changed_since, &UndoCounts::refused};
    const bool is_field = !told.field.empty();
    report_.counts.*kCounts[static_cast<size_t>(told.outcome)] += is_field ? 1 : told.prospects;
    if (report_.rows.size() < kUndoRowsKeptMax)
      report_.rows.push_back(std::move(told));
    else
      report_.rows_cut = true;
  }

  store::Store& store_;
  const mapping::LocalSchema& schema_;
  const UndoOrder order_;
  UndoReport report_;
  Restored restored_;
  bool enqueues_ = false;
  bool any_ = false;     ///< of the causes so far, something can be undone at all
  std::string why_not_;  ///< the first reason why something can't
};

class StoredUndos final : public Undos {
 public:
  StoredUndos(engine::Scheduler& scheduler, engine::Supervisor& supervisor, store::Store& store,
              mapping::LocalSchema schema)
      : desks_(scheduler, supervisor, store),
        scheduler_(scheduler),
        supervisor_(supervisor),
        store_(store),
        schema_(std::move(schema)) {}

  asio::awaitable<Result<UndoReport>> undo(UndoOrder order) override {
    using Causes = std::vector<CauseRow>;
    std::function<Result<Causes>(const Desk&)> look = [of = order.of](const Desk& desk) {
      return causes_named(desk, of);
    };
    Result<Causes> causes = co_await desks_.read<Causes>(std::move(look));
    if (!causes) co_return std::move(causes).error();
    UndoWork work(store_, schema_, std::move(order));
    Result<void> done;
    for (size_t i = 0; i < causes->size() && done; ++i)
      done = co_await undo_part(work, (*causes)[i]);
    if (work.enqueues() && !work.order().dry_run) supervisor_.push_soon();
    if (!done) co_return std::move(done).error();
    co_return work.finish(causes->front());
  }

 private:
  // `work` and `cause` outlive it.
  asio::awaitable<Result<void>> undo_part(UndoWork& work, const CauseRow& cause) {
    Result<bool> done = false;
    if (work.order().dry_run) {
      std::function<Result<bool>(const Desk&)> part = [&work, &cause,
                                                       now = scheduler_.now()](const Desk& desk) {
        return whether(work.undo_one(desk, cause, now));
      };
      done = co_await desks_.read<bool>(std::move(part));
    } else {
      std::function<Result<bool>(const Desk&, Timestamp)> part = [&work, &cause](const Desk& desk,
                                                                                 Timestamp now) {
        return whether(work.undo_one(desk, cause, now));
      };
      done = co_await desks_.write<bool>(std::move(part));
    }
    if (!done) co_return std::move(done).error();
    co_return Result<void>{};
  }

  static Result<bool> whether(Result<void> done) {
    if (!done) return std::move(done).error();
    return true;
  }

  Desks desks_;
  engine::Scheduler& scheduler_;
  engine::Supervisor& supervisor_;
  store::Store& store_;
  const mapping::LocalSchema schema_;
};

}  // namespace

std::unique_ptr<Undos> make_undos(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                  store::Store& store, mapping::LocalSchema schema) {
  return std::make_unique<StoredUndos>(scheduler, supervisor, store, std::move(schema));
}

}  // namespace prospectd::service
