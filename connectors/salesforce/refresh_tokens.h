// RefreshTokens: where a connection's refresh token is kept between logins. A port, because a connector
// touches no file: the composition root keeps it on disk. The connector calls it on the loop's thread;
// what it does there is short.
#pragma once

#include <memory>

#include "base/result.h"
#include "base/secret.h"

namespace prospectd::salesforce {

class RefreshTokens {
 public:
  /// One login's turn with the token. While it lives nobody else has it, in this process or another: two that
  /// spent one token at the same time would both lose it, where the CRM rotates.
  class Turn {
   public:
    virtual ~Turn() = default;
    virtual const Secret& token() const = 0;
    /// The CRM has given another in its place. On return it is safe on disk. When that fails it is held in
    /// memory, and the next turn begins by keeping it.
    /// **Errors:** kDiskFull with what to do.
    virtual Result<void> replace(const Secret& fresh) = 0;
  };

  virtual ~RefreshTokens() = default;

  /// **Errors:** kLocked while another process has its turn; kConfigInvalid when the place can't be read or
  /// written; kDiskFull.
  virtual Result<std::unique_ptr<Turn>> take() = 0;
};

}  // namespace prospectd::salesforce
