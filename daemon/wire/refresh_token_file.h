// The refresh token of one connection in the state folder, for CRMs that give a new one at every login. Owned
// by the connector; the loop's thread. Blocking, but short: a file of a few hundred bytes, written at most
// once a login.
//
// Which token counts: the file says from which configured token it grew. As long as the configuration names
// that same token, the kept one is newer and counts; when the configuration names another, somebody has
// authorised the app anew, and the configured one counts.
//
// What a crash leaves: the new token is written whole beside the old one, forced to the disk, then renamed
// over it. A file beside it that is whole (its last line proves it) is the newer one; one that is not whole
// was never taken for kept. Two processes take turns (flock).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "connectors/salesforce/refresh_tokens.h"

namespace prospectd::wire {

/// The steps of a replacement, in their order; a test may end at any of them.
enum class KeepStep { kBegun, kWritten, kRenamed };

struct RefreshTokenFileOptions {
  std::string folder;      ///< of the state; made when missing
  std::string connection;  ///< letters, digits, '-', '_'
  Secret configured;
  /// Told of each step; false: go no further, as if the machine had stopped. Empty: all are done.
  std::function<bool(KeepStep)> after = {};
};

std::shared_ptr<salesforce::RefreshTokens> make_refresh_token_file(RefreshTokenFileOptions options);

/// Those of a process, one for each file and configured token: what could not be kept on the disk is not lost
/// with the connector that a reload replaces. The loop's thread.
class RefreshTokenFiles {
 public:
  std::shared_ptr<salesforce::RefreshTokens> of(RefreshTokenFileOptions options);

 private:
  struct One {
    std::string root;  ///< the fingerprint of the configured token
    std::shared_ptr<salesforce::RefreshTokens> tokens;
  };
  std::map<std::string, One> files_;  ///< by path
};

/// "STATE/salesforce.refresh_token"
std::string refresh_token_path(const std::string& folder, const std::string& connection);

}  // namespace prospectd::wire
