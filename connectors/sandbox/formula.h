// Formula: what a formula field is computed from: an expression over the fields of its own record, in the
// part of the CRM's language that docs/sandbox.md lists. Typed when it is compiled, so that computing can't
// fail; what is blank makes what is computed from it blank, but joined texts. Immutable; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/outcome.h"
#include "connectors/sandbox/table.h"
#include "mapping/value.h"

namespace prospectd::sandbox {

constexpr size_t kFormulaCharactersMax = 3'900;
constexpr size_t kFormulaNodesMax = 1'000;
constexpr int kFormulaDepthMax = 64;

enum class FormulaType : uint8_t { kText, kNumber, kBoolean, kDate };

struct FormulaFunction;

/// One operation of a formula.
struct FormulaNode {
  enum class Kind : uint8_t { kLiteral, kField, kCall };
  Kind kind = Kind::kLiteral;
  FormulaType type = FormulaType::kText;
  mapping::Value literal = mapping::Value::null();
  const Field* field = nullptr;               ///< lives as long as its object
  const FormulaFunction* function = nullptr;  ///< of kCall; operators are functions, too
  std::vector<FormulaNode> arguments = {};
};

class Formula {
 public:
  /// Reads a formula for a field of that kind.
  /// **Errors:** INVALID_FIELD: with the column of what is no formula, no field, or of a wrong type.
  static Outcome<std::shared_ptr<const Formula>> compile(const ObjectType& type, FieldKind kind,
                                                         std::string_view text);

  /// Computes the field of a row anew.
  void compute(Table& table, Row row, const Field& field) const;

 private:
  FormulaNode root_;
};

/// The value of an operation for a row: null, a text, a double, a boolean, or a date.
mapping::Value value_of_node(const FormulaNode& node, const Table& table, Row row);

}  // namespace prospectd::sandbox
