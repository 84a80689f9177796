// The key form of an email address (SEMANTICS §1): what two records are matched by. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace prospectd::mapping {

constexpr size_t kEmailKeyBytesMax = 254;

/// The key of an address as typed: trimmed of all Unicode white space (and of zero-width characters), NFC,
/// lower case, the domain through IDNA (2008, non-transitional) to ASCII; nullopt for anything that is no
/// single address: blank, no or several unquoted '@', an empty side, a domain that IDNA refuses, over
/// kEmailKeyBytesMax, bad UTF-8, or a blank, control or zero-width character inside, quoted or not. Plus tags
/// and dots are kept: they tell people apart. email_key(key) == key.
///
/// Decided where the rule leaves it open:
/// - "mailto:ana@x.test" and "Ana <ana@x.test>" are no addresses: unquoted ()<>[]:;,\" have no place in one;
/// - dots stay as typed even where RFC 5321 forbids them ("ana..b@x.test"): such mailboxes exist;
/// - a quoted local part is kept with its quotes, and differs from the same without;
/// - one trailing dot of the domain goes: the absolute form names the same host;
/// - a domain without a dot is allowed, an address literal ("ana@[192.0.2.1]") is not.
std::optional<std::string> email_key(std::string_view typed);

/// The key form of a domain alone, by the same rules; nullopt where there is none.
std::optional<std::string> domain_key(std::string_view domain);

}  // namespace prospectd::mapping
