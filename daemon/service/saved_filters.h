// SavedFilters: expressions under a name (docs/filters.md), for whoever writes "@name" in a filter. All of
// them are held in memory; a change is judged against what the database has, and committed with its journal
// row, in one piece of work of the writer's, so that two changes can't make a ring between them. On the
// loop's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "daemon/engine/scheduler.h"
#include "mapping/expression.h"
#include "reconcile/store/store.h"

namespace prospectd::service {

constexpr size_t kSavedFiltersMax = 500;
constexpr size_t kFilterNameBytesMax = 64;

/// Letters a-z of both cases, digits, dots, dashes and underscores; at most kFilterNameBytesMax.
bool is_filter_name(std::string_view name);

enum class Saving { kNew, kChange };

class SavedFilters {
 public:
  virtual ~SavedFilters() = default;
  /// By name.
  virtual const std::vector<reconcile::SavedFilter>& all() const = 0;
  /// Null when there is none of that name.
  virtual const reconcile::SavedFilter* find(std::string_view name) const = 0;
  /// Parses an expression about prospects that may name what is saved.
  /// **Errors:** those of mapping::expression::parse.
  virtual Result<mapping::expression::Expression> parse(const std::string& text) const = 0;
  /// Saves one, for `actor`; in force with the answer.
  /// **Errors:** kInvalidInput for a name that is none, an expression that is not valid, would name itself,
  /// or would spoil another that names it; kConflict when a new one's name is taken; kNotFound when there is
  /// nothing to change; kTooLarge over kSavedFiltersMax; the store's.
  virtual boost::asio::awaitable<Result<reconcile::SavedFilter>> save(std::string name, std::string text,
                                                                      Saving saving, std::string actor) = 0;
  /// Drops one.
  /// **Errors:** kNotFound; kConflict when others name it (says which); the store's.
  virtual boost::asio::awaitable<Result<void>> drop(std::string name, std::string actor) = 0;
};

/// Scheduler and store outlive the io_context's run. Reads the store at once. Of `setting` what concerns
/// saved filters is not looked at; its functions are called on the loop's thread and on the worker's.
/// **Errors:** the store's.
Result<std::unique_ptr<SavedFilters>> make_saved_filters(engine::Scheduler& scheduler, store::Store& store,
                                                         const mapping::LocalSchema& schema,
                                                         mapping::expression::Setting setting = {});

}  // namespace prospectd::service
