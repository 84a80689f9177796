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

rc::Gen<Comparison> any_comparison() {
  return rc::gen::exec([] {
    Comparison c;
    c.field = *any_path();
    c.op = static_cast<Operator>(*rc::gen::inRange(0, static_cast<int>(Operator::kNotIn) + 1));
    if (c.op == Operator::kIn || c.op == Operator::kNotIn) {
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
  const int kind = depth == 0 ? 0 : *rc::gen::inRange(0, 5);
  if (kind <= 1) return Condition{*any_comparison()};
  if (kind == 2) return negate(pick_condition(depth - 1));
  std::vector<Condition> terms;
  const int count = *rc::gen::inRange(2, 4);
  for (int i = 0; i < count; ++i)
    terms.push_back(pick_condition(depth - 1));
  return kind == 3 ? all_of(std::move(terms)) : any_of(std::move(terms));
}

void pick_select(Query& query) {
  std::set<std::string> seen;
  const auto paths = *rc::gen::nonEmpty(rc::gen::container<std::vector<FieldPath>>(any_path()));
  for (const FieldPath& path : paths) {
    if (seen.insert(to_lower_ascii(path.text())).second) query.select.push_back(SelectItem{path});
  }
}

void pick_order(Query& query) {
  const int count = *rc::gen::inRange(0, 4);
  for (int i = 0; i < count; ++i) {
    OrderBy order;
    order.field = *any_path();
    order.descending = *rc::gen::arbitrary<bool>();
    const int nulls = *rc::gen::inRange(0, 3);
    if (nulls > 0) order.nulls = nulls == 1 ? Nulls::kFirst : Nulls::kLast;
    query.order.push_back(std::move(order));
  }
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
  return rc::gen::exec([] {
    Query query;
    query.object = *rc::gen::elementOf(kObjects);
    query.alias = *rc::gen::elementOf(kAliases);
    query.count = *rc::gen::arbitrary<bool>();
    if (!query.count) pick_select(query);
    if (*rc::gen::arbitrary<bool>()) query.where = pick_condition(kDepthMax);
    pick_order(query);
    if (*rc::gen::arbitrary<bool>()) query.limit = *rc::gen::inRange<int64_t>(0, kLimitMax + 1);
    if (*rc::gen::arbitrary<bool>()) query.offset = *rc::gen::inRange<int64_t>(0, kOffsetMax + 1);
    return query;
  });
}

}  // namespace prospectd::salesforce_wire::soql
