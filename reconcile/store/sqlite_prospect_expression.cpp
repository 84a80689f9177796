#include "reconcile/store/sqlite_prospect_expression.h"

#include "reconcile/prospect_expression.h"
#include "reconcile/store/sqlite_custom.h"
#include "reconcile/store/sqlite_rows.h"

namespace prospectd::store {
namespace {

namespace field = mapping::field;
using mapping::expression::kOwnFields;
using mapping::expression::Node;
using mapping::expression::Operation;
using reconcile::ProspectField;

constexpr const char* kNameSql = "coalesce(p.first_name || ' ' || p.last_name, p.first_name, p.last_name)";

std::string range_of_ids(const char* column, int64_t each) {
  const std::string first = "p.id * " + std::to_string(each);
  return std::string(column) + " BETWEEN " + first + " AND " + first + " + " + std::to_string(each - 1);
}

// The users or accounts that pass, found once and not for each prospect.
std::string referenced(size_t at, const TestSql& test) {
  if (at == field::kAccount) return "SELECT id FROM accounts WHERE " + test("name");
  return "SELECT id FROM users WHERE " + test("name") + " OR " + test("email_key");
}

std::string any_link(const std::string& condition) {
  return "EXISTS (SELECT 1 FROM links AS l WHERE " + range_of_ids("l.id", kConnectionsMax) + " AND " +
         condition + ")";
}

std::optional<std::string> test_of_own(ProspectField at, const TestSql& test) {
  switch (at) {
    case ProspectField::kId:
      return test("p.id");
    case ProspectField::kName:
      return test(kNameSql);
    case ProspectField::kTag:
      return "(p.id IN (SELECT pt.prospect FROM tags AS t JOIN prospect_tags AS pt ON pt.tag = t.id WHERE " +
             test("t.name") + "))";
    case ProspectField::kCreatedAt:
      return test("p.created_at");
    case ProspectField::kUpdatedAt:
      return test("p.updated_at");
    case ProspectField::kTouchedAt:
      return test("p.touched_at");
    case ProspectField::kObject:
      return any_link(test("l.object"));
    case ProspectField::kCrmId:
      return any_link(test("l.remote"));
    case ProspectField::kDeleted:
      return test(any_link("l.deleted = 1"));
  }
  return std::nullopt;
}

}  // namespace

FieldSql prospect_fields(const mapping::LocalSchema& schema) {
  return [&schema](const Node& node, const TestSql& test) -> std::optional<std::string> {
    if (node.at >= kOwnFields) return test_of_own(static_cast<ProspectField>(node.at), test);
    if (node.at >= schema.size()) return std::nullopt;
    const mapping::LocalField& named = schema.fields()[node.at];
    if (node.at >= field::kStandardCount)
      return "(p.custom IS NOT NULL AND " + test(custom_value_sql("p.custom", named)) + ")";
    const std::string column = "p." + named.name;
    if (node.at == field::kOwner || node.at == field::kAccount) {
      if (node.operation == Operation::kExists) return "(" + column + " IS NOT NULL)";
      return "(" + column + " IN (" + referenced(node.at, test) + "))";
    }
    if (node.at != field::kEmail) return test(column);
    return "(" + test(column) + " OR EXISTS (SELECT 1 FROM addresses AS a WHERE " +
           range_of_ids("a.id", kAddressesMax) + " AND " + test("a.key") + "))";
  };
}

}  // namespace prospectd::store
