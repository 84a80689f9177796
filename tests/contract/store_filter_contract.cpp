// Filters: what a store selects is what the evaluator says of each prospect, over values and expressions that
// are made by chance from the corners of both: nothing, blanks, letter case of other scripts, the characters
// that mean something to LIKE, to SQL and to the language, NUL, days on which clocks change, and values left
// over from a time when their field was of another kind.
#include "tests/contract/store_filter_contract.h"

#include <random>

#include "mapping/unicode.h"

namespace prospectd::store {
using namespace reconcile;
using namespace std::chrono_literals;
using mapping::expression::Expression;

class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<unsigned>(n)); }
  bool one_in(int n) { return below(n) == 0; }
  template <class T>
  const T& of(const std::vector<T>& pool) {
    return pool[static_cast<size_t>(below(static_cast<int>(pool.size())))];
  }

 private:
  std::mt19937 engine_;
};

namespace {

constexpr int kProspects = 150;
constexpr int kExpressions = 1'500;

// New York in 2026: clocks go forward on 8 March and back on 1 November.
Timestamp new_york(Date day) {
  const bool summer = day > *parse_date("2026-03-08") && day <= *parse_date("2026-11-01");
  return Timestamp(day) + (summer ? 4h : 5h);
}

mapping::expression::Setting setting() {
  mapping::expression::Setting made;
  made.day_start = new_york;
  return made;
}

const std::vector<std::string>& texts() {
  using namespace std::string_literals;
  static const std::vector<std::string> pool = {
      "Acme",         "ACME",        "acme corp",   "Ácme",     "ÁCME",    "äpfel",
      "ÄPFEL",        "100%",        "100x",        "a_b",      "axb",     "O'Brien",
      "say \"hi\"",   "back\\slash", "star*",       "*",        "nul\0x"s, "nul",
      "  ",           "\u00A0",      "k",           "K",        "\u212A",  "\u0130zmir",
      "izmir",        "STRASSE",     "stra\u00DFe", "\u017Fee", "see",     "\U0001F389",
      "a]b",          "(x) OR y",    "-minus",      "Д\u0416ж", "дЖЖ",     "2026-03-08",
      "42",           "true",        "z\uFFFDz",    "@",        "`",       "[",
      "ana@acme.test"};
  return pool;
}

const std::vector<std::string>& moments() {
  static const std::vector<std::string> pool = {
      "2026-03-08T04:59:59.999Z", "2026-03-08T05:00:00.000Z", "2026-03-09T03:59:59.999Z",
      "2026-03-09T04:00:00.000Z", "2026-11-01T03:59:59.999Z", "2026-11-01T04:00:00.000Z",
      "2026-11-02T04:59:59.999Z", "2026-11-02T05:00:00.000Z", "2025-12-31T23:30:00.250Z",
      "9999-12-31T23:59:59.999Z", "0001-01-02T00:00:00.000Z"};
  return pool;
}

const std::vector<std::string>& days() {
  static const std::vector<std::string> pool = {"2026-03-07", "2026-03-08", "2026-03-09", "2026-11-01",
                                                "2026-11-02", "2026-02-28", "2024-02-29", "9999-12-31",
                                                "0001-01-01", "2026-03",    "2026",       "9999"};
  return pool;
}

// ---- values ----

Value value_of(mapping::LocalType type, Chance& chance) {
  using mapping::LocalType;
  if (chance.one_in(4)) return Value::null();
  const bool real_field = type == LocalType::kNumber;
  if (chance.one_in(12)) type = static_cast<LocalType>(chance.below(6));  // from when it was of another kind
  static const std::vector<int64_t> whole = {-3, 0, 1, 2, 42, INT64_MAX, INT64_MIN, 9'007'199'254'740'993};
  static const std::vector<double> real = {
      -0.5, 0.0, 0.1, 1.0, 2.5, 42.0, 0.30000000000000004, 1e22, 9007199254740992.0};
  switch (type) {
    case LocalType::kBoolean:
      return Value(chance.one_in(2));
    case LocalType::kInteger:
      // A field of numbers reads a whole one as the nearest it has: only those that it has.
      return Value(real_field ? int64_t{chance.below(100)} : chance.of(whole));
    case LocalType::kNumber:
      return Value(chance.of(real));
    case LocalType::kDate:
      return Value(*parse_date(days()[static_cast<size_t>(chance.below(9))]));
    case LocalType::kDateTime:
      return Value(*parse_timestamp(chance.of(moments())));
    default:
      return Value(chance.of(texts()));
  }
}

// ---- expressions ----

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c != '\0') out += c;
  }
  return out + "\"";
}

