// The vocabulary of the tables (tables.h): one Row a key, one TableOf<Section> a section. A row says what a
// key is called, what it takes, its default and what it is for; reading, «did you mean», the schema and the
// reference all come from it. Immutable once built, any thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "config/reader.h"
#include "config/values.h"

namespace prospectd::config {

/// What a key takes.
enum class Takes {
  kText,
  kPath,
  kBoolean,
  kInteger,
  kDuration,
  kChoice,
  kSecret,
  kTextList,
  kTextPairs,
  kMappingFile,
  kSection,
  kSectionList,    ///< a list of sections
  kNamedSections,  ///< sections under names of the person's own
};

struct Table;

struct Row {
  std::string_view key;
  Takes takes = Takes::kText;
  std::string_view help;
  std::string_view fallback = {};           ///< the default, as one would write it
  std::string_view fallback_in_words = {};  ///< a default that depends on something else
  bool required = false;
  bool restart = true;        ///< a change needs a restart; every key does until one is proven not to
  bool settable = false;      ///< at run time too (settings.h); in no list and under no name
  bool may_be_empty = false;  ///< texts
  bool may_be_off = false;    ///< durations: "off" is 0
  bool one_for_all = false;   ///< sections: a single value stands for every key inside
  std::vector<std::string_view> words = {};  ///< choices
  std::vector<int> values = {};              ///< the enumerators of `words`
  int64_t least = 0;  ///< integers; durations in ms; lists and named sections: how many
  int64_t most = std::numeric_limits<int64_t>::max();
  ValueCheck check = nullptr;                        ///< texts
  std::vector<std::string> (*suggests)() = nullptr;  ///< texts: words that an editor offers
  const Table* table = nullptr;                      ///< of the sections inside
  /// Reads the value at `at` into the member of `section`. Only RowOf's builders set it, so `section` is what
  /// the row was built for.
  void (*read)(Reader& reader, const Row& row, const At& at, void* section) = nullptr;
  /// The struct of the section inside, for sections of which there is one.
  void* (*inside)(void* section) = nullptr;

  /// True when it, or for a section a key inside, must be there.
  bool needed() const;
};

struct Table {
  std::vector<Row> rows;
  /// Looks at the section as a whole, once its keys are read.
  void (*check)(Reader& reader, const At& at, void* section) = nullptr;

  std::vector<std::string> keys() const;
};

/// Reads a section by its table: unknown keys, missing ones, defaults, then the table's check.
void read_section(Reader& reader, const Table& table, const At& at, void* section);
/// A single value, read into every key of a section (Row::one_for_all).
void read_for_all(Reader& reader, const Table& table, const At& at, void* section);
/// How many items a list (or a map, for named sections) has; nullopt, with a fault, when it is none or has
/// too few or too many.
std::optional<size_t> count_items(Reader& reader, const Row& row, const At& at);

/// A row for a key of Section: what can be said of it after its builder.
template <class Section>
struct RowOf : Row {
  RowOf by_default(std::string_view text) && { return with(&Row::fallback, text); }
  RowOf by_default_in_words(std::string_view text) && { return with(&Row::fallback_in_words, text); }
  RowOf hot() && { return with(&Row::restart, false); }
  RowOf set_at_run_time() && { return with(&Row::settable, true); }
  RowOf must_be_there() && { return with(&Row::required, true); }
  RowOf checked(ValueCheck f) && { return with(&Row::check, f); }
  RowOf offering(std::vector<std::string> (*f)()) && { return with(&Row::suggests, f); }
  RowOf or_empty() && { return with(&Row::may_be_empty, true); }
  RowOf or_off() && { return with(&Row::may_be_off, true); }
  RowOf or_one_for_all() && { return with(&Row::one_for_all, true); }
  RowOf from(int64_t least_value, int64_t most_value) && {
    least = least_value;
    most = most_value;
    return std::move(*this);
  }
  RowOf from(milliseconds least_value, milliseconds most_value) && {
    return std::move(*this).from(least_value.count(), most_value.count());
  }

