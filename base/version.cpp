#include "base/version.h"

namespace prospectd {

std::string_view version() {
  return PROSPECTD_VERSION;
}

}  // namespace prospectd
