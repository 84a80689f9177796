// Expressions: the language of filters and conditions (SEMANTICS §10; docs/filters.md for people). A text and
// a catalogue of fields give a typed tree: every field resolved, every value of its field's kind, days as
// ranges of moments. Whoever asks evaluates the tree over values (matches) or translates it for a database; a
// contract test holds the two equal. Logic has two values: a field that holds nothing matches no test, and so
// does match the test's negation. Pure data, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mapping/local_schema.h"
#include "mapping/value.h"

namespace prospectd::mapping::expression {

constexpr size_t kTextBytesMax = 2'000;  ///< in a request's target each may take three
constexpr size_t kDepthMax = 40;         ///< parentheses within parentheses
constexpr size_t kConditionsMax = 200;
constexpr size_t kSavedDepthMax = 8;  ///< saved filters that name saved filters

/// A field that may stand before a colon. What `at` means is between the catalogue and whoever answers for
/// the field; it is a position in the local schema below kOwnFields.
struct Field {
  std::string name;
  LocalType type = LocalType::kText;
  size_t at = 0;
  bool searched = false;   ///< words without a field are looked for in it (texts only)
  bool record_id = false;  ///< a text that is the id of a CRM record
};
constexpr size_t kOwnFields = 1'000;  ///< of `at`: from here on fields that no local schema has
static_assert(kOwnFields > kLocalFieldsMax);

struct Catalogue {
  std::string subject;  ///< "a prospect", for messages
  std::vector<Field> fields;
};

/// The first moment of a day in the organisation's time zone.
using DayStart = std::function<Timestamp(Date)>;
/// The id of a CRM record in the form that is kept, of any form that people meet; nullopt when it is none.
using RecordId = std::function<std::optional<std::string>(const std::string&)>;
/// The text of a saved filter; nullopt when there is none of that name.
using SavedFilter = std::function<std::optional<std::string>(std::string_view name)>;

struct Setting {
  DayStart day_start;                         ///< empty: days are those of UTC
  SavedFilter saved = {};                     ///< empty: nothing is saved here, and "@name" is refused
  std::vector<std::string> saved_names = {};  ///< for «did you mean»
  RecordId record_id = {};                    ///< empty: ids are compared as they are written
};

enum class Operation {
  kAll,         ///< every child
  kAny,         ///< one of the children; without children nothing matches
  kNot,         ///< not the one child
  kExists,      ///< the field holds something that is not blank
  kEquals,      ///< a text is `text`, folded
  kStartsWith,  ///< a text begins with `text`
  kContains,    ///< a text holds `text` anywhere
  kWithin,      ///< a value lies between `low` and `high`
};

struct Bound {
  Value value;  ///< of the field's kind: folded text, bool, int64_t, double, Date or Timestamp
  bool inclusive = true;
  bool operator==(const Bound&) const = default;
};

struct Node {
  Operation operation = Operation::kAll;
  std::vector<Node> children;  ///< of kAll, kAny, kNot
  size_t at = 0;               ///< Field::at
  LocalType type = LocalType::kText;
  std::string text;          ///< folded (mapping/fold.h), never blank, without NUL
  std::optional<Bound> low;  ///< none: open; kWithin has one at least
  std::optional<Bound> high;
  bool operator==(const Node&) const = default;
};

struct Expression {
  std::string text;  ///< as it was written
  Node root;
};

/// What is wrong with an expression, and where.
struct Fault {
  size_t offset = 0;    ///< bytes from the expression's start
  size_t length = 1;    ///< bytes
  std::string message;  ///< without a place, and without any value that was written
};

/// Column of an offset, in characters, from 1.
size_t column_of(std::string_view text, size_t offset);
/// The text in one line (a part of it when it is long) and below it carets under the fault.
std::string picture_of(std::string_view text, const Fault& fault);

/// Parses and types an expression. `fault`, when given, takes the place of what is wrong.
/// **Errors:** kInvalidInput: "column 7: there is no field "titl" (did you mean "title"?)", and the picture
/// in two more lines.
Result<Expression> parse(std::string_view text, const Catalogue& catalogue, const Setting& setting,
                         Fault* fault = nullptr);

/// One test of one field, as a question to each of its values.
class Test {
 public:
  explicit Test(const Node& node) : node_(node) {}
  bool operator()(const Value& value) const;
  /// The same for a text that is no Value.
  bool operator()(std::string_view text) const;
  bool is_exists() const { return node_.operation == Operation::kExists; }

 private:
  const Node& node_;
};

/// What expressions are asked about.
class Subject {
 public:
  virtual ~Subject() = default;
  /// True when one of the field's values passes. A field without a value passes nothing.
  virtual bool any(size_t at, const Test& test) const = 0;
};

bool matches(const Node& node, const Subject& subject);

}  // namespace prospectd::mapping::expression
