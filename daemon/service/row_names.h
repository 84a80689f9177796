// RowNames: rows in words, for what has only their numbers: "Ana Diaz (3)", "Acme (1)". Blocking, on its
// reader's thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "reconcile/store/store.h"

namespace prospectd::service {

/// The column that people know a collection's rows by; none for sequence states, which have no name.
std::optional<size_t> name_column(const store::Collection& of);

class RowNames {
 public:
  /// The reader outlives it.
  explicit RowNames(store::Reader& reader) : reader_(reader) {}

  /// By the type of its collection ("users") or "prospects". "user 3" for one that has no name, is not there
  /// any more or can't be read: a name is a help, and no reason to tell less.
  std::string of(const std::string& type, int64_t id);

 private:
  std::string name_of(const std::string& type, int64_t id);
  std::string name_of_state(const store::ListRow& row);

  store::Reader& reader_;
  std::map<std::pair<std::string, int64_t>, std::string> known_;
};

}  // namespace prospectd::service
