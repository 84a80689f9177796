#include "connectors/salesforce_wire/soql_parser.h"
#include "connectors/salesforce_wire/soql_words.h"

namespace prospectd::salesforce_wire::soql {

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
  if (!nest()) return false;
  const bool good = condition(out) && expect(")");
  --depth_;
  return good;
}

bool Parser::comparison(Comparison& out) {
  if (!expression(out.field) || !comparison_operator(out.op)) return false;
  if (takes_list(out.op)) return list(out);
  return literal(out.op == Operator::kLike, out.values);
}

bool Parser::comparison_operator(Operator& out) {
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

bool Parser::list(Comparison& out) {
  if (at(":")) return unsupported("bind variable");
  const bool join = out.op == Operator::kIn || out.op == Operator::kNotIn;
  if (at("(") && is(ahead(1), "SELECT") && join) return subquery(out.subquery);
  if (!expect("(")) return false;
  do {
    if (!literal(false, out.values)) return false;
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
      if (pattern || !date_or_time(value)) return pattern ? unexpected() : false;
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

bool Parser::date_or_time(Literal& out) {
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
    return unsupported("function " + to_upper_text(shortened(current().text)) + "()");
  } else if (date_word(current().text) == DateWord::kPlain) {
    out = *date_literal(current().text);
  } else if (date_word(current().text) == DateWord::kNumbered) {
    return numbered_date(out);
  } else if (is_currency_literal(current().text)) {
    if (current().text.size() > kNumberCharsMax)
      return fail(current().at, "number longer than " + std::to_string(kNumberCharsMax) + " characters");
    out = Money{to_upper_text(current().text.substr(0, 3)), Number{std::string(current().text.substr(3))}};
  } else {
    return unexpected();
  }
  return true;
}

// LAST_N_DAYS:7
bool Parser::numbered_date(Literal& out) {
  const std::string_view word = current().text;
  advance();
  if (!at(":")) return unexpected();
  advance();
  const bool digits = current().kind == TokenKind::kNumber &&
                      current().text.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits) return unexpected();
  const auto number = Number{std::string(current().text)}.as_int();
  if (!number || *number > kDateLiteralMax)
    return out_of_range(current().at, to_upper_text(word) + " takes a number between 0 and " +
                                          std::to_string(kDateLiteralMax));
  out = *date_literal(word, number);
  return true;
}

}  // namespace prospectd::salesforce_wire::soql
