#include "daemon/service/explain_field.h"

#include <algorithm>

#include "base/text.h"

namespace prospectd::service {
namespace {

constexpr const char* kDiffers = "differs";  // "title: the CRM has …"

Error no_such_field(const mapping::LocalSchema& schema, const std::string& field) {
  std::vector<std::string> names;
  for (const mapping::LocalField& one : schema.fields())
    names.push_back(one.name);
  const auto meant = did_you_mean(field, names);
  return make_error(ErrorCode::kInvalidInput,
                    "there is no field of this name, and nothing is told of one" +
                        (meant ? " (did you mean " + *meant + "?)" : std::string()));
}

}  // namespace

Result<void> keep_field(Explanation& explanation, const mapping::LocalSchema& schema,
                        const std::string& field) {
  const bool told =
      std::ranges::any_of(explanation.because, [&](const Because& step) { return step.field == field; });
  if (!told && schema.find(field) == mapping::LocalSchema::npos) return no_such_field(schema, field);
  std::erase_if(explanation.because,
                [&](const Because& step) { return !step.field.empty() && step.field != field; });
  std::erase_if(explanation.facts, [&](const auto& fact) {
    return fact.first == kDiffers && !fact.second.starts_with(field + ":");
  });
  return {};
}

}  // namespace prospectd::service
