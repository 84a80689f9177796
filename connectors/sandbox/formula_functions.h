// The functions and operators of formulas as a table: their types, and what they make of values. Pure, any
// thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "connectors/sandbox/formula.h"

namespace prospectd::sandbox {

/// What an argument may be.
enum class FormulaArgument : uint8_t { kText, kNumber, kBoolean, kDate, kAny, kSame };

struct FormulaFunction {
  std::string_view name;  ///< upper case; an operator's sign
  std::vector<FormulaArgument> arguments;
  /// Of the result; kAny and kSame: that of the last argument that is kSame.
  FormulaArgument result;
  bool repeats = false;       ///< the last argument may come any number of times more
  bool takes_blanks = false;  ///< computes with blank arguments, too; else one blank makes a blank
  mapping::Value (*compute)(const std::vector<mapping::Value>& values);
};

/// The functions of that name, with their types; empty for none. Operators have one for each pair of types.
std::vector<const FormulaFunction*> formula_functions(std::string_view name);

}  // namespace prospectd::sandbox
