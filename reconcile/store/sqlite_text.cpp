#include "reconcile/store/sqlite_text.h"

#include <sqlite3.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "mapping/fold.h"
#include "mapping/unicode.h"

namespace prospectd::store {
namespace {

bool is_text(sqlite3_value* value) {
  return sqlite3_value_type(value) == SQLITE_TEXT;
}

// With every NUL in it.
std::string_view text_of(sqlite3_value* value) {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
  const int size = sqlite3_value_bytes(value);
  return bytes == nullptr ? std::string_view() : std::string_view(bytes, static_cast<size_t>(size));
}

void compare(sqlite3_context* context, int, sqlite3_value** arguments) {
  if (!is_text(arguments[0])) return sqlite3_result_null(context);
  sqlite3_result_int(context, mapping::compare_folded(text_of(arguments[0]), text_of(arguments[1])));
}

template <bool (*Ask)(std::string_view, std::string_view)>
void ask(sqlite3_context* context, int, sqlite3_value** arguments) {
  const bool yes = is_text(arguments[0]) && Ask(text_of(arguments[0]), text_of(arguments[1]));
  sqlite3_result_int(context, yes ? 1 : 0);
}

void blank(sqlite3_context* context, int, sqlite3_value** arguments) {
  const bool is_null = sqlite3_value_type(arguments[0]) == SQLITE_NULL;
  const bool yes = is_null || (is_text(arguments[0]) && mapping::unicode::is_blank(text_of(arguments[0])));
  sqlite3_result_int(context, yes ? 1 : 0);
}

struct FunctionRow {
  const char* name;
  int arguments;
  void (*run)(sqlite3_context*, int, sqlite3_value**);
};
constexpr FunctionRow kFunctions[] = {
    {"text_compare", 2, compare},
    {"text_starts", 2, ask<mapping::starts_with_folded>},
    {"text_contains", 2, ask<mapping::contains_folded>},
    {"text_blank", 1, blank},
};

}  // namespace

bool register_text_functions(sqlite3* db) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  return std::all_of(std::begin(kFunctions), std::end(kFunctions), [db](const FunctionRow& row) {
    return sqlite3_create_function_v2(db, row.name, row.arguments, kFlags, nullptr, row.run, nullptr, nullptr,
                                      nullptr) == SQLITE_OK;
  });
}

}  // namespace prospectd::store
