// Subject: what a person asked to have explained, told apart. Internal to the service. Pure, any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"

namespace prospectd::service {

struct Subject {
  enum class Kind { kProspect, kDuplicate, kAddress, kRecord, kRow };

  Kind kind = Kind::kProspect;
  int64_t number = 0;  ///< of a prospect, duplicate or row
  std::string text;    ///< an address's key, a record's canonical id, or a row's type ("tasks")
};

constexpr size_t kSubjectBytesMax = 512;

using CanonicalId = std::function<std::optional<std::string>(const std::string&)>;

/// "prospect 42", "42", "duplicate 7", "task 7" or any other kind of row with its number, an address, a CRM
/// id, or an object's name before a CRM id ("Lead 00Q…").
/// **Errors:** kInvalidInput, with the forms that there are.
Result<Subject> parse_subject(const std::string& text, const CanonicalId& canonical_id);

}  // namespace prospectd::service
