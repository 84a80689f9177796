#include <algorithm>
#include <unordered_set>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/soql.h"
#include "connectors/salesforce_wire/soql_fault.h"
#include "connectors/salesforce_wire/soql_lexer.h"
#include "connectors/salesforce_wire/soql_words.h"

namespace prospectd::salesforce_wire::soql {
namespace {

// Recursive descent over the tokens. Every method that returns bool returns false once a fault is set.
class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(tokens_of(text)) {}

  bool query(Query& out);
  bool lone_condition(Condition& out) { return condition(out) && end(); }
  const Fault& fault() const { return fault_; }

 private:
  const Token& current() const { return tokens_[at_]; }
  const Token& ahead(size_t n) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  void advance() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  static bool is(const Token& token, std::string_view word) {
    const bool matches = token.kind == TokenKind::kName || token.kind == TokenKind::kSymbol;
    return matches && equals_ignore_case_ascii(token.text, word);
  }
  bool at(std::string_view word) const { return is(current(), word); }
  bool accept(std::string_view word) {
    if (!at(word)) return false;
    advance();
    return true;
  }
  bool expect(std::string_view word) { return accept(word) || unexpected(); }

  bool fail(size_t at, std::string reason) {
    fault_.at = at;
    fault_.reason = std::move(reason);
    return false;
  }
  bool unexpected(std::string_view hint = {}) {
    return fail(current().at, unexpected_token(current()) + std::string(hint));
  }
  bool unsupported(std::string construct) {
    fault_.construct = construct;
    return fail(current().at, "unsupported construct: " + std::move(construct));
  }
  bool out_of_range(size_t at, std::string reason) {
    fault_.code = error_name::kNumberOutsideValidRange;
    return fail(at, std::move(reason));
  }

  bool select_list(Query& out);
  bool select_item(Query& out);
  bool from(Query& out);
  bool own_names_dropped(Query& out);
  bool order_by(Query& out);
  bool order_item(OrderBy& out);
  bool bounded_number(std::string_view clause, int64_t max, std::optional<int64_t>& out);
  bool end();

  bool name(std::string& out);
  bool path(FieldPath& out);

  bool condition(Condition& out);
  bool simple_condition(Condition& out);
  bool more_terms(std::string_view word, std::vector<Condition>& terms);
  bool comparison(Comparison& out);
  bool comparison_operator(Operator& out);
  bool list(std::vector<Literal>& out);
  bool literal(bool pattern, std::vector<Literal>& out);
  bool string_literal(bool pattern, Literal& out);
  bool date_literal(Literal& out);
  bool number_literal(Literal& out);
  bool word_literal(Literal& out);

