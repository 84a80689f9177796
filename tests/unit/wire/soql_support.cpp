#include "tests/unit/wire/soql_support.h"

#include <set>

#include "base/text.h"

namespace prospectd::salesforce_wire::soql {
namespace {

constexpr int kDepthMax = 4;
constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01
constexpr int64_t kEndSecond = 253'402'300'800;    // 10000-01-01
constexpr int64_t kSecondsADay = 86'400;

// None of these is the object or the alias of a generated query, so no path begins with its own object.
const std::vector<std::string> kNames = {"Id",        "Name",    "Email",     "SystemModstamp", "Owner",
                                         "Custom__c", "X",       "Parent__r", "a1_b2",          "typeof",
                                         "count",     "Account", "LastName",  "today"};
const std::vector<std::string> kObjects = {"Lead", "Contact", "Group", "Order", "Invoice__c"};
const std::vector<std::string> kAliases = {"", "l", "alias_1"};

rc::Gen<FieldPath> any_path() {
  const auto parts = rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kNames));
  return rc::gen::map(
      rc::gen::suchThat(rc::gen::resize(static_cast<int>(kPathPartsMax), parts),
                        [](const auto& p) { return !p.empty() && p.size() <= kPathPartsMax; }),
      [](std::vector<std::string> p) { return FieldPath{std::move(p)}; });
}

// A path with a function around it, or none.
FieldPath pick_expression() {
  FieldPath path = *any_path();
  path.function = static_cast<Function>(*rc::gen::inRange(0, static_cast<int>(Function::kWeekInYear) + 1));
  path.in_user_zone = is_date_function(path.function) && *rc::gen::arbitrary<bool>();
  return path;
}

Literal pick_date_literal() {
  const char* const word = *rc::gen::element("TODAY", "LAST_90_DAYS", "THIS_WEEK", "NEXT_FISCAL_YEAR",
                                             "LAST_N_DAYS", "NEXT_N_FISCAL_QUARTERS", "N_YEARS_AGO");
  if (const auto plain = date_literal(word)) return *plain;
  return *date_literal(word, *rc::gen::inRange<int64_t>(0, kDateLiteralMax + 1));
}

