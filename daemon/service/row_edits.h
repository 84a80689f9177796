// RowEdits: changes that people and programs make here of rows beside prospects: tasks, accounts, users,
// sequence states, … (SEMANTICS §7–§10), and of a prospect's tags. Each is decided on the state that it is
// written over, in one piece of work of the writer's, and committed together with its journal rows and what
// goes along. A dry run decides the same over a reader. On the loop's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/service/edits.h"
#include "reconcile/row_edit.h"

namespace prospectd::service {

struct RowReport {
  reconcile::RowVerdict verdict = reconcile::RowVerdict::kUnchanged;
  int64_t id = 0;       ///< of a new one: its number, which a dry run only supposes
  int64_t version = 0;  ///< afterwards; as it stands where nothing is changed
  std::vector<reconcile::RowChange> changes;
  /// Of the prospect that a sequence's ruleset gives a stage.
  std::vector<reconcile::FieldChange> prospect_changes;
  std::vector<PushToCome> pushes;
  std::vector<reconcile::RowFault> faults;
  Committed committed;
};

struct RowOrder {
  reconcile::RowEdit edit;
  std::string actor;
  reconcile::Role role = reconcile::Role::kUser;
  bool dry_run = false;
  KeepWith<RowReport> keep = {};  ///< empty: no answer is kept with the change
};

enum class TagAct { kAdd, kRemove, kReplace };

struct TagReport {
  bool found = true;            ///< false: there is no such prospect, and nothing was done
  std::vector<size_t> unknown;  ///< places in TagOrder::tags of what is no tag's number; nothing was done
  std::vector<int64_t> tags;    ///< those that the prospect has afterwards, ascending
  std::vector<std::string> added;
  std::vector<std::string> removed;
  Committed committed;
};

/// Tags of a prospect, by their numbers.
struct TagOrder {
  ProspectId prospect;
  TagAct act = TagAct::kAdd;
  std::vector<int64_t> tags;  ///< at most kTagsOfOrderMax
  std::string actor;
  bool dry_run = false;
  KeepWith<TagReport> keep = {};  ///< empty: no answer is kept with the change
};
constexpr size_t kTagsOfOrderMax = 100;

class RowEdits {
 public:
  virtual ~RowEdits() = default;
  /// Carries out one change.
  /// **Errors:** kLocked while too many are under way; kCancelled when the daemon is stopping; the store's.
  /// Then nothing was changed.
  virtual boost::asio::awaitable<Result<RowReport>> change(RowOrder order) = 0;
  /// Changes, or with no tags and kAdd only tells, the tags of a prospect. **Errors:** the same; kTooLarge.
  virtual boost::asio::awaitable<Result<TagReport>> tag(TagOrder order) = 0;
};

/// All outlive the io_context's run.
std::unique_ptr<RowEdits> make_row_edits(engine::Scheduler& scheduler, engine::Supervisor& supervisor,
                                         store::Store& store, mapping::LocalSchema schema);

}  // namespace prospectd::service
