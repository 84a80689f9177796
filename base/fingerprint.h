// The fingerprint of a secret: a text by which it can be told from others, and from which it can't be found.
// Good for what is long and random (a token), not for what a person chose. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace prospectd {

/// 32 bytes as lower-case hex.
std::string fingerprint_of(std::string_view secret);

}  // namespace prospectd