// As a word without quotes, whole or the start of one, in some letter case.
std::string word(const std::string& text, size_t bytes) {
  std::string out;
  for (const char c : text.substr(0, bytes)) {
    if (c == '\0') continue;
    if (std::string_view(" ()[]{}\"\\*-+@:").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

class Writer {
 public:
  Writer(Chance& chance, const mapping::expression::Catalogue& catalogue)
      : chance_(chance), catalogue_(catalogue) {}

  std::string expression(int depth) {
    if (depth == 0 || chance_.one_in(3)) return condition();
    const int n = 1 + chance_.below(3);
    static const std::vector<std::string> between = {" ", " AND ", " OR "};
    std::string out = chance_.one_in(3) ? "-(" : "(";
    for (int i = 0; i < n; ++i)
      out += (i == 0 ? "" : chance_.of(between)) + expression(depth - 1);
    return out + ")";
  }

 private:
  std::string condition() {
    const std::string sign = chance_.one_in(4) ? (chance_.one_in(2) ? "-" : "NOT ") : "";
    if (chance_.one_in(10)) return sign + quoted(chance_.of(texts()));
    const mapping::expression::Field& field = chance_.of(catalogue_.fields);
    if (chance_.one_in(8)) return sign + (chance_.one_in(2) ? field.name + ":*" : "_exists_:" + field.name);
    return sign + field.name + ":" + test(field);
  }

  std::string test(const mapping::expression::Field& field) {
    using mapping::LocalType;
    switch (field.type) {
      case LocalType::kBoolean:
        return chance_.one_in(2) ? "true" : "no";
      case LocalType::kEmail:
      case LocalType::kUser:
      case LocalType::kAccount:
        return text_test();
      case LocalType::kText:
        return chance_.one_in(3) ? ordered(field.type) : text_test();
      default:
        return chance_.one_in(4) ? operand(field.type) : ordered(field.type);
    }
  }

  std::string text_test() {
    const std::string& text = chance_.of(texts());
    std::string piece = word(text, static_cast<size_t>(1 + chance_.below(6)));
    if (mapping::unicode::is_blank(std::string_view(piece))) return quoted(text);
    if (chance_.one_in(3)) return piece + "*";
    if (chance_.one_in(3)) return "*" + piece + "*";
    return quoted(text);
  }

  std::string operand(mapping::LocalType type) {
    using mapping::LocalType;
    static const std::vector<std::string> whole = {
        "-3", "0", "1", "42", "9223372036854775807", "9007199254740993"};
    static const std::vector<std::string> real = {"-0.5", "0",  "0.1",  "0.3",
                                                  "2.5",  "42", "1e22", "9007199254740993"};
    switch (type) {
      case LocalType::kInteger:
        return chance_.of(whole);
      case LocalType::kNumber:
        return chance_.of(real);
      case LocalType::kDate:
        return chance_.of(days());
      case LocalType::kDateTime:
        return chance_.one_in(2) ? chance_.of(days()) : chance_.of(moments());
      default:
        return quoted(chance_.of(texts()));
    }
  }

  std::string ordered(mapping::LocalType type) {
    static const std::vector<std::string> comparisons = {"<", "<=", ">", ">="};
    if (chance_.one_in(2)) return chance_.of(comparisons) + operand(type);
    const std::string low = chance_.one_in(4) ? "*" : operand(type);
    const std::string high = chance_.one_in(4) ? "*" : operand(type);
    return (chance_.one_in(2) ? "[" : "{") + low + " TO " + high + (chance_.one_in(2) ? "]" : "}");
  }

  Chance& chance_;
  const mapping::expression::Catalogue& catalogue_;
};

}  // namespace

void FilterContract::fill(Chance& chance) {
  std::vector<Step> steps;
  for (int64_t id = 1; id <= 4; ++id) {
    User one = user(id, "U" + std::to_string(id), id == 2 ? "" : "u" + std::to_string(id) + "@acme.test");
    one.name = id == 1 ? "" : chance.of(texts());
    users_.emplace(id, one);
    steps.emplace_back(PutUser{one, true});
    Account company = account(id, "A" + std::to_string(id));
    company.fields[mapping::account_field::kName] = id == 1 ? Value::null() : Value(chance.of(texts()));
    accounts_.emplace(id, company);
    steps.emplace_back(PutAccount{company, true});
  }
  for (int64_t id = 1; id <= kProspects; ++id)
    add_prospect(id, chance, steps);
  must_commit(std::move(steps));
}

void FilterContract::add_prospect(int64_t id, Chance& chance, std::vector<Step>& steps) {
  const mapping::LocalSchema schema = contract_schema();
  const std::string number = std::to_string(id);
  Prospect p = prospect(id, chance.one_in(3) ? "" : "P" + number + "@acme.test");
  for (size_t at = 1; at < schema.size(); ++at) {
    if (at < mapping::field::kOptedOut) {
      p.fields[at] = chance.one_in(3) ? Value::null() : Value(chance.of(texts()));
    } else if (at > mapping::field::kAccount) {
      p.fields[at] = value_of(schema.fields()[at].type, chance);
    }
  }
  if (chance.one_in(3)) p.addresses.push_back({"second" + number + "@x.test", "Second" + number + "@x.test"});
  if (!chance.one_in(3)) p.fields[mapping::field::kOptedOut] = Value(chance.one_in(2));
  if (!chance.one_in(3)) p.fields[mapping::field::kOwner] = Value(int64_t{1 + chance.below(4)});
  if (!chance.one_in(3)) p.fields[mapping::field::kAccount] = Value(int64_t{1 + chance.below(4)});
  p.created_at = *parse_timestamp(chance.of(moments()));
  p.updated_at = *parse_timestamp(chance.of(moments()));
  if (!chance.one_in(3)) p.touched_at = *parse_timestamp(chance.of(moments()));
  std::optional<Link> record;
  if (!chance.one_in(3)) {
    record = link(id, "L" + number);
    record->object = chance.one_in(2) ? "Lead" : "Contact";
    record->deleted = chance.one_in(3);
  }
  steps.emplace_back(CreateProspect{std::move(p), std::move(record)});
  for (int tags = chance.below(3); tags > 0; --tags)
    steps.emplace_back(TagProspect{{id}, chance.of(texts()), false});
}

std::set<int64_t> FilterContract::evaluated(const Expression& expression,
                                            const std::map<int64_t, ProspectRow>& rows) const {
  std::set<int64_t> ids;
  for (const auto& [id, row] : rows) {
    const auto* owner = row.prospect.fields[mapping::field::kOwner].get<int64_t>();
    const auto* account = row.prospect.fields[mapping::field::kAccount].get<int64_t>();
    const ProspectView view{row.prospect, row.links, row.tags,
                            owner == nullptr ? nullptr : &users_.at(*owner),
                            account == nullptr ? nullptr : &accounts_.at(*account)};
    if (matches(expression, view)) ids.insert(id);
  }
  return ids;
}

std::set<int64_t> FilterContract::selected(Reader& reader, const Expression& expression) {
  ProspectQuery query;
  query.filter = std::make_shared<const Expression>(expression);
  query.limit = kListRowsMax;
  const auto rows = reader.prospects(query);
  EXPECT_TRUE(rows) << expression.text << "\n" << (rows ? "" : rows.error().text());
  std::set<int64_t> ids;
  for (const ProspectRow& row : rows.value_or(std::vector<ProspectRow>{}))
    ids.insert(row.prospect.id.value);
  return ids;
}

TEST_P(FilterContract, SelectsWhatTheEvaluatorSays) {
  constexpr unsigned kSeed = 16;
  Chance chance(kSeed);
  fill(chance);
  const auto rows = all();
  ASSERT_EQ(rows.size(), static_cast<size_t>(kProspects));
  const auto view = reader();
  Writer writer(chance, catalogue_);
  int64_t pairs = 0;
  int64_t hits = 0;
  for (int i = 0; i < kExpressions; ++i) {
    const std::string text = writer.expression(3);
    const auto parsed = mapping::expression::parse(text, catalogue_, setting());
    if (!parsed) continue;  // a blank among the texts, mostly
    const auto expected = evaluated(*parsed, rows);
    ASSERT_EQ(selected(*view, *parsed), expected) << "seed " << kSeed << ", expression " << i << ": " << text;
    pairs += kProspects;
    hits += static_cast<int64_t>(expected.size());
  }
  EXPECT_GT(pairs, kProspects * kExpressions / 2);
  EXPECT_GT(hits, pairs / 20);  // neither everything nor nothing
  EXPECT_LT(hits, pairs - pairs / 20);
}

TEST_P(FilterContract, GoesWithTheOtherWishesOfAQuery) {
  add_linked(5);
  ProspectQuery query;
  query.text = "Number";
  query.filter =
      std::make_shared<const Expression>(*mapping::expression::parse("id:[2 TO 4]", catalogue_, setting()));
  query.place.after = 2;
  query.limit = 1;
  const auto rows = reader()->prospects(query);
  ASSERT_TRUE(rows) << rows.error().text();
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ(rows->front().prospect.id.value, 3);
}

}  // namespace prospectd::store
