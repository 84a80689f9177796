#include "connectors/sandbox/formula.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/sandbox/field_rules.h"
#include "connectors/sandbox/formula_functions.h"

namespace prospectd::sandbox {
namespace {

using mapping::Value;
using Arguments = std::vector<FormulaNode>;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

FormulaType type_of_kind(FieldKind kind) {
  switch (kind) {
    case FieldKind::kBoolean:
      return FormulaType::kBoolean;
    case FieldKind::kInt:
    case FieldKind::kDouble:
    case FieldKind::kCurrency:
      return FormulaType::kNumber;
    case FieldKind::kDate:
      return FormulaType::kDate;
    default:
      return FormulaType::kText;
  }
}

std::string_view name_of(FormulaType type) {
  constexpr std::string_view kNames[] = {"text", "number", "true or false", "date"};
  return kNames[static_cast<size_t>(type)];
}

// Whether an argument takes a type; `same` is what those that must be alike are so far.
bool takes(FormulaArgument argument, FormulaType type, std::optional<FormulaType>& same) {
  switch (argument) {
    case FormulaArgument::kText:
      return type == FormulaType::kText;
    case FormulaArgument::kNumber:
      return type == FormulaType::kNumber;
    case FormulaArgument::kBoolean:
      return type == FormulaType::kBoolean;
    case FormulaArgument::kDate:
      return type == FormulaType::kDate;
    case FormulaArgument::kAny:
      return true;
    case FormulaArgument::kSame:
      if (!same) same = type;
      return *same == type;
  }
  return false;
}

FormulaType type_of_result(FormulaArgument result, const std::optional<FormulaType>& same) {
  switch (result) {
    case FormulaArgument::kNumber:
      return FormulaType::kNumber;
    case FormulaArgument::kBoolean:
      return FormulaType::kBoolean;
    case FormulaArgument::kDate:
      return FormulaType::kDate;
    case FormulaArgument::kSame:
      return same.value_or(FormulaType::kText);
    default:
      return FormulaType::kText;
  }
}

// The type of a call with these arguments; nullopt when the function doesn't take them.
std::optional<FormulaType> type_of_call(const FormulaFunction& function, const Arguments& arguments) {
  const size_t declared = function.arguments.size();
  if (arguments.size() < declared || (arguments.size() > declared && !function.repeats)) return std::nullopt;
  std::optional<FormulaType> same;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!takes(function.arguments[std::min(i, declared - 1)], arguments[i].type, same)) return std::nullopt;
  }
  return type_of_result(function.result, same);
}

/// Reads by precedence: comparisons, then sums and joins, then products, then signs.
class FormulaParser {
 public:
  FormulaParser(const ObjectType& type, std::string_view text) : type_(type), text_(text) {}

  Outcome<FormulaNode> read() {
    if (text_.size() > kFormulaCharactersMax) return fault("the formula is too long");
    PD_ASSIGN(node, level(0));
    blanks();
    if (at_ < text_.size()) return fault("there is more than one expression");
    return node;
  }

 private:
  static constexpr std::string_view kLevels[][6] = {
      {"=", "<>", "<=", ">=", "<", ">"}, {"+", "-", "&"}, {"*", "/"}};

