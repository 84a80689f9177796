// Expressions about prospects: which fields they may name, and the evaluator's view of one prospect with what
// belongs to it. The language itself is mapping/expression.h; the compiler for SQLite is store/
// sqlite_expression.h. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mapping/expression.h"
#include "reconcile/model.h"

namespace prospectd::reconcile {

/// Fields of a prospect beyond those of the local schema, as expression::Field::at.
enum class ProspectField : size_t {
  kId = mapping::expression::kOwnFields,
  kName,  ///< first and last name with a blank between them, or the one that is there
  kTag,   ///< any of its tags
  kCreatedAt,
  kUpdatedAt,
  kTouchedAt,
  kObject,   ///< the object of any of its links: "Lead"
  kCrmId,    ///< the record id of any of its links
  kDeleted,  ///< true when the record of any of its links is deleted; never blank
};

/// The fields of the schema, and the ones above. `email` is every address of the prospect, `owner` the
/// owner's name and email, `account` the account's name. Words without a field are looked for in name,
/// company and email.
mapping::expression::Catalogue prospect_catalogue(const mapping::LocalSchema& schema);

/// A prospect with what it refers to, none of it owned.
struct ProspectView {
  const Prospect& prospect;
  const std::vector<Link>& links;
  const std::vector<std::string>& tags;
  const User* owner = nullptr;
  const Account* account = nullptr;
};

/// True when the expression, made with prospect_catalogue, matches.
bool matches(const mapping::expression::Expression& expression, const ProspectView& view);

}  // namespace prospectd::reconcile
