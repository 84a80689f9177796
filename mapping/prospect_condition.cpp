#include "mapping/prospect_condition.h"

namespace prospectd::mapping {
namespace {

class FieldsSubject final : public expression::Subject {
 public:
  explicit FieldsSubject(const std::vector<Value>& fields) : fields_(fields) {}

  bool any(size_t at, const expression::Test& test) const override {
    return at < fields_.size() && test(fields_[at]);
  }

 private:
  const std::vector<Value>& fields_;
};

}  // namespace

expression::Catalogue creation_catalogue(const LocalSchema& schema) {
  expression::Catalogue catalogue;
  catalogue.subject = "a prospect that has no record yet";
  const auto& fields = schema.fields();
  for (size_t at = 0; at < fields.size(); ++at) {
    const bool refers = fields[at].type == LocalType::kUser || fields[at].type == LocalType::kAccount;
    if (!refers) catalogue.fields.push_back({fields[at].name, fields[at].type, at});
  }
  return catalogue;
}

bool meets(const expression::Expression& condition, const std::vector<Value>& fields) {
  return expression::matches(condition.root, FieldsSubject(fields));
}

}  // namespace prospectd::mapping
