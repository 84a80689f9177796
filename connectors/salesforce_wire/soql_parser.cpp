#include "connectors/salesforce_wire/soql_parser.h"

#include <unordered_set>

#include "connectors/salesforce_wire/soql_words.h"

namespace prospectd::salesforce_wire::soql {
namespace {

// The words that follow FOR, in the order of Purpose.
constexpr std::string_view kPurposeWords[] = {"", "VIEW", "REFERENCE", "UPDATE"};
// What FIELDS() takes, in the order of FieldsOf.
constexpr std::string_view kFieldSetWords[] = {"ALL", "STANDARD", "CUSTOM"};

// Drops the own object's name, or alias, from the front: "l.Name" and "Lead.Name" mean "Name" in FROM Lead l.
class OwnNames {
 public:
  explicit OwnNames(const Query& query) : query_(query) {}

  void drop(FieldPath& field) const {
    std::vector<std::string>& parts = field.parts;
    // A reserved word needs something before it to be taken for a field.
    while (parts.size() > 1 && is_own(parts[0]) && !(parts.size() == 2 && is_reserved(parts[1])))
      parts.erase(parts.begin());
  }
  void drop(std::vector<FieldPath>& fields) const {
    for (FieldPath& field : fields)
      drop(field);
  }
  void drop(std::optional<Condition>& condition) const {
    if (condition) for_each_comparison(*condition, [this](Comparison& c) { drop(c.field); });
  }

