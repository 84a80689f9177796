#include "mapping/record_condition.h"

#include <algorithm>

namespace prospectd::mapping {
namespace {

constexpr size_t kCrmId = expression::kOwnFields;

bool is_reference(LocalType type) {
  return type == LocalType::kUser || type == LocalType::kAccount;
}

class RecordSubject final : public expression::Subject {
 public:
  RecordSubject(const FieldMap& map, const MappedRecord& record) : map_(map), record_(record) {}

  bool any(size_t at, const expression::Test& test) const override {
    if (at == kCrmId) return test(std::string_view(record_.id.str()));
    const MapEntry* entry = map_.inward(at);
    if (entry == nullptr) return false;
    const auto position = static_cast<size_t>(entry - map_.entries().data());
    return position < record_.values.size() && test(record_.values[position]);
  }

 private:
  const FieldMap& map_;
  const MappedRecord& record_;
};

}  // namespace

expression::Catalogue record_catalogue(const FieldMap& map) {
  expression::Catalogue catalogue;
  catalogue.subject = "a mapped " + map.object();
  for (const MapEntry& entry : map.entries()) {
    if (entry.takes_in() && !is_reference(entry.type))
      catalogue.fields.push_back({entry.spec.local, entry.type, entry.local});
  }
  catalogue.fields.push_back({"crm_id", LocalType::kText, kCrmId});
  return catalogue;
}

bool meets(const expression::Expression& condition, const FieldMap& map, const MappedRecord& record) {
  return expression::matches(condition.root, RecordSubject(map, record));
}

}  // namespace prospectd::mapping
