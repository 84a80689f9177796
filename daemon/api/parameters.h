// Parameters: a request's query by name, checked against the names that its route knows. Pure, one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/api/refusal.h"

namespace prospectd::api {

using Query = std::vector<std::pair<std::string, std::string>>;

class Parameters {
 public:
  Parameters() = default;
  /// Notes a fault for a name that is not in `known`, and for one that is given twice.
  Parameters(Query query, const std::vector<std::string>& known);

  std::optional<std::string> text(std::string_view name) const;
  /// "true" or "false"; false when it is not there.
  bool flag(std::string_view name);
  /// A whole number within [least, most]; `otherwise` when it is not there.
  int64_t number(std::string_view name, int64_t least, int64_t most, int64_t otherwise);
  /// The first fault so far.
  const std::optional<Refusal>& fault() const { return fault_; }
  const Query& query() const { return query_; }
  /// Notes that a parameter is wrong: "the query parameter "sort" " and `detail`. The first one counts.
  void note(std::string_view name, std::string detail);

 private:
  Query query_;
  std::optional<Refusal> fault_;
};

}  // namespace prospectd::api
