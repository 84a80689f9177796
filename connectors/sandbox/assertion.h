// The assertion of the JWT bearer flow as the org reads it: a signature checked against a registered key, and
// the claims taken out (SALESFORCE_API §1.1). Pure, any thread. Free of coroutines: it reads what strangers
// send.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace prospectd::sandbox {

struct Assertion {
  std::string issuer;
  std::string subject;   ///< claim sub, or its older name prn
  std::string audience;  ///< without a slash at its end
  int64_t expires = 0;   ///< seconds since 1970, however far ahead: clients write milliseconds too
};
constexpr size_t kAssertionBytesMax = 16 * 1024;

/// The claims of a JWT that the key's owner has signed with RS256. nullopt for anything else, and where iss,
/// sub, aud or exp (a number, or a text of digits) is missing.
std::optional<Assertion> read_assertion(std::string_view jwt, const std::string& public_key);

/// **Errors:** kConfigInvalid when `pem` is neither a certificate nor a public key, or not of RSA.
Result<void> check_public_key(const std::string& pem);

}  // namespace prospectd::sandbox
