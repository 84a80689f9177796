#include <array>
#include <chrono>
#include <cstdio>

#include "base/text.h"
#include "connectors/salesforce_wire/characters.h"
#include "connectors/salesforce_wire/soql.h"

namespace prospectd::salesforce_wire::soql {
namespace {

// In the order of Operator.
constexpr std::string_view kSymbols[] = {
    "=", "!=", "<", "<=", ">", ">=", "LIKE", "IN", "NOT IN", "INCLUDES", "EXCLUDES"};
static_assert(std::size(kSymbols) == static_cast<size_t>(Operator::kExcludes) + 1);

// What a character looks like between quotes; empty when it may stand as it is.
std::string escaped(char c) {
  switch (c) {
    case '\\':
      return "\\\\";
    case '\'':
      return "\\'";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    default:
      break;
  }
  if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) return {};
  std::array<char, 8> buffer;
  std::snprintf(buffer.data(), buffer.size(), "\\u%04X", static_cast<unsigned>(c));
  return buffer.data();
}

// With `pattern`, a backslash before what LIKE lets it escape is one already.
std::string quoted(std::string_view raw, bool pattern) {
  const std::string text = is_valid_utf8(raw) ? std::string(raw) : repair_utf8(raw);
  std::string out = "'";
  for (size_t i = 0; i < text.size(); ++i) {
    if (pattern && text[i] == '\\' && i + 1 < text.size() && is_like_special(text[i + 1])) {
      out += '\\';
      out += text[++i];
      continue;
    }
    const std::string replacement = escaped(text[i]);
    if (replacement.empty()) {
      out += text[i];
    } else {
      out += replacement;
    }
  }
  return out + "'";
}

struct LiteralPrinter {
  bool pattern = false;

  std::string operator()(const Null&) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(const Number& value) const { return value.text; }
  std::string operator()(const std::string& value) const { return quoted(value, pattern); }
  std::string operator()(const Date& value) const { return format_date(value); }
  std::string operator()(const Timestamp& value) const { return format_datetime(value); }
  std::string operator()(const Money& value) const { return value.currency + value.amount.text; }
  std::string operator()(const DateLiteral& value) const {
    return value.number ? value.name + ":" + std::to_string(*value.number) : value.name;
  }
};

template <class Items, class PrintItem>
std::string joined(const Items& items, std::string_view separator, PrintItem print_item) {
  std::string text;
  for (const auto& item : items) {
    if (&item != &*items.begin()) text += separator;
    text += print_item(item);
  }
  return text;
}

// AND, OR and NOT stand in parentheses wherever they are a part of another: the grammar wants it so.
std::string term(const Condition& condition) {
  if (std::holds_alternative<Comparison>(condition.node)) return print(condition);
  return "(" + print(condition) + ")";
}

struct ConditionPrinter {
  std::string operator()(const Comparison& c) const {
    const std::string start = c.field.text() + " " + std::string(symbol_of(c.op)) + " ";
    if (!c.subquery.empty()) return start + "(" + print(c.subquery.front()) + ")";
    const LiteralPrinter printer{c.op == Operator::kLike};
    const std::string values =
        joined(c.values, ", ", [&](const Literal& value) { return std::visit(printer, value); });
    return takes_list(c.op) ? start + "(" + values + ")" : start + values;
  }
  std::string operator()(const And& c) const { return joined(c.terms, " AND ", term); }
  std::string operator()(const Or& c) const { return joined(c.terms, " OR ", term); }
  std::string operator()(const Not& c) const { return "NOT " + joined(c.term, " ", term); }
};

std::string print_path(const FieldPath& path) {
  return path.text();
}

// In the order of FieldsOf, of GroupBy::Kind, of Purpose.
constexpr std::string_view kFieldSets[] = {"FIELDS(ALL)", "FIELDS(STANDARD)", "FIELDS(CUSTOM)"};
constexpr std::string_view kGroupings[] = {"", "ROLLUP", "CUBE"};
constexpr std::string_view kPurposes[] = {"", " FOR VIEW", " FOR REFERENCE", " FOR UPDATE"};

struct SelectPrinter {
  std::string operator()(const FieldPath& path) const { return path.text(); }
  std::string operator()(const Subquery& s) const { return "(" + print(s.query.front()) + ")"; }
  std::string operator()(const TypeOf& t) const {
    std::string text = "TYPEOF " + t.relation.text();
    for (const TypeOf::Branch& b : t.branches)
      text += " WHEN " + b.type + " THEN " + joined(b.fields, ", ", print_path);
    if (!t.otherwise.empty()) text += " ELSE " + joined(t.otherwise, ", ", print_path);
    return text + " END";
  }
  std::string operator()(FieldsOf set) const { return std::string(kFieldSets[static_cast<size_t>(set)]); }
};

std::string print_item(const SelectItem& item) {
  const std::string text = std::visit(SelectPrinter{}, item.expression);
  return item.alias.empty() ? text : text + " " + item.alias;
}

std::string print_group(const GroupBy& group) {
  const std::string fields = joined(group.fields, ", ", print_path);
  const std::string_view word = kGroupings[static_cast<size_t>(group.kind)];
  return word.empty() ? fields : std::string(word) + "(" + fields + ")";
}

std::string print_order(const OrderBy& order) {
  std::string text = order.field.text();
  if (order.descending) text += " DESC";
  if (order.nulls) text += *order.nulls == Nulls::kFirst ? " NULLS FIRST" : " NULLS LAST";
  return text;
}

}  // namespace

std::string_view symbol_of(Operator op) {
  return kSymbols[static_cast<size_t>(op)];
}

std::string print(const Literal& literal) {
  return std::visit(LiteralPrinter{}, literal);
}

std::string print(const Condition& condition) {
  return std::visit(ConditionPrinter{}, condition.node);
}

std::string print(const Query& query) {
  std::string text = "SELECT ";
  text += query.count ? "COUNT()" : joined(query.select, ", ", print_item);
  text += " FROM " + query.object;
  if (!query.alias.empty()) text += " " + query.alias;
  if (!query.scope.empty()) text += " USING SCOPE " + query.scope;
  if (query.where) text += " WHERE " + print(*query.where);
  if (!query.group.fields.empty()) text += " GROUP BY " + print_group(query.group);
  if (query.having) text += " HAVING " + print(*query.having);
  if (!query.order.empty()) text += " ORDER BY " + joined(query.order, ", ", print_order);
  if (query.limit) text += " LIMIT " + std::to_string(*query.limit);
  if (query.offset) text += " OFFSET " + std::to_string(*query.offset);
  text += kPurposes[static_cast<size_t>(query.purpose)];
  return text;
}

std::string quote_string(std::string_view text) {
  return quoted(text, false);
}

std::string format_datetime(Timestamp t) {
  const bool whole = t == std::chrono::floor<seconds>(t);
  return whole ? format_timestamp_seconds(t) : format_timestamp(t);
}

}  // namespace prospectd::salesforce_wire::soql
