#include "reconcile/prospect_expression.h"

#include <algorithm>

namespace prospectd::reconcile {
namespace {

namespace expression = mapping::expression;
namespace field = mapping::field;
using expression::Test;
using mapping::LocalType;

struct OwnRow {
  const char* name;
  LocalType type;
  ProspectField field;
};
constexpr OwnRow kOwn[] = {
    {"id", LocalType::kInteger, ProspectField::kId},
    {"name", LocalType::kText, ProspectField::kName},
    {"tag", LocalType::kText, ProspectField::kTag},
    {"created_at", LocalType::kDateTime, ProspectField::kCreatedAt},
    {"updated_at", LocalType::kDateTime, ProspectField::kUpdatedAt},
    {"touched_at", LocalType::kDateTime, ProspectField::kTouchedAt},
    {"object", LocalType::kText, ProspectField::kObject},
    {"crm_id", LocalType::kText, ProspectField::kCrmId},
    {"deleted", LocalType::kBoolean, ProspectField::kDeleted},
};

bool is_searched(size_t at) {
  return at == static_cast<size_t>(ProspectField::kName) || at == field::kCompany || at == field::kEmail;
}

Value joined_name(const Value& first, const Value& last) {
  if (!first.is_string()) return last;
  if (!last.is_string()) return first;
  return Value(std::string(first.str()) + " " + std::string(last.str()));
}

class ProspectSubject final : public expression::Subject {
 public:
  explicit ProspectSubject(const ProspectView& view) : view_(view) {}

  bool any(size_t at, const Test& test) const override {
    if (at >= expression::kOwnFields) return any_own(static_cast<ProspectField>(at), test);
    if (at == field::kEmail) return any_address(test);
    if (at == field::kOwner) return any_owner(test);
    if (at == field::kAccount) return any_account(test);
    return at < field::kStandardCount ? test(value(at)) : test_custom(value(at), test);
  }

 private:
  // A database that keeps custom fields as JSON gives their texts up to the first NUL; so does this.
  static bool test_custom(const Value& value, const Test& test) {
    const size_t end = value.str().find('\0');
    return end == std::string_view::npos ? test(value) : test(value.str().substr(0, end));
  }

  const Value& value(size_t at) const {
    static const Value none;
    return at < view_.prospect.fields.size() ? view_.prospect.fields[at] : none;
  }

  bool any_own(ProspectField at, const Test& test) const {
    const Prospect& p = view_.prospect;
    const auto any_link = [&](auto content_of) {
      return std::ranges::any_of(view_.links, [&](const Link& link) { return test(content_of(link)); });
    };
    switch (at) {
      case ProspectField::kId:
        return test(Value(p.id.value));
      case ProspectField::kName:
        return test(joined_name(value(field::kFirstName), value(field::kLastName)));
      case ProspectField::kTag:
        return std::ranges::any_of(view_.tags,
                                   [&](const std::string& tag) { return test(std::string_view(tag)); });
      case ProspectField::kCreatedAt:
        return test(Value(p.created_at));
      case ProspectField::kUpdatedAt:
        return test(Value(p.updated_at));
      case ProspectField::kTouchedAt:
        return p.touched_at && test(Value(*p.touched_at));
      case ProspectField::kObject:
        return any_link([](const Link& link) { return std::string_view(link.object); });
      case ProspectField::kCrmId:
        return any_link([](const Link& link) { return std::string_view(link.remote.str()); });
      case ProspectField::kDeleted:
        return test(Value(std::ranges::any_of(view_.links, &Link::deleted)));
    }
    return false;
  }

  bool any_address(const Test& test) const {
    return test(value(field::kEmail)) ||
           std::ranges::any_of(view_.prospect.addresses,
                               [&](const Address& address) { return test(std::string_view(address.key)); });
  }

  bool any_owner(const Test& test) const {
    if (test.is_exists()) return test(value(field::kOwner));
    if (view_.owner == nullptr) return false;
    return test(std::string_view(view_.owner->name)) || test(std::string_view(view_.owner->email_key));
  }

  bool any_account(const Test& test) const {
    if (test.is_exists()) return test(value(field::kAccount));
    return view_.account != nullptr && test(view_.account->fields[mapping::account_field::kName]);
  }

  const ProspectView& view_;
};

}  // namespace

expression::Catalogue prospect_catalogue(const mapping::LocalSchema& schema) {
  expression::Catalogue catalogue;
  catalogue.subject = "a prospect";
  const auto& fields = schema.fields();
  for (size_t at = 0; at < fields.size(); ++at)
    catalogue.fields.push_back({fields[at].name, fields[at].type, at, is_searched(at)});
  for (const OwnRow& row : kOwn) {
    const auto at = static_cast<size_t>(row.field);
    catalogue.fields.push_back({row.name, row.type, at, is_searched(at), row.field == ProspectField::kCrmId});
  }
  return catalogue;
}

bool matches(const expression::Expression& expression, const ProspectView& view) {
  return expression::matches(expression.root, ProspectSubject(view));
}

}  // namespace prospectd::reconcile
