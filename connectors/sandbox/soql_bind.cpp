#include "connectors/sandbox/soql_bind.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/text_fold.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
namespace soql = salesforce_wire::soql;
using soql::Operator;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

// Where a name stands in the query as a word of its own; 0 when it doesn't.
size_t find_word(std::string_view text, std::string_view word) {
  for (size_t i = 0; i + word.size() <= text.size(); ++i) {
    const bool begins = i == 0 || !is_word(text[i - 1]);
    const bool ends = i + word.size() == text.size() || !is_word(text[i + word.size()]);
    if (begins && ends && equals_ignore_case_ascii(text.substr(i, word.size()), word)) return i;
  }
  return 0;
}

// The CRM's way to point at a name: an excerpt, a caret under it, the place, and then the reason.
std::string pointing_at(std::string_view text, std::string_view word, const std::string& reason) {
  constexpr size_t kAround = 20;
  const size_t at = find_word(text, word);
  const size_t line_begin = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;
  const auto row = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  const size_t from = std::max(line_begin, at > kAround ? at - kAround : 0);
  const size_t line_end = std::min(text.find('\n', at), text.size());
  const size_t to = std::min(line_end, at + word.size() + kAround);
  return "\n" + std::string(text.substr(from, to - from)) + "\n" + std::string(at - from, ' ') +
         "^\nERROR at Row:" + std::to_string(row) + ":Column:" + std::to_string(at - line_begin + 1) + "\n" +
         reason;
}

class Binder {
 public:
  Binder(const Org& org, const Knobs& knobs, std::string_view text) : org_(org), knobs_(knobs), text_(text) {}

  Outcome<BoundQuery> bind(const soql::Query& query) {
    const Table* table = org_.table(query.object);
    if (table == nullptr || !knobs_.object_enabled(table->type().name())) {
      return refuse(
          code::kInvalidType, query.object,
          "sObject type '" + query.object +
              "' is not supported. If you are attempting to use a custom object, be sure to append the "
              "'__c' after the entity name. Please reference your WSDL or the describe call for the "
              "appropriate names.");
    }
    out_.table = table;
    out_.count = query.count;
    PD_TRY(bind_select(query));
    if (query.where) PD_TRY(bind_condition(*query.where));
    PD_TRY(bind_order(query));
    out_.limit = query.limit.value_or(-1);
    out_.offset = query.offset.value_or(0);
    return std::move(out_);
  }

 private:
  ApiError refuse(std::string_view error, std::string_view at, const std::string& reason) const {
    return api_error(std::string(error), pointing_at(text_, at, reason));
  }

  Outcome<const Field*> find_field(const soql::FieldPath& path) const {
    const ObjectType& type = out_.table->type();
    if (path.parts.size() > 1) {
      const std::string& relation = path.parts.front();
      const bool known = std::any_of(type.fields().begin(), type.fields().end(), [&](const Field& f) {
        return equals_ignore_case_ascii(f.relationship, relation);
      });
      if (known) {
        return refuse(code::kMalformedQuery, path.text(),
                      "fields of related records are not supported by this org: '" + path.text() + "'");
      }
      return refuse(
          code::kInvalidField, path.text(),
          "Didn't understand relationship '" + relation +
              "' in field path. If you are attempting to use a custom relationship, be sure to append the "
              "'__r' after the custom relationship name. Please reference your WSDL or the describe call "
              "for the appropriate names.");
    }
    const std::string& name = path.parts.front();
    const Field* field = type.find(name);
    if (field == nullptr || !knobs_.field_visible(type.name(), field->name)) {
      return refuse(
          code::kInvalidField, name,
          "No such column '" + name + "' on entity '" + std::string(type.name()) +
              "'. If you are attempting to use a custom field, be sure to append the '__c' after the "
              "custom field name. Please reference your WSDL or the describe call for the appropriate "
              "names.");
    }
    return field;
  }

