// References between the requests of one composite call: "@{acc.id}", "@{found.records[0].Id}" in addresses
// and bodies stand for what an earlier request answered (SALESFORCE_API §7.2). What they put in is bounded,
// however often a request repeats them. Pure; one thread.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sandbox/outcome.h"

namespace prospectd::sandbox {

constexpr size_t kReferencedBytesMax = 4 * 1024 * 1024;

class References {
 public:
  References();
  ~References();

  /// Keeps what a request answered, for those that refer to it by `name`.
  void add(const std::string& name, std::string body);
  /// Replaces every reference in the address of a request; what is put in is percent-encoded.
  /// **Errors:** 400 PROCESSING_HALTED for one that leads to no value; LIMIT_EXCEEDED.
  Outcome<std::string> resolve_url(std::string_view url);
  /// The same in every text of a body; a text that is one reference alone becomes the value with its type.
  Outcome<nlohmann::json> resolve_body(const nlohmann::json& body);

  /// The names that an address and a body refer to.
  static std::set<std::string> names_in(std::string_view url, const nlohmann::json& body);

 private:
  struct Answer;
  Outcome<const nlohmann::json*> value_of(std::string_view reference);
  Outcome<std::string> resolve_text(std::string_view text, bool encode);
  Outcome<nlohmann::json> resolve_value(std::string_view text);

  std::map<std::string, Answer, std::less<>> answers_;
  size_t put_in_ = 0;  // bytes so far
};

/// True for [A-Za-z0-9_]+ of at most 80 characters, what a request may be called.
bool is_reference_name(std::string_view name);

}  // namespace prospectd::sandbox
