// BodyLimit: how large the body of a request may be, where that depends on what is asked for. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace prospectd::http {

/// The most bytes that a request's body may have, by its method and its target up to '?'.
using BodyLimit = std::function<size_t(std::string_view method, std::string_view path)>;

}  // namespace prospectd::http