  Outcome<void> bind_select(const soql::Query& query) {
    for (const soql::SelectItem& item : query.select) {
      PD_ASSIGN(field, find_field(*item.field()));
      if (std::find(out_.select.begin(), out_.select.end(), field) != out_.select.end()) {
        return refuse(code::kMalformedQuery, field->name, "duplicate field selected: " + field->name);
      }
      out_.select.push_back(field);
    }
    return {};
  }

  Outcome<void> bind_order(const soql::Query& query) {
    for (const soql::OrderBy& by : query.order) {
      PD_ASSIGN(field, find_field(by.field));
      if (field->has(kNotFilterable)) {
        return refuse(code::kInvalidField, field->name,
                      "field '" + field->name + "' can not be sorted in a query call");
      }
      out_.order.push_back({field, by.descending, by.nulls == soql::Nulls::kLast});
    }
    return {};
  }

  Outcome<void> bind_condition(const soql::Condition& condition) {
    if (const auto* c = std::get_if<soql::Comparison>(&condition.node)) return bind_comparison(*c);
    Test test;
    const std::vector<soql::Condition>* terms = nullptr;
    if (const auto* all = std::get_if<soql::And>(&condition.node)) {
      terms = &all->terms;
    } else if (const auto* any = std::get_if<soql::Or>(&condition.node)) {
      test.kind = Test::Kind::kOr;
      terms = &any->terms;
    } else {
      test.kind = Test::Kind::kNot;
      terms = &std::get<soql::Not>(condition.node).term;
    }
    for (const soql::Condition& term : *terms) {
      PD_TRY(bind_condition(term));
      test.terms.push_back(static_cast<int>(out_.tests.size()) - 1);
    }
    out_.tests.push_back(std::move(test));
    return {};
  }

  Outcome<void> bind_comparison(const soql::Comparison& comparison) {
    PD_ASSIGN(field, find_field(comparison.field));
    if (field->has(kNotFilterable)) {
      return refuse(code::kInvalidField, field->name,
                    "field '" + field->name + "' can not be filtered in a query call");
    }
    Test test;
    test.kind = kind_of(*field);
    test.op = comparison.op;
    test.field = field;
    PD_TRY(check_operator(test));
    for (const soql::Literal& literal : comparison.values)
      PD_TRY(bind_literal(test, literal));
    if (test.op == Operator::kIn || test.op == Operator::kNotIn) {
      std::sort(test.texts.begin(), test.texts.end());
      std::sort(test.numbers.begin(), test.numbers.end());
      std::sort(test.reals.begin(), test.reals.end());
    }
    out_.tests.push_back(std::move(test));
    return {};
  }

  static Test::Kind kind_of(const Field& field) {
    switch (field.kind) {
      case FieldKind::kId:
      case FieldKind::kReference:
        return Test::Kind::kId;
      case FieldKind::kBoolean:
        return Test::Kind::kFlag;
      case FieldKind::kInt:
      case FieldKind::kDate:
      case FieldKind::kDateTime:
        return Test::Kind::kWhole;
      case FieldKind::kDouble:
      case FieldKind::kCurrency:
        return Test::Kind::kReal;
      default:
        return field.compound == Compound::kPersonName ? Test::Kind::kName : Test::Kind::kText;
    }
  }

  Outcome<void> check_operator(const Test& test) const {
    const bool order = test.op == Operator::kLess || test.op == Operator::kLessOrEqual ||
                       test.op == Operator::kGreater || test.op == Operator::kGreaterOrEqual;
    const bool text = test.kind == Test::Kind::kText || test.kind == Test::Kind::kName;
    const bool wrong = (test.op == Operator::kLike && !text) || (order && test.kind == Test::Kind::kFlag);
    if (!wrong) return {};
    return refuse(code::kInvalidQueryFilterOperator, test.field->name,
                  "invalid operator on " + std::string(describe_type(test.field->kind)) + " field");
  }

