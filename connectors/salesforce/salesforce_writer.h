// SalesforceWriter: the writing side of the Salesforce connector: batches through the collections of the API
// (one record at its own address), the look-ups before a create, and the reading after a write. Owned by the
// connector; on the loop's one thread.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "connectors/salesforce/page_decoder.h"
#include "connectors/salesforce/query_reader.h"
#include "connectors/salesforce/rest_client.h"
#include "connectors/salesforce/schemas.h"
#include "connectors/writer.h"

namespace prospectd::salesforce {

class SalesforceWriter final : public Writer {
 public:
  /// All four outlive it.
  SalesforceWriter(const QueryOptions& options, RestClient& rest, Schemas& schemas, QueryReader& queries)
      : options_(options), rest_(rest), schemas_(schemas), queries_(queries) {}

  boost::asio::awaitable<WriteReply> write(WriteBatch batch) override;
  boost::asio::awaitable<Result<Page>> find(Lookup lookup) override;
  boost::asio::awaitable<Result<Page>> read_back(std::string object, std::vector<std::string> fields,
                                                 std::vector<RemoteId> ids) override;

 private:
  boost::asio::awaitable<WriteReply> send(WriteBatch batch, SchemaPtr schema);
  Call read_back_call(const std::string& object, const PageLayout& layout,
                      const std::vector<std::string>& ids) const;

  const QueryOptions& options_;
  RestClient& rest_;
  Schemas& schemas_;
  QueryReader& queries_;
  PageDecoder decoder_;
};

}  // namespace prospectd::salesforce
