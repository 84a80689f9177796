// Letter case as the CRM's comparisons see it. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace prospectd::sandbox {

/// Lower case of every letter that has one, Unicode ones too; ill-formed bytes stay as they are.
std::string fold_case(std::string_view text);
/// −1, 0, 1: `text` folded against `folded`, which is folded already, by bytes.
int compare_folded(std::string_view text, std::string_view folded);

}  // namespace prospectd::sandbox