  ApiError wrong_literal(const Test& test) const {
    struct Wanted {
      FieldKind kind;
      std::string_view name;
      bool quoted;
    };
    static constexpr std::array<Wanted, 7> kWanted = {{{FieldKind::kBoolean, "boolean", false},
                                                       {FieldKind::kInt, "int", false},
                                                       {FieldKind::kDouble, "double", false},
                                                       {FieldKind::kCurrency, "double", false},
                                                       {FieldKind::kDate, "date", false},
                                                       {FieldKind::kDateTime, "dateTime", false},
                                                       {FieldKind::kString, "string", true}}};
    const auto* wanted = std::find_if(kWanted.begin(), kWanted.end() - 1,
                                      [&](const Wanted& w) { return w.kind == test.field->kind; });
    return refuse(
        code::kInvalidField, test.field->name,
        "value of filter criterion for field '" + test.field->name + "' must be of type " +
            std::string(wanted->name) +
            (wanted->quoted ? " and should be enclosed in quotes" : " and should not be enclosed in quotes"));
  }

  Outcome<void> bind_literal(Test& test, const soql::Literal& literal) const {
    if (std::holds_alternative<soql::Null>(literal)) {
      if (test.op == Operator::kLike) return wrong_literal(test);
      test.with_null = true;
      return {};
    }
    switch (test.kind) {
      case Test::Kind::kId:
        return bind_id(test, literal);
      case Test::Kind::kFlag: {
        const auto* flag = std::get_if<bool>(&literal);
        if (flag == nullptr) return wrong_literal(test);
        test.numbers.push_back(*flag ? 1 : 0);
        return {};
      }
      case Test::Kind::kWhole:
        return bind_whole(test, literal);
      case Test::Kind::kReal: {
        const auto* number = std::get_if<soql::Number>(&literal);
        if (number == nullptr) return wrong_literal(test);
        test.reals.push_back(number->as_double());
        return {};
      }
      default: {
        const auto* text = std::get_if<std::string>(&literal);
        if (text == nullptr) return wrong_literal(test);
        if (text->empty() && test.op != Operator::kLike) {
          test.with_null = true;  // the org keeps no empty text
        } else {
          test.texts.push_back(fold_case(*text));
        }
        return {};
      }
    }
  }

  Outcome<void> bind_id(Test& test, const soql::Literal& literal) const {
    const auto* text = std::get_if<std::string>(&literal);
    if (text == nullptr) return wrong_literal(test);
    if (text->empty()) {
      test.with_null = true;
      return {};
    }
    auto id = salesforce_wire::canonical_id(*text);
    if (!id) return refuse(code::kInvalidQueryFilterOperator, test.field->name, "invalid ID field: " + *text);
    test.texts.push_back(*std::move(id));
    return {};
  }

  Outcome<void> bind_whole(Test& test, const soql::Literal& literal) const {
    if (const auto* number = std::get_if<soql::Number>(&literal);
        number != nullptr && test.field->kind == FieldKind::kInt) {
      const auto whole = number->as_int();
      if (!whole) return wrong_literal(test);
      test.numbers.push_back(*whole);
      return {};
    }
    if (const auto* day = std::get_if<Date>(&literal);
        day != nullptr && test.field->kind == FieldKind::kDate) {
      test.numbers.push_back(day->time_since_epoch().count());
      return {};
    }
    if (const auto* moment = std::get_if<Timestamp>(&literal);
        moment != nullptr && test.field->kind == FieldKind::kDateTime) {
      test.numbers.push_back(std::chrono::floor<seconds>(*moment).time_since_epoch().count());
      return {};
    }
    return wrong_literal(test);
  }

  const Org& org_;
  const Knobs& knobs_;
  std::string_view text_;
  BoundQuery out_;
};

}  // namespace

Outcome<BoundQuery> bind_query(const Org& org, const Knobs& knobs, const soql::Query& query,
                               std::string_view text) {
  return Binder(org, knobs, text).bind(query);
}

}  // namespace prospectd::sandbox