 private:
  template <class T>
  RowOf with(T Row::*what, T value) {
    this->*what = value;
    return std::move(*this);
  }
};

template <class Section>
struct TableOf : Table {
  TableOf(std::initializer_list<RowOf<Section>> list) { rows.assign(list.begin(), list.end()); }

  template <void (*Check)(Reader&, const At&, Section&)>
  TableOf checked() && {
    check = [](Reader& reader, const At& at, void* section) {
      Check(reader, at, *static_cast<Section*>(section));
    };
    return std::move(*this);
  }
};

namespace rows {

template <class M>
struct MemberTraits;
template <class C, class T>
struct MemberTraits<T C::*> {
  using Class = C;
  using Type = T;
};
template <auto M>
using ClassOf = typename MemberTraits<decltype(M)>::Class;
template <auto M>
using TypeOf = typename MemberTraits<decltype(M)>::Type;

template <auto M>
TypeOf<M>& member(void* section) {
  return static_cast<ClassOf<M>*>(section)->*M;
}

template <auto M, class T>
void set(void* section, std::optional<T> value) {
  if (value) member<M>(section) = static_cast<TypeOf<M>>(std::move(*value));
}

template <class Section>
RowOf<Section> row(std::string_view key, Takes takes, std::string_view help,
                   void (*read)(Reader&, const Row&, const At&, void*)) {
  RowOf<Section> made;
  made.key = key;
  made.takes = takes;
  made.help = help;
  made.read = read;
  return made;
}

template <auto M>
RowOf<ClassOf<M>> text(std::string_view key, std::string_view help) {
  return row<ClassOf<M>>(key, Takes::kText, help, [](Reader& r, const Row& row, const At& at, void* section) {
    set<M>(section, r.text(row, at));
  });
}

template <auto M>
RowOf<ClassOf<M>> path(std::string_view key, std::string_view help) {
  return row<ClassOf<M>>(key, Takes::kPath, help, [](Reader& r, const Row& row, const At& at, void* section) {
    if (const auto value = r.text(row, at)) member<M>(section) = r.absolute(*value);
  });
}

template <auto M>
RowOf<ClassOf<M>> boolean(std::string_view key, std::string_view help) {
  return row<ClassOf<M>>(key, Takes::kBoolean, help, [](Reader& r, const Row&, const At& at, void* section) {
    set<M>(section, r.boolean(at));
  });
}

template <auto M>
RowOf<ClassOf<M>> integer(std::string_view key, std::string_view help) {
  return row<ClassOf<M>>(
      key, Takes::kInteger, help,
      [](Reader& r, const Row& row, const At& at, void* section) { set<M>(section, r.integer(row, at)); });
}

template <auto M>
RowOf<ClassOf<M>> duration(std::string_view key, std::string_view help) {
  return row<ClassOf<M>>(
      key, Takes::kDuration, help,
      [](Reader& r, const Row& row, const At& at, void* section) { set<M>(section, r.duration(row, at)); });
}

/// `words`: each allowed word with its enumerator.
template <auto M>
RowOf<ClassOf<M>> choice(std::string_view key, std::string_view help,
                         std::initializer_list<std::pair<std::string_view, TypeOf<M>>> words) {
  auto made = row<ClassOf<M>>(
      key, Takes::kChoice, help,
      [](Reader& r, const Row& row, const At& at, void* section) { set<M>(section, r.choice(row, at)); });
  for (const auto& [word, value] : words) {
    made.words.push_back(word);
    made.values.push_back(static_cast<int>(value));
  }
  return made;
}

/// The same for enumerators that have a name_of.
template <auto M>
RowOf<ClassOf<M>> choice(std::string_view key, std::string_view help,
                         std::initializer_list<TypeOf<M>> enumerators) {
  auto made = choice<M>(key, help, std::initializer_list<std::pair<std::string_view, TypeOf<M>>>{});
  for (const auto value : enumerators) {
    made.words.push_back(name_of(value));
    made.values.push_back(static_cast<int>(value));
  }
  return made;
}

template <auto M>
RowOf<ClassOf<M>> secret(std::string_view key, std::string_view help) {
  return row<ClassOf<M>>(key, Takes::kSecret, help, [](Reader& r, const Row&, const At& at, void* section) {
    set<M>(section, r.secret(at));
  });
}

template <auto M>
RowOf<ClassOf<M>> text_list(std::string_view key, std::string_view help) {
  return row<ClassOf<M>>(
      key, Takes::kTextList, help,
      [](Reader& r, const Row& row, const At& at, void* section) { set<M>(section, r.text_list(row, at)); });
}

template <auto M>
RowOf<ClassOf<M>> text_pairs(std::string_view key, std::string_view help) {
  return row<ClassOf<M>>(
      key, Takes::kTextPairs, help,
      [](Reader& r, const Row& row, const At& at, void* section) { set<M>(section, r.text_pairs(row, at)); });
}

template <auto M>
RowOf<ClassOf<M>> section(std::string_view key, std::string_view help, const TableOf<TypeOf<M>>& table) {
  auto made =
      row<ClassOf<M>>(key, Takes::kSection, help, [](Reader& r, const Row& row, const At& at, void* section) {
        read_section(r, *row.table, at, &member<M>(section));
      });
  made.inside = [](void* section) -> void* { return &member<M>(section); };
  made.table = &table;
  return made;
}

/// A section in the file whose keys are members of the struct around it.
template <class Section>
RowOf<Section> here(std::string_view key, std::string_view help, const TableOf<Section>& table) {
  auto made =
      row<Section>(key, Takes::kSection, help, [](Reader& r, const Row& row, const At& at, void* section) {
        const auto read = row.one_for_all && at.node->kind != yaml::Kind::kMap ? read_for_all : read_section;
        read(r, *row.table, at, section);
      });
  made.table = &table;
  return made;
}

/// Elements stay parallel to the list's items, also where an item is at fault.
template <auto M>
RowOf<ClassOf<M>> list_of(std::string_view key, std::string_view help,
                          const TableOf<typename TypeOf<M>::value_type>& table) {
  auto made = row<ClassOf<M>>(key, Takes::kSectionList, help,
                              [](Reader& r, const Row& row, const At& at, void* section) {
                                const size_t count = count_items(r, row, at).value_or(0);
                                member<M>(section).resize(count);
                                for (size_t i = 0; i < count; ++i)
                                  read_section(r, *row.table, r.item(at, i), &member<M>(section)[i]);
                              });
  made.table = &table;
  return made;
}

/// The element's `name` is its key; `row.check` judges it.
template <auto M>
RowOf<ClassOf<M>> named(std::string_view key, std::string_view help,
                        const TableOf<typename TypeOf<M>::value_type>& table) {
  auto made = row<ClassOf<M>>(
      key, Takes::kNamedSections, help, [](Reader& r, const Row& row, const At& at, void* section) {
        const size_t count = count_items(r, row, at).value_or(0);
        member<M>(section).resize(count);
        for (size_t i = 0; i < count; ++i) {
          const yaml::Child& entry = at.node->children[i];
          const At inside{entry.value.get(), entry.mark, yaml::path_of(at.path, entry.key)};
          if (row.check != nullptr) {
            if (auto complaint = row.check(entry.key)) r.fault(inside, complaint->message, complaint->hint);
          }
          member<M>(section)[i].name = entry.key;
          read_section(r, *row.table, inside, &member<M>(section)[i]);
        }
      });
  made.table = &table;
  return made;
}

}  // namespace rows
}  // namespace prospectd::config
