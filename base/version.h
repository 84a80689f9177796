// The version of this build, from the project's one place for it (CMakeLists.txt). Any thread.
#pragma once

#include <string_view>

namespace prospectd {

/// "0.1.0"
std::string_view version();

}  // namespace prospectd
