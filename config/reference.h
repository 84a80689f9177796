// The reference page (docs/reference.md), made from the tables. Pure, any thread.
#pragma once

#include <string>

namespace prospectd::config {

/// The whole page in Markdown.
std::string reference_page();

}  // namespace prospectd::config
