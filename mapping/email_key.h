// The key form of an email address (SEMANTICS §1): what two records are matched by. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prospectd::mapping {

constexpr size_t kEmailKeyBytesMax = 254;

/// The key of an address as typed: trimmed of all Unicode white space, NFC, lower case, the domain through
/// IDNA to ASCII; nullopt for anything that is no single address (blank, no or several unquoted '@', an empty
/// side, a domain that IDNA refuses, over 254 bytes, bad UTF-8, control or zero-width characters inside).
/// Plus tags and dots are kept: they tell people apart.
std::optional<std::string> email_key(std::string_view typed);

}  // namespace prospectd::mapping