  std::vector<Token> tokens_;
  size_t at_ = 0;
  size_t depth_ = 0;
  std::vector<size_t> item_places_;  // of the selected items
  Fault fault_;
};

bool Parser::query(Query& out) {
  if (!expect("SELECT") || !select_list(out) || !from(out)) return false;
  if (accept("WHERE") && !condition(out.where.emplace())) return false;
  if (at("ORDER") && !order_by(out)) return false;
  if (at("LIMIT") && !bounded_number("LIMIT", kLimitMax, out.limit)) return false;
  if (at("OFFSET") && !bounded_number("OFFSET", kOffsetMax, out.offset)) return false;
  return end() && own_names_dropped(out);
}

bool Parser::select_list(Query& out) {
  if (at("COUNT") && is(ahead(1), "(") && is(ahead(2), ")")) {
    out.count = true;
    for (int i = 0; i < 3; ++i)
      advance();
    return true;
  }
  do {
    if (!select_item(out)) return false;
  } while (accept(","));
  return true;
}

bool Parser::select_item(Query& out) {
  if (at("(")) return unsupported("subquery in SELECT");
  if (at("TYPEOF") && ahead(1).kind == TokenKind::kName && !is(ahead(1), "FROM"))
    return unsupported("TYPEOF");
  item_places_.push_back(current().at);
  FieldPath field;
  if (!path(field)) return false;
  out.select.push_back(SelectItem{std::move(field)});
  return true;
}

bool Parser::from(Query& out) {
  if (!expect("FROM")) return false;
  if (is_reserved(current().text) && !is_object_too(current().text)) return unexpected();
  if (!name(out.object)) return false;
  const bool as = accept("AS");
  if (as || (current().kind == TokenKind::kName && !is_reserved(current().text))) {
    if (is_reserved(current().text)) return unexpected();
    if (!name(out.alias)) return false;
  }
  return at(",") ? unsupported("several objects in FROM") : true;
}

// "l.Name" and "Lead.Name" mean "Name" in FROM Lead l. Only now are both names known, so only now can a field
// that is selected twice be seen.
bool Parser::own_names_dropped(Query& out) {
  const auto is_own = [&](std::string_view part) {
    return equals_ignore_case_ascii(part, out.object) || equals_ignore_case_ascii(part, out.alias);
  };
  const auto drop = [&](FieldPath& field) {
    std::vector<std::string>& parts = field.parts;
    // A reserved word needs something before it to be taken for a field.
    while (parts.size() > 1 && is_own(parts[0]) && !(parts.size() == 2 && is_reserved(parts[1])))
      parts.erase(parts.begin());
  };
  std::unordered_set<std::string> seen;
  for (size_t i = 0; i < out.select.size(); ++i) {
    auto& field = std::get<FieldPath>(out.select[i].expression);
    drop(field);
    if (!seen.insert(to_lower_ascii(field.text())).second)
      return fail(item_places_[i], "duplicate field selected: " + field.text());
  }
  if (out.where) for_each_comparison(*out.where, [&](Comparison& c) { drop(c.field); });
  for (OrderBy& order : out.order)
    drop(order.field);
  return true;
}

bool Parser::order_by(Query& out) {
  advance();
  if (!expect("BY")) return false;
  do {
    if (!order_item(out.order.emplace_back())) return false;
  } while (accept(","));
  return true;
}

bool Parser::order_item(OrderBy& out) {
  if (!path(out.field)) return false;
  if (accept("DESC")) {
    out.descending = true;
  } else {
    accept("ASC");
  }
  if (!accept("NULLS")) return true;
  if (accept("FIRST")) {
    out.nulls = Nulls::kFirst;
    return true;
  }
  out.nulls = Nulls::kLast;
  return expect("LAST");
}

bool Parser::bounded_number(std::string_view clause, int64_t max, std::optional<int64_t>& out) {
  advance();
  if (at(":")) return unsupported("bind variable");
  const Token& token = current();
  const size_t sign = token.text.starts_with('-') || token.text.starts_with('+') ? 1 : 0;
  if (token.kind != TokenKind::kNumber ||
      token.text.find_first_not_of("0123456789", sign) != std::string_view::npos)
    return unexpected();
  out = Number{std::string(token.text)}.as_int();
  if (!out || *out < 0 || *out > max)
    return out_of_range(token.at, std::string(clause) + " must be between 0 and " + std::to_string(max));
  advance();
  return true;
}

bool Parser::end() {
  if (current().kind == TokenKind::kEnd) return true;
  const std::string_view clause = unsupported_clause(current().text);
  return clause.empty() ? unexpected() : unsupported(std::string(clause));
}

bool Parser::name(std::string& out) {
  if (current().kind != TokenKind::kName) return unexpected();
  if (current().text.size() > kNameCharsMax)
    return fail(current().at, "name longer than " + std::to_string(kNameCharsMax) + " characters");
  out = current().text;
  advance();
  return true;
}

bool Parser::path(FieldPath& out) {
  if (current().kind == TokenKind::kName && is(ahead(1), "("))
    return unsupported(function_construct(current().text));
  if (is_reserved(current().text) && !is(ahead(1), ".")) return unexpected();
  do {
    if (out.parts.size() == kPathPartsMax)
      return fail(current().at, "a path has at most " + std::to_string(kPathPartsMax) + " parts");
    if (!name(out.parts.emplace_back())) return false;
  } while (accept("."));
  return true;
}

bool Parser::condition(Condition& out) {
  if (accept("NOT")) {
    Condition term;
    if (at("NOT")) return unexpected(": NOT inside NOT needs parentheses");
    if (!simple_condition(term)) return false;
    out = negate(std::move(term));
    if (at("AND") || at("OR")) return unexpected(": NOT beside AND or OR needs parentheses");
    return true;
  }
  if (!simple_condition(out)) return false;
  if (!at("AND") && !at("OR")) return true;
  const bool all = at("AND");
  std::vector<Condition> terms;
  terms.push_back(std::move(out));
  if (!more_terms(all ? "AND" : "OR", terms)) return false;
  if (at("AND") || at("OR")) return unexpected(": AND and OR at one level need parentheses");
  out = all ? all_of(std::move(terms)) : any_of(std::move(terms));
  return true;
}

bool Parser::more_terms(std::string_view word, std::vector<Condition>& terms) {
  while (accept(word)) {
    if (at("NOT")) return unexpected(": NOT beside AND or OR needs parentheses");
    if (!simple_condition(terms.emplace_back())) return false;
  }
  return true;
}

bool Parser::simple_condition(Condition& out) {
  if (!at("(")) return comparison(out.node.emplace<Comparison>());
  if (depth_ == kNestingMax)
    return fail(current().at, "conditions nested deeper than " + std::to_string(kNestingMax));
  advance();
  ++depth_;
  const bool good = condition(out) && expect(")");
  --depth_;
  return good;
}

bool Parser::comparison(Comparison& out) {
  if (!path(out.field) || !comparison_operator(out.op)) return false;
  if (out.op == Operator::kIn || out.op == Operator::kNotIn) return list(out.values);
  return literal(out.op == Operator::kLike, out.values);
}

bool Parser::comparison_operator(Operator& out) {
  if (at("INCLUDES") || at("EXCLUDES")) return unsupported(to_upper_text(current().text));
  if (at("NOT")) {
    advance();
    out = Operator::kNotIn;
    return expect("IN");
  }
  const auto op = operator_of(current());
  if (!op) return unexpected();
  out = *op;
  advance();
  return true;
}

bool Parser::list(std::vector<Literal>& out) {
  if (at(":")) return unsupported("bind variable");
  if (!expect("(")) return false;
  if (at("SELECT")) return unsupported("semi-join (SELECT inside IN)");
  do {
    if (!literal(false, out)) return false;
  } while (accept(","));
  return expect(")");
}

bool Parser::literal(bool pattern, std::vector<Literal>& out) {
  Literal& value = out.emplace_back();
  switch (current().kind) {
    case TokenKind::kString:
      if (!string_literal(pattern, value)) return false;
      break;
    case TokenKind::kNumber:
      if (pattern || !number_literal(value)) return pattern ? unexpected() : false;
      break;
    case TokenKind::kDate:
    case TokenKind::kDateTime:
      if (pattern || !date_literal(value)) return pattern ? unexpected() : false;
      break;
    case TokenKind::kName:
      if (!word_literal(value)) return false;
      if (pattern) return unexpected();
      break;
    default:
      return at(":") ? unsupported("bind variable") : unexpected();
  }
  advance();
  return true;
}

bool Parser::string_literal(bool pattern, Literal& out) {
  auto text = unquote(current().text, pattern);
  if (auto* fault = std::get_if<StringFault>(&text))
    return fail(current().at + fault->at, std::move(fault->reason));
  out = std::get<std::string>(std::move(text));
  return true;
}

bool Parser::date_literal(Literal& out) {
  const std::string_view text = current().text;
  if (current().kind == TokenKind::kDate) {
    const auto date = parse_date(text);
    if (!date) return fail(current().at, "no such date: '" + shortened(text) + "'");
    out = *date;
    return true;
  }
  const auto moment = parse_timestamp(text);
  // A zone can push the ends of the calendar over its edge, where no text could say it any more.
  if (!moment || !parse_timestamp(format_timestamp(*moment)))
    return fail(current().at, "no such datetime: '" + shortened(text) + "'");
  out = *moment;
  return true;
}

bool Parser::number_literal(Literal& out) {
  if (current().text.size() > kNumberCharsMax)
    return fail(current().at, "number longer than " + std::to_string(kNumberCharsMax) + " characters");
  out = Number{std::string(current().text)};
  return true;
}

// Leaves the place at the word.
bool Parser::word_literal(Literal& out) {
  if (at("null")) {
    out = Null{};
  } else if (at("true") || at("false")) {
    out = at("true");
  } else if (is(ahead(1), "(")) {
    return unsupported(function_construct(current().text));
  } else if (is_date_literal(current().text)) {
    return unsupported("date literal " + to_upper_text(current().text));
  } else if (is_currency_literal(current().text)) {
    return unsupported("currency literal");
  } else {
    return unexpected();
  }
  return true;
}

template <class Tree>
std::variant<Tree, ParseError> parse_with(std::string_view text, bool (Parser::*rule)(Tree&)) {
  if (!is_valid_utf8(text)) return bare_error("the query is not valid UTF-8");
  if (character_count(text) > kQueryCharsMax)
    return bare_error("the query is longer than " + std::to_string(kQueryCharsMax) + " characters");
  Parser parser(text);
  Tree tree;
  if ((parser.*rule)(tree)) return tree;
  return to_error(text, parser.fault());
}

}  // namespace

std::variant<Query, ParseError> parse(std::string_view text) {
  return parse_with<Query>(text, &Parser::query);
}

std::variant<Condition, ParseError> parse_condition(std::string_view text) {
  return parse_with<Condition>(text, &Parser::lone_condition);
}

}  // namespace prospectd::salesforce_wire::soql
