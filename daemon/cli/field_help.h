// Which fields `set` and `add` take, by kind, for their help. Immutable data, any thread.
#pragma once

#include <string>

namespace prospectd::cli {

/// Two columns, kind and fields, under a title; ends with a line end.
std::string field_help();

}  // namespace prospectd::cli
