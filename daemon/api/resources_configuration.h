// The configuration's answers as JSON:API documents; docs/api.md has their shapes. Pure, any thread.
#pragma once

#include "daemon/api/answers.h"
#include "daemon/api/configuration.h"

namespace prospectd::api {

/// 200 with what changed, or 422 with an error for each fault.
http::Response reload_answer(const config::ReloadReport& report);
Json setting_resource(const SettingInForce& setting);

}  // namespace prospectd::api