 private:
  bool is_own(std::string_view part) const {
    return equals_ignore_case_ascii(part, query_.object) || equals_ignore_case_ascii(part, query_.alias);
  }
  const Query& query_;
};

}  // namespace

bool Parser::query(Query& out) {
  Places places;
  return expect("SELECT") && select_list(out, places) && from(out) && clauses(out) && finish(out, places);
}

bool Parser::clauses(Query& out) {
  if (accept("USING")) {
    if (!expect("SCOPE") || !name(out.scope)) return false;
  }
  if (accept("WHERE") && !condition(out.where.emplace())) return false;
  if (at("GROUP") && !group_by(out.group)) return false;
  if (at("HAVING")) {
    if (out.group.fields.empty()) return unexpected(": HAVING needs GROUP BY");
    advance();
    if (!condition(out.having.emplace())) return false;
  }
  if (at("ORDER") && !order_by(out)) return false;
  if (at("LIMIT") && !bounded_number("LIMIT", kLimitMax, out.limit)) return false;
  if (at("OFFSET") && !bounded_number("OFFSET", kOffsetMax, out.offset)) return false;
  return !at("FOR") || purpose(out.purpose);
}

bool Parser::select_list(Query& out, Places& places) {
  if (at("COUNT") && is(ahead(1), "(") && is(ahead(2), ")")) {
    out.count = true;
    for (int i = 0; i < 3; ++i)
      advance();
    return true;
  }
  do {
    places.items.push_back(current().at);
    if (!select_item(out.select.emplace_back())) return false;
  } while (accept(","));
  return true;
}

bool Parser::select_item(SelectItem& out) {
  if (at("(")) return subquery(out.expression.emplace<Subquery>().query);
  if (at("TYPEOF") && ahead(1).kind == TokenKind::kName && !is(ahead(1), "FROM"))
    return type_of(out.expression.emplace<TypeOf>());
  if (at("FIELDS") && is(ahead(1), "(")) return fields_of(out.expression.emplace<FieldsOf>());
  return expression(std::get<FieldPath>(out.expression)) && alias(out.alias);
}

// Only before a comma and FROM, so that a misspelt FROM is told as such.
bool Parser::alias(std::string& out) {
  const bool named = current().kind == TokenKind::kName && !is_reserved(current().text);
  return !named || (!is(ahead(1), ",") && !is(ahead(1), "FROM")) || name(out);
}

bool Parser::nest() {
  if (depth_ == kNestingMax)
    return fail(current().at, "conditions nested deeper than " + std::to_string(kNestingMax));
  advance();
  ++depth_;
  return true;
}

bool Parser::subquery(std::vector<Query>& out) {
  if (!nest()) return false;
  const bool good = query(out.emplace_back()) && expect(")");
  --depth_;
  return good;
}

bool Parser::type_of(TypeOf& out) {
  advance();
  if (!path(out.relation)) return false;
  if (!at("WHEN")) return unexpected();
  while (accept("WHEN")) {
    TypeOf::Branch& branch = out.branches.emplace_back();
    if (!name(branch.type) || !expect("THEN") || !paths(branch.fields)) return false;
  }
  if (accept("ELSE") && !paths(out.otherwise)) return false;
  return expect("END");
}

bool Parser::paths(std::vector<FieldPath>& out) {
  do {
    if (!path(out.emplace_back())) return false;
  } while (accept(","));
  return true;
}

bool Parser::fields_of(FieldsOf& out) {
  advance();
  advance();
  for (size_t i = 0; i < std::size(kFieldSetWords); ++i) {
    if (!accept(kFieldSetWords[i])) continue;
    out = static_cast<FieldsOf>(i);
    return expect(")");
  }
  return unexpected();
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

bool Parser::group_by(GroupBy& out) {
  advance();
  if (!expect("BY")) return false;
  const bool rollup = at("ROLLUP") && is(ahead(1), "(");
  const bool cube = at("CUBE") && is(ahead(1), "(");
  if (rollup || cube) {
    out.kind = rollup ? GroupBy::Kind::kRollup : GroupBy::Kind::kCube;
    advance();
    advance();
  }
  do {
    if (out.kind != GroupBy::Kind::kPlain && out.fields.size() == kRollupFieldsMax)
      return fail(current().at,
                  "ROLLUP and CUBE take at most " + std::to_string(kRollupFieldsMax) + " fields");
    if (!expression(out.fields.emplace_back())) return false;
  } while (accept(","));
  return out.kind == GroupBy::Kind::kPlain || expect(")");
}

// Only behind FROM are the own names known, so only now can a field that is selected twice be seen; and only
// behind GROUP BY, whether there may be aliases.
bool Parser::finish(Query& out, const Places& places) {
  const OwnNames own(out);
  std::unordered_set<std::string> seen;
  const bool aggregates = out.aggregates();
  for (size_t i = 0; i < out.select.size(); ++i) {
    SelectItem& item = out.select[i];
    if (auto* type_of = std::get_if<TypeOf>(&item.expression)) own.drop(type_of->relation);
    auto* field = std::get_if<FieldPath>(&item.expression);
    if (field == nullptr) continue;
    own.drop(*field);
    if (!item.alias.empty() && field->function == Function::kNone && !aggregates)
      return fail(places.items[i], "only aggregate expressions use field aliasing");
    // Two aggregates of one field may stand side by side, each under its own name.
    if (field->function == Function::kNone && !seen.insert(to_lower_ascii(field->text())).second)
      return fail(places.items[i], "duplicate field selected: " + field->text());
  }
  own.drop(out.where);
  own.drop(out.having);
  own.drop(out.group.fields);
  for (OrderBy& order : out.order)
    own.drop(order.field);
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
  if (!expression(out.field)) return false;
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

bool Parser::purpose(Purpose& out) {
  advance();
  for (size_t i = 1; i < std::size(kPurposeWords); ++i) {
    if (!accept(kPurposeWords[i])) continue;
    out = static_cast<Purpose>(i);
    return true;
  }
  return unexpected();
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
  if (at("ALL") && is(ahead(1), "ROWS")) return fail(current().at, "ALL ROWS not allowed in this context");
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
    return unsupported("function " + to_upper_text(shortened(current().text)) + "()");
  if (is_reserved(current().text) && !is(ahead(1), ".")) return unexpected();
  do {
    if (out.parts.size() == kPathPartsMax)
      return fail(current().at, "a path has at most " + std::to_string(kPathPartsMax) + " parts");
    if (!name(out.parts.emplace_back())) return false;
  } while (accept("."));
  return true;
}

// A field, or a function of one.
bool Parser::expression(FieldPath& out) {
  const Function function = is(ahead(1), "(") ? function_of(current().text) : Function::kNone;
  if (function == Function::kNone) return path(out);
  if (function == Function::kCount && is(ahead(2), ")"))
    return fail(current().at, "COUNT() must be the only element in the SELECT list");
  advance();
  advance();
  if (is_date_function(function) && at("convertTimezone") && is(ahead(1), "(")) {
    advance();
    advance();
    out.in_user_zone = true;
  }
  if (!path(out) || (out.in_user_zone && !expect(")"))) return false;
  out.function = function;
  return expect(")");
}

namespace {

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
  return parse_with<Query>(text, &Parser::lone_query);
}

std::variant<Condition, ParseError> parse_condition(std::string_view text) {
  return parse_with<Condition>(text, &Parser::lone_condition);
}

}  // namespace prospectd::salesforce_wire::soql
