#include "reconcile/store/sqlite_expression.h"

#include "mapping/unicode.h"
#include "reconcile/store/sqlite_rows.h"

namespace prospectd::store {
namespace {

using mapping::LocalType;
using mapping::expression::Bound;
using mapping::expression::kOwnFields;
using mapping::expression::Node;
using mapping::expression::Operation;

// Greater than every text that goes on with other characters.
constexpr char kAfterAll = '\xFF';

bool is_text(LocalType type) {
  return type == LocalType::kText || type == LocalType::kEmail || type == LocalType::kUser ||
         type == LocalType::kAccount;
}

bool is_time(LocalType type) {
  return type == LocalType::kDate || type == LocalType::kDateTime;
}

class Compiler {
 public:
  Compiler(const FieldSql& fields, int first) : fields_(fields), next_(first) {}

  // Deep as the tree is; the parser bounds it.
  std::string condition(const Node& node) {
    switch (node.operation) {
      case Operation::kAll:
        return joined(node.children, " AND ", "1");
      case Operation::kAny:
        return joined(node.children, " OR ", "0");
      case Operation::kNot:
        return "((" + condition(node.children.front()) + ") IS NOT TRUE)";
      default:
        return test_of_field(node);
    }
  }

  std::vector<mapping::Value> take_parameters() { return std::move(parameters_); }
  bool has_unknown_field() const { return unknown_field_; }

 private:
  std::string joined(const std::vector<Node>& nodes, const char* between, const char* none) {
    if (nodes.empty()) return none;
    std::string sql = "(";
    for (const Node& node : nodes)
      sql += (sql.size() > 1 ? between : "") + condition(node);
    return sql + ")";
  }

  std::string parameter(mapping::Value value) {
    parameters_.push_back(std::move(value));
    return "?" + std::to_string(next_++);
  }

  std::string test_of_field(const Node& node) {
    const std::optional<std::string> sql = fields_(node, test(node));
    if (!sql) unknown_field_ = true;
    return sql.value_or("0");
  }

  // ---- tests ----

  TestSql test(const Node& node) {
    switch (node.operation) {
      case Operation::kExists:
        return [](const std::string& x) { return "NOT text_blank(" + x + ")"; };
      case Operation::kEquals:
        return compared(node.text, "=");
      case Operation::kStartsWith:
        return starting(node.text);
      case Operation::kContains:
        return [p = parameter(node.text)](const std::string& x) {
          return "text_contains(" + x + ", " + p + ")";
        };
      default:
        return within(node);
    }
  }

  // ASCII compares as NOCASE does, which indexes know; other text as mapping/fold.h does.
  TestSql compared(const std::string& folded, std::string comparison) {
    const std::string p = parameter(folded);
    if (mapping::unicode::is_ascii(folded))
      return [=](const std::string& x) { return in_nocase(x) + " " + comparison + " " + p; };
    return [=](const std::string& x) { return "text_compare(" + x + ", " + p + ") " + comparison + " 0"; };
  }

  TestSql starting(const std::string& folded) {
    const std::string p = parameter(folded);
    if (!mapping::unicode::is_ascii(folded))
      return [=](const std::string& x) { return "text_starts(" + x + ", " + p + ")"; };
    const std::string until = parameter(folded + kAfterAll);
    return [=](const std::string& x) {
      return "(" + in_nocase(x) + " >= " + p + " AND " + in_nocase(x) + " < " + until + ")";
    };
  }

  static std::string in_nocase(const std::string& x) {
    constexpr std::string_view kCollate = " COLLATE NOCASE";
    return x.ends_with(kCollate) ? x : x + std::string(kCollate);
  }

  TestSql within(const Node& node) {
    const bool one = node.low && node.high && *node.low == *node.high && node.low->inclusive;
    if (one) return bounded(node, *node.low, "=");
    std::vector<TestSql> tests;
    if (node.low) tests.push_back(bounded(node, *node.low, node.low->inclusive ? ">=" : ">"));
    if (node.high) tests.push_back(bounded(node, *node.high, node.high->inclusive ? "<=" : "<"));
    // Numbers come before texts; a value of the other sort is on no side.
    const bool texts = is_text(node.type) || (is_time(node.type) && node.at < kOwnFields);
    if (texts && !node.low) tests.push_back([](const std::string& x) { return x + " >= ''"; });
    if (!texts && !node.high) tests.push_back([](const std::string& x) { return x + " < ''"; });
    return [tests = std::move(tests)](const std::string& x) {
      std::string sql;
      for (const TestSql& each : tests)
        sql += (sql.empty() ? "(" : " AND ") + each(x);
      return sql + ")";
    };
  }

  TestSql bounded(const Node& node, const Bound& bound, std::string comparison) {
    if (is_text(node.type)) return compared(std::string(bound.value.str()), std::move(comparison));
    const std::string p = bound_parameter(node, bound.value);
    return [=](const std::string& x) { return x + " " + comparison + " " + p; };
  }

  std::string bound_parameter(const Node& node, const mapping::Value& value) {
    if (const auto* flag = value.get<bool>()) return parameter(int64_t{*flag ? 1 : 0});
    if (value.get<int64_t>() != nullptr) return parameter(value);
    if (value.get<double>() != nullptr) {
      // As text, so that it is read by the very code that reads the JSON. The plus takes the affinity away,
      // which would make numbers of texts on the other side.
      return "+CAST(" + parameter(value.to_text()) + " AS REAL)";
    }
    const auto* moment = value.get<Timestamp>();
    if (moment != nullptr && node.at >= kOwnFields) return parameter(ms_of(*moment));
    return parameter(value.to_text());
  }

  const FieldSql& fields_;
  int next_;
  std::vector<mapping::Value> parameters_;
  bool unknown_field_ = false;
};

}  // namespace

Result<FilterSql> filter_sql(const mapping::expression::Expression& expression, const FieldSql& fields,
                             int first) {
  Compiler compiler(fields, first);
  FilterSql made;
  made.condition = compiler.condition(expression.root);
  made.parameters = compiler.take_parameters();
  if (compiler.has_unknown_field())
    return make_error(ErrorCode::kInternal, "the expression names a field that the database does not have");
  return made;
}

}  // namespace prospectd::store
