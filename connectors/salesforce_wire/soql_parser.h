// The recursive descent over the tokens of a query. Internal to salesforce_wire: soql_parser.cpp reads the
// clauses, soql_condition_parser.cpp what stands behind WHERE and HAVING. One parser reads one text, on any
// thread. Every method that returns bool returns false once a fault is set. Source: API §5.1.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/soql.h"
#include "connectors/salesforce_wire/soql_fault.h"
#include "connectors/salesforce_wire/soql_lexer.h"

namespace prospectd::salesforce_wire::soql {

class Parser {
 public:
  /// `text` is valid UTF-8 and outlives the parser.
  explicit Parser(std::string_view text) : tokens_(tokens_of(text)) {}

  bool lone_query(Query& out) { return query(out) && end(); }
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

  // soql_parser.cpp: clauses and what is selected
  struct Places {
    std::vector<size_t> items;  // byte offsets of the selected items
  };
  bool query(Query& out);
  bool clauses(Query& out);
  bool select_list(Query& out, Places& places);
  bool select_item(SelectItem& out);
  bool subquery(std::vector<Query>& out);
  bool type_of(TypeOf& out);
  bool paths(std::vector<FieldPath>& out);
  bool fields_of(FieldsOf& out);
  bool alias(std::string& out);
  bool from(Query& out);
  bool group_by(GroupBy& out);
  bool order_by(Query& out);
  bool order_item(OrderBy& out);
  bool purpose(Purpose& out);
  bool bounded_number(std::string_view clause, int64_t max, std::optional<int64_t>& out);
  bool finish(Query& out, const Places& places);
  bool end();

  bool name(std::string& out);
  bool path(FieldPath& out);
  bool expression(FieldPath& out);
  bool nest();

  // soql_condition_parser.cpp: what stands behind WHERE and HAVING
  bool condition(Condition& out);
  bool simple_condition(Condition& out);
  bool more_terms(std::string_view word, std::vector<Condition>& terms);
  bool comparison(Comparison& out);
  bool comparison_operator(Operator& out);
  bool list(Comparison& out);
  bool literal(bool pattern, std::vector<Literal>& out);
  bool string_literal(bool pattern, Literal& out);
  bool date_or_time(Literal& out);
  bool number_literal(Literal& out);
  bool word_literal(Literal& out);
  bool numbered_date(Literal& out);

  std::vector<Token> tokens_;
  size_t at_ = 0;
  size_t depth_ = 0;
  Fault fault_;
};

}  // namespace prospectd::salesforce_wire::soql
