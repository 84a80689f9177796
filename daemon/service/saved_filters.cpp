#include "daemon/service/saved_filters.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "daemon/service/journaled.h"
#include "daemon/service/one_more.h"
#include "reconcile/prospect_expression.h"

namespace prospectd::service {
namespace {

namespace asio = boost::asio;
namespace expression = mapping::expression;
using reconcile::SavedFilter;

/// Texts by name.
using Texts = std::map<std::string, std::string, std::less<>>;

Texts texts_of(const std::vector<SavedFilter>& filters) {
  Texts texts;
  for (const SavedFilter& filter : filters)
    texts[filter.name] = filter.text;
  return texts;
}

/// The language with what is saved in it. Immutable, any thread.
class Language {
 public:
  Language(const mapping::LocalSchema& schema, expression::Setting setting)
      : catalogue_(reconcile::prospect_catalogue(schema)), setting_(std::move(setting)) {}

  /// `named`, when given, takes the names that the expression needs, directly or through others.
  Result<expression::Expression> parse(const std::string& text, const Texts& saved,
                                       std::set<std::string>* named = nullptr,
                                       expression::Fault* fault = nullptr) const {
    expression::Setting setting = setting_;
    setting.saved = [&](std::string_view name) -> std::optional<std::string> {
      if (named != nullptr) named->emplace(name);
      const auto found = saved.find(name);
      return found == saved.end() ? std::nullopt : std::optional(found->second);
    };
    for (const auto& [name, ignored] : saved)
      setting.saved_names.push_back(name);
    return expression::parse(text, catalogue_, setting, fault);
  }

  bool names(const std::string& text, const Texts& saved, const std::string& name) const {
    std::set<std::string> named;
    (void)parse(text, saved, &named);
    return named.contains(name);
  }

 private:
  expression::Catalogue catalogue_;
  expression::Setting setting_;
};

/// A change of one filter, as it is carried out on the worker.
class FilterChange {
 public:
  FilterChange(const Language& language, store::Store& store, std::string name, std::string actor)
      : language_(language), store_(store), name_(std::move(name)), actor_(std::move(actor)) {}

  /// What is saved afterwards.
  Result<std::vector<SavedFilter>> save(const std::string& text, Saving saving, Timestamp now) {
    PD_TRY(look());
    const auto before = texts_.find(name_);
    const bool there = before != texts_.end();
    if (there && saving == Saving::kNew) {
      return make_error(ErrorCode::kConflict, "there is a saved filter of this name already: @" + name_);
    }
    if (!there && saving == Saving::kChange) return not_found();
    if (!there && texts_.size() >= kSavedFiltersMax) {
      return make_error(ErrorCode::kTooLarge, "there are " + std::to_string(kSavedFiltersMax) +
                                                  " saved filters already: drop those that nobody needs");
    }
    PD_TRY(check(text));
    if (there && before->second == text) return filters_;
    return commit(text, there ? json_quote(before->second) : "", json_quote(text),
                  reconcile::Reason::kFilterSaved, now);
  }

  Result<std::vector<SavedFilter>> drop(Timestamp now) {
    PD_TRY(look());
    const auto before = texts_.find(name_);
    if (before == texts_.end()) return not_found();
    std::string users;
    for (const auto& [name, text] : texts_) {
      if (name != name_ && language_.names(text, texts_, name_))
        users += (users.empty() ? "@" : ", @") + name;
    }
    if (!users.empty()) {
      return make_error(ErrorCode::kConflict,
                        "@" + name_ + " is named by " + users + ": change or drop these first");
    }
    return commit(std::nullopt, json_quote(before->second), "", reconcile::Reason::kFilterDropped, now);
  }

 private:
  Result<void> look() {
    PD_ASSIGN(reader, store_.reader());
    PD_ASSIGN(filters, reader->saved_filters());
    filters_ = std::move(filters);
    texts_ = texts_of(filters_);
    return {};
  }

  Error not_found() const {
    std::vector<std::string> names;
    for (const auto& [name, ignored] : texts_)
      names.push_back(name);
    const auto meant = did_you_mean(name_, names);
    return make_error(ErrorCode::kNotFound, "there is no saved filter of this name" +
                                                (meant ? " (did you mean @" + *meant + "?)" : std::string()));
  }

  // The expression with this name given to it, and those that name it.
  Result<void> check(const std::string& text) const {
    Texts after = texts_;
    after[name_] = text;
    std::set<std::string> named;
    expression::Fault fault;
    auto parsed = language_.parse(text, after, &named, &fault);
    if (named.contains(name_)) {
      fault.message = "through this the filter would name itself";
      return make_error(ErrorCode::kInvalidInput,
                        "column " + std::to_string(expression::column_of(text, fault.offset)) + ": " +
                            fault.message + "\n" + expression::picture_of(text, fault));
    }
    if (!parsed) return std::move(parsed).error();
    if (!language_.parse("@" + name_, after)) {
      return make_error(ErrorCode::kInvalidInput,
                        "it names a filter that names another, and so on, more than " +
                            std::to_string(expression::kSavedDepthMax) + " deep");
    }
    for (const auto& [name, other] : texts_) {
      const std::string use = "@" + name;
      if (name == name_ || !language_.names(other, texts_, name_) || !language_.parse(use, texts_)) continue;
      const auto spoilt = language_.parse(use, after);
      if (spoilt) continue;
      return make_error(ErrorCode::kInvalidInput,
                        use + ", which names it, would not be valid any more: " + spoilt.error().message);
    }
    return {};
  }

