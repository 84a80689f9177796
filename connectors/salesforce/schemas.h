// Schemas: the describes of one connection, kept for kDescribeAgeMax of the CRM's clock and dropped as soon
// as an answer contradicts them. Owned by the connector; on the loop's one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "base/result.h"
#include "base/time.h"
#include "connectors/salesforce/page_layout.h"
#include "connectors/salesforce/rest_client.h"
#include "connectors/salesforce/traffic.h"
#include "mapping/schema.h"

namespace prospectd::salesforce {

constexpr milliseconds kDescribeAgeMax = std::chrono::hours{1};
constexpr size_t kDescribesMax = 100;  ///< kept at a time

using SchemaPtr = std::shared_ptr<const mapping::ObjectSchema>;

class Schemas {
 public:
  /// All three outlive it.
  Schemas(const std::string& api_version, const Traffic& traffic, RestClient& rest)
      : version_(api_version), traffic_(traffic), rest_(rest) {}

  /// The object's describe, asked for where none is kept.
  /// **Errors:** kUnknownObject, kConfigInvalid for an API version that is none; as RestClient::get.
  boost::asio::awaitable<Result<SchemaPtr>> of(std::string object);
  /// How a query for these fields is read.
  /// **Errors:** as `of` and PageLayout::make.
  boost::asio::awaitable<Result<PageLayout>> layout(std::string object, std::vector<std::string> fields);
  /// The object's describe, asked for again where the kept one lacks one of these fields.
  boost::asio::awaitable<Result<SchemaPtr>> with_fields(std::string object, std::vector<std::string> fields);

  /// An answer contradicted what is kept of that object, or of all.
  void drop(std::string_view object);
  void clear() { entries_.clear(); }

 private:
  struct Entry {
    SchemaPtr schema;
    std::optional<Timestamp> read_at;  ///< by the CRM's clock
  };
  SchemaPtr kept(const std::string& object) const;

  const std::string& version_;
  const Traffic& traffic_;
  RestClient& rest_;
  std::map<std::string, Entry> entries_;  ///< by the object's name in lower case
};

/// The answers after which a kept describe is no longer believed.
bool doubts_schema(ErrorCode code);

}  // namespace prospectd::salesforce
