// Tags of a prospect, as `set` changes them: tags=hot,vip puts these on and takes others off, tags+=hot adds,
// tags-=vip takes off. On the caller's thread.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "daemon/cli/daemon_client.h"

namespace prospectd::cli {

/// What is to become of a prospect's tags.
struct TagWish {
  std::string method;              ///< "PATCH", "POST", "DELETE" of the relationship
  std::vector<std::string> names;  ///< empty only with PATCH: no tag stays
};

/// Takes the tags out of FIELD=VALUE words; nothing where there are none.
/// **Errors:** kInvalidInput where there are other fields besides, or no name.
Result<std::optional<TagWish>> take_tags(nlohmann::json& fields);

/// The API's answer, whole. **Errors:** kNotFound for a name that is no tag's; the API's.
Result<nlohmann::json> change_tags(const DaemonClient& client, const std::string& prospect,
                                   const TagWish& wish, bool dry_run);

}  // namespace prospectd::cli