  Result<std::vector<SavedFilter>> commit(std::optional<std::string> text, std::string before,
                                          std::string after, reconcile::Reason reason, Timestamp now) {
    Change change;
    change.cause = {"filter", name_, actor_};
    change.step = reconcile::PutSavedFilter{name_, std::move(text)};
    change.entry.emplace();
    change.entry->reason = reason;
    change.entry->field = "@" + name_;
    change.entry->before = std::move(before);
    change.entry->after = std::move(after);
    PD_TRY(commit_now(store_, std::move(change), now));
    PD_TRY(look());
    return filters_;
  }

  const Language& language_;
  store::Store& store_;
  const std::string name_;
  const std::string actor_;
  std::vector<SavedFilter> filters_;
  Texts texts_;
};

class StoredFilters final : public SavedFilters {
 public:
  StoredFilters(engine::Scheduler& scheduler, store::Store& store, Language language,
                std::vector<SavedFilter> filters)
      : scheduler_(scheduler), store_(store), language_(std::move(language)) {
    take(std::move(filters));
  }

  const std::vector<SavedFilter>& all() const override { return filters_; }

  const SavedFilter* find(std::string_view name) const override {
    const auto found = std::ranges::find(filters_, name, &SavedFilter::name);
    return found == filters_.end() ? nullptr : &*found;
  }

  Result<expression::Expression> parse(const std::string& text) const override {
    return language_.parse(text, texts_);
  }

  asio::awaitable<Result<SavedFilter>> save(std::string name, std::string text, Saving saving,
                                            std::string actor) override {
    if (!is_filter_name(name)) {
      co_return make_error(ErrorCode::kInvalidInput,
                           "a filter's name has 1 to " + std::to_string(kFilterNameBytesMax) +
                               " letters a-z, digits, dots, dashes and underscores, and not dots alone");
    }
    if (changes_ >= kChangesMax) co_return busy();
    const OneMore counted(changes_);
    FilterChange change(language_, store_, name, std::move(actor));
    Result<std::vector<SavedFilter>> after = stopping();
    const Timestamp now = scheduler_.now();
    std::function<void()> work = [&] { after = change.save(text, saving, now); };
    co_await scheduler_.blocking(std::move(work));
    if (!after) co_return std::move(after).error();
    take(*std::move(after));
    co_return *find(name);
  }

  asio::awaitable<Result<void>> drop(std::string name, std::string actor) override {
    if (changes_ >= kChangesMax) co_return busy();
    const OneMore counted(changes_);
    FilterChange change(language_, store_, std::move(name), std::move(actor));
    Result<std::vector<SavedFilter>> after = stopping();
    const Timestamp now = scheduler_.now();
    std::function<void()> work = [&] { after = change.drop(now); };
    co_await scheduler_.blocking(std::move(work));
    if (!after) co_return std::move(after).error();
    take(*std::move(after));
    co_return Result<void>();
  }

 private:
  // Judging a change may mean to read every saved filter anew, on the thread that polls write with too.
  static constexpr int kChangesMax = 2;
  static Error busy() {
    return make_error(ErrorCode::kLocked, "other filters are being saved or dropped: try again in a moment");
  }

  static Error stopping() {
    return make_error(ErrorCode::kCancelled, "the daemon is stopping: nothing was written");
  }

  void take(std::vector<SavedFilter> filters) {
    filters_ = std::move(filters);
    texts_ = texts_of(filters_);
  }

  int changes_ = 0;  ///< under way or waiting
  engine::Scheduler& scheduler_;
  store::Store& store_;
  const Language language_;
  std::vector<SavedFilter> filters_;
  Texts texts_;
};

Result<std::vector<SavedFilter>> stored_filters(store::Store& store) {
  PD_ASSIGN(reader, store.reader());
  return reader->saved_filters();
}

}  // namespace

bool is_filter_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  const bool dots_alone = name.find_first_not_of('.') == std::string_view::npos;  // "..": a way up, in a URL
  return !dots_alone && name.size() <= kFilterNameBytesMax && std::ranges::all_of(name, fits);
}

Result<std::unique_ptr<SavedFilters>> make_saved_filters(engine::Scheduler& scheduler, store::Store& store,
                                                         const mapping::LocalSchema& schema,
                                                         expression::Setting setting) {
  PD_ASSIGN(filters, stored_filters(store));
  return std::unique_ptr<SavedFilters>(std::make_unique<StoredFilters>(
      scheduler, store, Language(schema, std::move(setting)), std::move(filters)));
}

}  // namespace prospectd::service
