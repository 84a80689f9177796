// The control API as an OpenAPI 3.1 document (openapi.json, which CMake builds in). A test holds it against
// the routes. Immutable, any thread.
#pragma once

#include <string_view>

namespace prospectd::api {

std::string_view openapi_document();

}  // namespace prospectd::api