rc::Gen<std::string> any_number_text() {
  const auto digits =
      rc::gen::map(rc::gen::inRange<int64_t>(0, 1'000'000'000), [](int64_t n) { return std::to_string(n); });
  return rc::gen::map(
      rc::gen::tuple(rc::gen::element<std::string>("", "-", "+"), digits,
                     rc::gen::oneOf(rc::gen::just(std::string()),
                                    rc::gen::map(digits, [](std::string d) { return "." + d; })),
                     rc::gen::element<std::string>("", "e5", "E-7", "e+12")),
      [](auto t) { return std::get<0>(t) + std::get<1>(t) + std::get<2>(t) + std::get<3>(t); });
}

rc::Gen<Literal> any_literal() {
  return rc::gen::oneOf(
      rc::gen::just(Literal{Null{}}),
      rc::gen::map(rc::gen::arbitrary<bool>(), [](bool b) { return Literal{b}; }),
      rc::gen::map(any_number_text(), [](std::string n) { return Literal{Number{std::move(n)}}; }),
      rc::gen::map(any_utf8(), [](std::string s) { return Literal{std::move(s)}; }),
      rc::gen::map(rc::gen::inRange<int64_t>(0, 1'000'000'000),
                   [](int64_t n) {
                     return Literal{Money{"EUR", Number::of(n)}};
                   }),
      rc::gen::exec([] { return pick_date_literal(); }),
      rc::gen::map(rc::gen::inRange(kFirstSecond / kSecondsADay, kEndSecond / kSecondsADay),
                   [](int64_t d) { return Literal{Date{std::chrono::days{d}}}; }),
      rc::gen::map(rc::gen::inRange(kFirstSecond * 1000, kEndSecond * 1000),
                   [](int64_t ms) { return Literal{Timestamp{milliseconds{ms}}}; }));
}

// Pieces that are patterns each, so that their sum is one.
rc::Gen<std::string> any_pattern() {
  const auto piece =
      rc::gen::oneOf(rc::gen::element<std::string>("%", "_", "\\%", "\\_", "\\\\"),
                     rc::gen::map(any_utf8(), [](const std::string& s) { return like_escape(s); }));
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const auto& pieces) {
    std::string pattern;
    for (const std::string& p : pieces)
      if (pattern.size() < 500) pattern += p;
    return pattern;
  });
}

Query pick_query(int depth);

rc::Gen<Comparison> any_comparison(int depth) {
  return rc::gen::exec([depth] {
    Comparison c;
    c.field = pick_expression();
    c.op = static_cast<Operator>(*rc::gen::inRange(0, static_cast<int>(Operator::kExcludes) + 1));
    const bool may_join = c.op == Operator::kIn || c.op == Operator::kNotIn;
    if (may_join && depth > 0 && *rc::gen::inRange(0, 4) == 0) {
      c.subquery.push_back(pick_query(depth - 1));
    } else if (takes_list(c.op)) {
      c.values = *rc::gen::nonEmpty(rc::gen::container<std::vector<Literal>>(any_literal()));
    } else if (c.op == Operator::kLike) {
      c.values = {Literal{*any_pattern()}};
    } else {
      c.values = {*any_literal()};
    }
    return c;
  });
}

Condition pick_condition(int depth) {
  const int kind = depth <= 0 ? 0 : *rc::gen::inRange(0, 5);
  if (kind <= 1) return Condition{*any_comparison(depth - 3)};
  if (kind == 2) return negate(pick_condition(depth - 1));
  std::vector<Condition> terms;
  const int count = *rc::gen::inRange(2, 4);
  for (int i = 0; i < count; ++i)
    terms.push_back(pick_condition(depth - 1));
  return kind == 3 ? all_of(std::move(terms)) : any_of(std::move(terms));
}

TypeOf pick_type_of() {
  TypeOf type_of;
  type_of.relation = *any_path();
  const int branches = *rc::gen::inRange(1, 3);
  for (int i = 0; i < branches; ++i)
    type_of.branches.push_back({*rc::gen::elementOf(kNames), {*any_path(), *any_path()}});
  if (*rc::gen::arbitrary<bool>()) type_of.otherwise.push_back(*any_path());
  return type_of;
}

void pick_select(Query& query, int depth) {
  std::set<std::string> seen;
  const auto paths = *rc::gen::nonEmpty(rc::gen::container<std::vector<FieldPath>>(any_path()));
  for (const FieldPath& path : paths) {
    if (seen.insert(to_lower_ascii(path.text())).second) query.select.push_back(SelectItem{path});
  }
  const int more = *rc::gen::inRange(0, 6);
  if (more == 1) query.select.push_back(SelectItem{pick_type_of()});
  if (more == 2) query.select.push_back(SelectItem{*rc::gen::element(FieldsOf::kAll, FieldsOf::kCustom)});
  if (more == 3 && depth > 0) {
    Subquery subquery;
    subquery.query.push_back(pick_query(depth - 1));
    query.select.push_back(SelectItem{std::move(subquery)});
  }
  if (more == 4) {
    FieldPath sum = *any_path();
    sum.function = Function::kSum;
    query.select.push_back(SelectItem{std::move(sum), *rc::gen::element<std::string>("", "total")});
  }
}

void pick_group(Query& query) {
  if (*rc::gen::inRange(0, 3) > 0) return;
  query.group.kind = *rc::gen::element(GroupBy::Kind::kPlain, GroupBy::Kind::kRollup, GroupBy::Kind::kCube);
  const int count = *rc::gen::inRange(1, static_cast<int>(kRollupFieldsMax) + 1);
  for (int i = 0; i < count; ++i)
    query.group.fields.push_back(pick_expression());
  if (*rc::gen::arbitrary<bool>()) query.having = pick_condition(1);
}

void pick_order(Query& query) {
  const int count = *rc::gen::inRange(0, 4);
  for (int i = 0; i < count; ++i) {
    OrderBy order;
    order.field = pick_expression();
    order.descending = *rc::gen::arbitrary<bool>();
    const int nulls = *rc::gen::inRange(0, 3);
    if (nulls > 0) order.nulls = nulls == 1 ? Nulls::kFirst : Nulls::kLast;
    query.order.push_back(std::move(order));
  }
}

Query pick_query(int depth) {
  Query query;
  query.object = *rc::gen::elementOf(kObjects);
  query.alias = *rc::gen::elementOf(kAliases);
  query.scope = *rc::gen::element<std::string>("", "mine");
  query.count = *rc::gen::arbitrary<bool>();
  if (!query.count) pick_select(query, depth);
  if (*rc::gen::arbitrary<bool>()) query.where = pick_condition(kDepthMax);
  pick_group(query);
  pick_order(query);
  if (*rc::gen::arbitrary<bool>()) query.limit = *rc::gen::inRange<int64_t>(0, kLimitMax + 1);
  if (*rc::gen::arbitrary<bool>()) query.offset = *rc::gen::inRange<int64_t>(0, kOffsetMax + 1);
  query.purpose = *rc::gen::element(Purpose::kNone, Purpose::kView, Purpose::kReference, Purpose::kUpdate);
  return query;
}

}  // namespace

rc::Gen<std::string> any_utf8() {
  const auto piece = rc::gen::element<std::string>("a", "B", "7", " ", "'", "\"", "\\", "%", "_", "\n", "\r",
                                                   "\t", "\b", "\f", std::string(1, '\0'), "\x01", "\x7f",
                                                   "é", "漢", "😀", "u0041", "n", ")", "--", ";", "AND");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const auto& pieces) {
    std::string text;
    for (const std::string& p : pieces)
      text += p;
    return text;
  });
}

rc::Gen<Query> any_query() {
  return rc::gen::exec([] { return pick_query(1); });
}

}  // namespace prospectd::salesforce_wire::soql
