// What a person can do about an error of a connection, where its own message can't know it. Pure.
#pragma once

#include <string_view>

namespace prospectd::cli {

/// By the error's code ("login_refused"): the next step, as a sentence; empty where there is none to give.
std::string_view advice_on(std::string_view code);

}  // namespace prospectd::cli
