// The named table of transforms that a mapping may apply to a text on its way in or out. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace prospectd::mapping {

using TransformFn = std::string (*)(std::string_view);

struct Transform {
  std::string_view name;
  std::string_view help;  ///< one sentence for the reference page
  TransformFn apply;
};

/// All transforms: trim, collapse_spaces, lower, upper, title_case, digits_only, strip_html, first_word,
/// last_word, no_newlines, domain_of_email, domain_of_url.
const std::vector<Transform>& transforms();
/// By name; nullptr when there is none.
const Transform* find_transform(std::string_view name);
std::vector<std::string> transform_names();

}  // namespace prospectd::mapping
