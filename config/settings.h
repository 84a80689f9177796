// Which keys can be set at run time (SEMANTICS §13), and what may be put there: the rows of the tables decide
// both. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/origin.h"
#include "config/values.h"

namespace prospectd::config {

/// A key that can be set at run time.
struct SettableKey {
  std::string key;  ///< "prospects.same_email"
  std::string help;
  std::string takes;  ///< "one of prevent, select_crm_id"
};
const std::vector<SettableKey>& settable_keys();
bool is_settable(std::string_view key);

/// What is wrong with a setting: an unknown key, one that only the file can change, a value that its row
/// refuses. nullopt when it is good.
std::optional<Complaint> check_setting(const Setting& setting);

/// Puts the value of a key that can be set into `config`; one that check_setting complains of changes
/// nothing.
void apply_setting(Config& config, const Setting& setting);

}  // namespace prospectd::config
