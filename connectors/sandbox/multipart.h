// multipart/form-data (RFC 7578) as a job's creation may be sent: named parts of one body. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd::sandbox {

struct FormPart {
  std::string name;
  std::string_view body;  ///< a piece of what was parsed
};
constexpr size_t kFormPartsMax = 10;

/// The parts of a body; `content_type` is the whole header with its boundary. Lines end with CRLF, or LF
/// alone. nullopt when it is not well-formed, doesn't end, or has more than kFormPartsMax parts.
std::optional<std::vector<FormPart>> parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace prospectd::sandbox
