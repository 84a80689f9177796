#include "connectors/salesforce/salesforce_writer.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "connectors/salesforce/feed_request.h"
#include "connectors/salesforce/write_answer.h"
#include "connectors/salesforce/write_payload.h"
#include "connectors/salesforce_wire/ids.h"

namespace prospectd::salesforce {
namespace {

namespace asio = boost::asio;
namespace soql = salesforce_wire::soql;
namespace wire = salesforce_wire;
using mapping::FieldType;
using mapping::Value;

constexpr size_t kLookupTextBytesMax = 4 * 255;  ///< no text that can be filtered by is longer

WriteReply failed_write(Error error, const std::string& object, bool in_doubt) {
  return WriteReply{{}, std::move(error).within("write").within(object), in_doubt};
}

std::vector<std::string> names_in(const WriteBatch& batch) {
  std::set<std::string> names;
  if (!batch.key_field.empty()) names.insert(batch.key_field);
  for (const WriteRow& row : batch.rows) {
    for (const auto& [name, value] : row.fields)
      names.insert(name);
  }
  return {names.begin(), names.end()};
}

/// The rows of a batch: those that are refused here have their outcome, the others a place in what is sent.
struct SortedRows {
  std::vector<RowOutcome> outcomes;   ///< one for each row of the batch
  std::vector<const WriteRow*> sent;  ///< of the batch
  std::vector<size_t> places;         ///< of each sent row among `outcomes`
};

SortedRows sort_rows(const WriteBatch& batch, const mapping::ObjectSchema& schema) {
  SortedRows sorted;
  for (const WriteRow& row : batch.rows) {
    RowOutcome outcome;
    outcome.token = row.token;
    outcome.id = row.id;
    if (auto refusal = check_row(row, batch, schema)) {
      outcome.state = RowState::kRefused;
      outcome.refusals.push_back(*std::move(refusal));
    } else {
      sorted.sent.push_back(&row);
      sorted.places.push_back(sorted.outcomes.size());
    }
    sorted.outcomes.push_back(std::move(outcome));
  }
  return sorted;
}

SentRows sent_rows(const WriteBatch& batch, const SortedRows& sorted, bool alone) {
  SentRows sent;
  sent.kind = batch.kind;
  sent.object = batch.object;
  sent.alone = alone;
  const bool by_id = batch.kind == WriteKind::kUpdate || batch.kind == WriteKind::kDelete;
  for (const WriteRow* row : sorted.sent) {
    auto id = by_id ? wire::canonical_id(row->id.str()) : std::nullopt;
    sent.ids.emplace_back(std::move(id).value_or(""));
  }
  return sent;
}

/// Puts what was answered about the sent rows into their places.
WriteReply reply_of(SortedRows sorted, std::vector<RowOutcome> answered) {
  for (size_t i = 0; i < answered.size(); ++i) {
    RowOutcome& place = sorted.outcomes[sorted.places[i]];
    answered[i].token = place.token;
    place = std::move(answered[i]);
  }
  return WriteReply{std::move(sorted.outcomes)};
}

bool doubts_schema(const WriteReply& reply) {
  const auto doubts = [](const RowOutcome& row) {
    return row.state == RowState::kRefused && row.what() == RefusalClass::kMapping;
  };
  return std::any_of(reply.rows.begin(), reply.rows.end(), doubts);
}

// ---- look-ups ----

Error wrong_lookup(const std::string& object, std::string_view why) {
  Error error = make_error(ErrorCode::kInvalidInput, "nothing can be looked up: " + std::string(why));
  return std::move(error).within(object);
}

/// The value as a query writes it. nullopt for one that the field can't hold, and so matches nothing.
std::optional<soql::Literal> literal_of(const Value& value, FieldType type) {
  if (type != FieldType::kInteger && type != FieldType::kDouble) {
    std::string text = value.to_text();
    if (text.size() > kLookupTextBytesMax || !is_valid_utf8(text)) return std::nullopt;
    return text;
  }
  std::string digits;
  if (value.is_string() || !append_value(digits, value, FieldType::kDouble)) return std::nullopt;
  return soql::Number{std::move(digits)};
}

/// **Errors:** kInvalidInput for blanks and for too many values; kMalformedQuery for a field that the CRM
/// doesn't look up by.
Result<ListQuery> list_query(const Lookup& lookup, const mapping::ObjectSchema& schema) {
  if (lookup.values.size() > kLookupValuesMax) return wrong_lookup(lookup.object, "too many values at once");
  const mapping::FieldSchema* field = schema.find(lookup.field);
  if (field == nullptr) return unknown_field(schema, lookup.field);
  if (!field->filterable) {
    return make_error(ErrorCode::kMalformedQuery,
                      "the CRM looks up no " + schema.name + " by its field " + field->name);
  }
  ListQuery list;
  list.object = lookup.object;
  list.field = field->name;
  list.deleted_too = false;
  for (const Value& value : lookup.values) {
    // Every record without an address would have a blank one.
    if (value.is_blank()) return wrong_lookup(lookup.object, "a value is blank");
    if (auto literal = literal_of(value, field->type)) list.values.push_back(*std::move(literal));
  }
  return list;
}

Error beyond_lookup() {
  return make_error(ErrorCode::kTooLarge, "more than " + group_digits(kLookupRecordsMax) +
                                              " records have the values that are looked up");
}

// ---- read back ----

/// The records among `decoded` have to be of those that were asked for, as many at most.
Result<void> check_read_back(const DecodedPage& decoded, const std::vector<std::string>& ids) {
  if (decoded.total != static_cast<int64_t>(ids.size()))
    return make_error(ErrorCode::kBadPayload, "a read by ids answers with another number of records");
  std::set<std::string_view> left(ids.begin(), ids.end());
  for (const mapping::Record& record : decoded.records) {
    if (left.erase(record.id.str()) == 0)
      return make_error(ErrorCode::kBadPayload, "a read by ids answers with another record");
  }
  return {};
}

}  // namespace

asio::awaitable<WriteReply> SalesforceWriter::write(WriteBatch batch) {
  const std::string object = batch.object;
  Result<void> good = check_batch(batch);
  if (!good) co_return failed_write(std::move(good).error(), object, false);
  auto schema = co_await schemas_.with_fields(object, names_in(batch));
  if (!schema) co_return failed_write(std::move(schema).error(), object, false);
  WriteReply reply = co_await send(std::move(batch), *schema);
  if (reply.failure) {
    if (doubts_schema(reply.failure->code)) schemas_.drop(object);
    co_return failed_write(*std::move(reply.failure), object, reply.in_doubt);
  }
  if (doubts_schema(reply)) schemas_.drop(object);
  co_return reply;
}

/// `batch` lives as long as the call, and the rows of what is sent point into it.
asio::awaitable<WriteReply> SalesforceWriter::send(WriteBatch batch, SchemaPtr schema) {
  SortedRows sorted = sort_rows(batch, *schema);
  if (sorted.sent.empty()) co_return reply_of(std::move(sorted), {});
  const WriteAddress address{options_.api_version, options_.client_name};
  auto request = write_request(batch, sorted.sent, *schema, address);
  if (!request) co_return WriteReply{{}, std::move(request).error(), false};
  const SentRows sent = sent_rows(batch, sorted, request->alone);
  Call call;
  call.method = std::move(request->method);
  call.target = std::move(request->target);
  call.headers = std::move(request->headers);
  call.body = std::move(request->body);
  CallOutcome outcome = co_await rest_.send(std::move(call));
  if (!outcome.response) co_return WriteReply{{}, std::move(outcome.response).error(), outcome.in_doubt};
  WriteReply reply = read_reply(*outcome.response, sent);
  if (reply.failure) co_return reply;
  co_return reply_of(std::move(sorted), std::move(reply.rows));
}

asio::awaitable<Result<Page>> SalesforceWriter::find(Lookup lookup) {
  const std::string object = lookup.object;
  std::vector<std::string> names = lookup.fields;
  names.push_back(lookup.field);
  auto schema = co_await schemas_.with_fields(object, std::move(names));
  if (!schema) co_return std::move(schema).error().within(object);
  auto made = PageLayout::make(**schema, lookup.fields);
  if (!made) co_return std::move(made).error().within(object);
  const auto layout = std::make_shared<const PageLayout>(*std::move(made));
  auto list = list_query(lookup, **schema);
  if (!list) co_return std::move(list).error();
  Page all;
  all.layout = layout->fields();
  for (size_t first = 0; first < list->values.size();) {
    auto target = list_target(options_.api_version, *list, *layout, first);
    if (!target) co_return std::move(target).error().within(object);
    RowsLimit limit;
    limit.rows_max = kLookupRecordsMax - all.records.size() - all.bad.size();
    limit.beyond = beyond_lookup();
    Result<void> read =
        co_await queries_.read_whole(object, *std::move(target), layout, std::move(limit), all);
    if (!read) co_return std::move(read).error().within("look up").within(object);
  }
  all.total = static_cast<int64_t>(all.records.size() + all.bad.size());
  co_return all;
}

Call SalesforceWriter::read_back_call(const std::string& object, const PageLayout& layout,
                                      const std::vector<std::string>& ids) const {
  const auto list_of = [](const auto& items, const auto& text_of_item) {
    std::string out = "[";
    for (const auto& item : items)
      out += (out.size() == 1 ? "" : ",") + json_quote(text_of_item(item));
    return out + "]";
  };
  Call call;
  call.method = "POST";
  call.target = "/services/data/" + options_.api_version + "/composite/sobjects/" + object;
  call.body = "{\"ids\":" + list_of(ids, [](const std::string& id) { return id; }) +
              ",\"fields\":" + list_of(layout.columns(), [](const Column& column) { return column.key; }) +
              "}";
  if (!options_.client_name.empty())
    call.headers.add("Sforce-Call-Options", "client=" + options_.client_name);
  return call;
}

asio::awaitable<Result<Page>> SalesforceWriter::read_back(std::string object, std::vector<std::string> fields,
                                                          std::vector<RemoteId> ids) {
  if (ids.size() > kReadBackIdsMax) {
    co_return make_error(ErrorCode::kInvalidInput,
                         "more than " + group_digits(kReadBackIdsMax) + " ids at once");
  }
  auto layout = co_await schemas_.layout(object, fields);
  if (!layout) co_return std::move(layout).error().within(object);
  std::set<std::string> wanted;
  for (const RemoteId& id : ids) {
    // What is no id of this object names no record, and could make the CRM refuse the whole list.
    if (auto canonical = wire::canonical_id(id.str())) wanted.insert(*std::move(canonical));
  }
  Page page;
  page.layout = layout->fields();
  if (wanted.empty()) co_return page;
  const std::vector<std::string> list(wanted.begin(), wanted.end());
  Call call = read_back_call(object, *layout, list);
  CallOutcome outcome = co_await rest_.get(std::move(call));
  if (!outcome.response) {
    if (doubts_schema(outcome.response.error().code)) schemas_.drop(object);
    co_return std::move(outcome.response).error().within("read back").within(object);
  }
  auto decoded = decoder_.decode_list(std::move(outcome.response->body), *layout);
  if (!decoded) co_return std::move(decoded).error().within("read back").within(object);
  if (decoded->schema_in_doubt) schemas_.drop(object);
  Result<void> ours = check_read_back(*decoded, list);
  if (!ours) co_return std::move(ours).error().within("read back").within(object);
  page.records = std::move(decoded->records);
  page.bad = std::move(decoded->bad);
  page.total = static_cast<int64_t>(page.records.size() + page.bad.size());
  co_return page;
}

}  // namespace prospectd::salesforce
