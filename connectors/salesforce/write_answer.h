// What the CRM answers to a write, row by row. Everything in it is hostile until read: sizes, depth and
// counts are capped, and what contradicts itself, or names another record than was asked for, is no answer.
// Owned by salesforce; pure, any thread. Free of coroutines. Source: API §4, §7, §11.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connectors/http/message.h"
#include "connectors/write.h"

namespace prospectd::salesforce {

constexpr size_t kResultsBytesMax = 4 * 1024 * 1024;  ///< of an answer to a write
constexpr size_t kResultsDepthMax = 32;

/// What was sent, as far as its answer has to agree with it.
struct SentRows {
  WriteKind kind = WriteKind::kUpdate;
  std::string object;         ///< whose prefix the ids of new records have, where it is a known one
  std::vector<RemoteId> ids;  ///< as sent, one for each row; empty where the row had none
  bool alone = false;         ///< WriteRequest::alone
};

/// The list of results that a collection answers with. The outcomes lie in the order of the rows, without
/// their tokens. A result that can't be read, or says two things, leaves its row unknown.
/// **Errors:** kBadPayload when the list is none, has another length, or a result is about another record.
Result<std::vector<RowOutcome>> read_results(std::string_view body, const SentRows& sent);

/// The API's list of errors about one record, as the outcome of its row.
/// **Errors:** kBadPayload when it is no such list, or an empty one.
Result<RowOutcome> read_refusal(std::string_view body, const SentRows& sent);

/// What an answer of any status says of the rows, and whether they are in doubt.
WriteReply read_reply(const http::Response& response, const SentRows& sent);

}  // namespace prospectd::salesforce
