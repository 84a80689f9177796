#include "reconcile/page.h"

namespace prospectd::reconcile {

std::string_view name_of(SameEmail s) {
  return s == SameEmail::kPrevent ? "prevent" : "select_crm_id";
}

std::string_view name_of(OwnerPolicy p) {
  switch (p) {
    case OwnerPolicy::kUnassigned:
      return "unassigned";
    case OwnerPolicy::kKeep:
      return "keep";
    case OwnerPolicy::kDefaultUser:
      return "default_user";
  }
  return "";
}

}  // namespace prospectd::reconcile