  ApiError fault(const std::string& what) const {
    return api_error(std::string(salesforce_wire::error_name::kInvalidField),
                     "formula, column " + std::to_string(at_ + 1) + ": " + what);
  }
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n'))
      ++at_;
  }
  bool take(std::string_view sign) {
    blanks();
    if (!text_.substr(at_).starts_with(sign)) return false;
    at_ += sign.size();
    return true;
  }
  // The longest sign of a level that stands here.
  std::string_view sign_of(size_t of_level) {
    blanks();
    std::string_view found;
    for (const std::string_view sign : kLevels[of_level]) {
      if (!sign.empty() && sign.size() > found.size() && text_.substr(at_).starts_with(sign)) found = sign;
    }
    at_ += found.size();
    return found;
  }

  Outcome<FormulaNode> level(size_t of_level) {
    if (of_level == std::size(kLevels)) return operand();
    if (++depth_ > kFormulaDepthMax * static_cast<int>(std::size(kLevels)))
      return fault("it is nested too deep");
    PD_ASSIGN(left, level(of_level + 1));
    for (std::string_view sign = sign_of(of_level); !sign.empty(); sign = sign_of(of_level)) {
      PD_ASSIGN(right, level(of_level + 1));
      Arguments both;
      both.push_back(std::move(left));
      both.push_back(std::move(right));
      PD_ASSIGN(joined, call(sign, std::move(both)));
      left = std::move(joined);
    }
    --depth_;
    return left;
  }

  Outcome<FormulaNode> call(std::string_view name, Arguments arguments) {
    const auto functions = formula_functions(name);
    if (functions.empty()) return fault("there is no function " + std::string(name));
    if (++nodes_ > kFormulaNodesMax) return fault("it has too many parts");
    for (const FormulaFunction* function : functions) {
      const auto type = type_of_call(*function, arguments);
      if (!type) continue;
      FormulaNode node;
      node.kind = FormulaNode::Kind::kCall;
      node.type = *type;
      node.function = function;
      node.arguments = std::move(arguments);
      return node;
    }
    std::string given;
    for (const FormulaNode& argument : arguments)
      given += (given.empty() ? "" : ", ") + std::string(name_of(argument.type));
    return fault(std::string(name) + " doesn't take (" + given + ")");
  }

  Outcome<FormulaNode> operand() {
    if (take("-")) {
      PD_ASSIGN(of, operand());
      Arguments one;
      one.push_back(std::move(of));
      return call("-", std::move(one));
    }
    if (take("(")) {
      PD_ASSIGN(inner, level(0));
      if (!take(")")) return fault("a ')' is missing");
      return inner;
    }
    if (++nodes_ > kFormulaNodesMax) return fault("it has too many parts");
    if (take("\"")) return text_literal();
    if (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') return number_literal();
    return word();
  }

  Outcome<FormulaNode> text_literal() {
    std::string value;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    if (at_ == text_.size()) return fault("a text has no end");
    ++at_;
    return literal(FormulaType::kText, Value(std::move(value)));
  }

  Outcome<FormulaNode> number_literal() {
    double number = 0;
    const auto read = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    if (read.ec != std::errc{}) return fault("this is no number");
    at_ = static_cast<size_t>(read.ptr - text_.data());
    return literal(FormulaType::kNumber, Value(number));
  }

  static FormulaNode literal(FormulaType type, Value value) {
    FormulaNode node;
    node.type = type;
    node.literal = std::move(value);
    return node;
  }

  // TRUE, a function with its arguments, or a field.
  Outcome<FormulaNode> word() {
    const size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_]))
      ++at_;
    const std::string_view name = text_.substr(begin, at_ - begin);
    if (name.empty()) return fault("a value is missing");
    if (take("(")) return call_of(name);
    for (const bool truth : {true, false}) {
      if (equals_ignore_case_ascii(name, truth ? "TRUE" : "FALSE"))
        return literal(FormulaType::kBoolean, Value(truth));
    }
    const Field* field = type_.find(name);
    if (field == nullptr || field->column < 0 || field->kind == FieldKind::kDateTime) {
      at_ = begin;
      return fault("there is no field " + std::string(name) + " that a formula can use");
    }
    FormulaNode node;
    node.kind = FormulaNode::Kind::kField;
    node.type = type_of_kind(field->kind);
    node.field = field;
    return node;
  }

  Outcome<FormulaNode> call_of(std::string_view name) {
    Arguments arguments;
    if (!take(")")) {
      do {
        PD_ASSIGN(argument, level(0));
        arguments.push_back(std::move(argument));
      } while (take(","));
      if (!take(")")) return fault("a ')' is missing");
    }
    return call(name, std::move(arguments));
  }

  const ObjectType& type_;
  std::string_view text_;
  size_t at_ = 0;
  size_t nodes_ = 0;
  int depth_ = 0;
};

Value value_of_field(const Table& table, Row row, const Field& field) {
  if (table.is_null(row, field.column)) return Value::null();
  switch (field.kind) {
    case FieldKind::kBoolean:
      return Value(table.flag(row, field.column));
    case FieldKind::kInt:
      return Value(static_cast<double>(table.number(row, field.column)));
    case FieldKind::kDouble:
    case FieldKind::kCurrency:
      return Value(table.real(row, field.column));
    case FieldKind::kDate:
      return Value(Date{std::chrono::days(table.number(row, field.column))});
    default:
      return Value(table.text(row, field.column));
  }
}

// As the field keeps it: a whole number where it holds such, and never an empty text.
Value fitted(Value value, const Field& field) {
  const double* real = value.get<double>();
  constexpr double kWholeMax = 9'007'199'254'740'992.0;
  if (field.kind == FieldKind::kInt && real != nullptr) {
    return std::abs(*real) < kWholeMax ? Value(static_cast<int64_t>(*real)) : Value::null();
  }
  if (field.kind == FieldKind::kBoolean && value.is_null()) return Value(false);
  if (value.is_string() && value.str().empty()) return Value::null();
  return value;
}

}  // namespace

Value value_of_node(const FormulaNode& node, const Table& table, Row row) {
  if (node.kind == FormulaNode::Kind::kLiteral) return node.literal;
  if (node.kind == FormulaNode::Kind::kField) return value_of_field(table, row, *node.field);
  std::vector<Value> values;
  values.reserve(node.arguments.size());
  for (const FormulaNode& argument : node.arguments) {
    values.push_back(value_of_node(argument, table, row));
    if (values.back().is_null() && !node.function->takes_blanks) return Value::null();
  }
  return node.function->compute(values);
}

Outcome<std::shared_ptr<const Formula>> Formula::compile(const ObjectType& type, FieldKind kind,
                                                         std::string_view text) {
  PD_ASSIGN(root, FormulaParser(type, text).read());
  if (root.type != type_of_kind(kind)) {
    return api_error(std::string(salesforce_wire::error_name::kInvalidField),
                     "formula: it gives a " + std::string(name_of(root.type)) + ", and the field holds a " +
                         std::string(name_of(type_of_kind(kind))));
  }
  auto formula = std::make_shared<Formula>();
  formula->root_ = std::move(root);
  return std::shared_ptr<const Formula>(std::move(formula));
}

void Formula::compute(Table& table, Row row, const Field& field) const {
  store_fields(table, row, {{field.column, field.kind, fitted(value_of_node(root_, table, row), field)}});
}

}  // namespace prospectd::sandbox
