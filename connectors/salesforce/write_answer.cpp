#include "connectors/salesforce/write_answer.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "connectors/salesforce/answers.h"
#include "connectors/salesforce/json_repair.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/salesforce_wire/refusals.h"

namespace prospectd::salesforce {
namespace {

namespace dom = simdjson::dom;
namespace wire = salesforce_wire;

constexpr std::string_view kClashPhrase =
    "with id: ";  ///< before the id of the record that has a unique value
constexpr int kCreated = 201;
constexpr int kNoContent = 204;

Error bad_results(std::string_view why) {
  return make_error(ErrorCode::kBadPayload, "the answer to a write can't be read: " + std::string(why));
}

/// A parser and the text that its elements point into.
class ResultsDocument {
 public:
  /// **Errors:** kBadPayload.
  Result<dom::element> open(std::string_view body) {
    if (body.size() > kResultsBytesMax) return bad_results("it is too long");
    if (parser_.allocate(std::max<size_t>(body.size(), 64), kResultsDepthMax) != simdjson::SUCCESS)
      return bad_results("there is no memory for it");
    dom::element root;
    auto error = parser_.parse(body.data(), body.size(), true).get(root);
    if (error == simdjson::UTF8_ERROR || error == simdjson::UNESCAPED_CHARS) {
      // The words of an administrator, or a value that they quote: no reason to doubt all rows.
      const auto repaired = repair_json(body);
      if (!repaired) return bad_results("it is no UTF-8");
      error = parser_.parse(repaired->text).get(root);
    }
    if (error != simdjson::SUCCESS) return bad_results("it is cut short or no JSON");
    return root;
  }

 private:
  dom::parser parser_;
};

/// The members of an object that are of interest, each once. `ok` is false for what is no object and for a
/// member that comes twice.
template <size_t kCount>
struct Members {
  bool ok = false;
  std::array<std::optional<dom::element>, kCount> values;
};
template <size_t kCount>
Members<kCount> members_of(dom::element element, const std::array<std::string_view, kCount>& names) {
  Members<kCount> members;
  dom::object object;
  if (element.get_object().get(object) != simdjson::SUCCESS) return members;
  for (const dom::key_value_pair member : object) {
    const auto name = std::find(names.begin(), names.end(), member.key);
    if (name == names.end()) continue;
    auto& value = members.values[static_cast<size_t>(name - names.begin())];
    if (value) return members;
    value = member.value;
  }
  members.ok = true;
  return members;
}

std::string_view text_of(const std::optional<dom::element>& element) {
  std::string_view text;
  if (!element || element->get_string().get(text) != simdjson::SUCCESS) return {};
  return text;
}

std::optional<RemoteId> id_of(const std::optional<dom::element>& element) {
  auto id = wire::checked_id(text_of(element));
  if (!id) return std::nullopt;
  return RemoteId(*std::move(id));
}

void add_other(Refusal& refusal, std::optional<RemoteId> id) {
  if (!id || refusal.others.size() >= kRefusalsMax) return;
  if (std::find(refusal.others.begin(), refusal.others.end(), *id) == refusal.others.end())
    refusal.others.push_back(*std::move(id));
}

/// "duplicate value found: Ext__c duplicates value on record with id: 00Q…"
void add_clashing(Refusal& refusal, std::string_view message) {
  const size_t found = message.rfind(kClashPhrase);
  if (found == std::string_view::npos) return;
  std::string_view rest = message.substr(found + kClashPhrase.size());
  const auto in_id = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  rest =
      rest.substr(0, static_cast<size_t>(std::find_if_not(rest.begin(), rest.end(), in_id) - rest.begin()));
  if (auto id = wire::checked_id(rest)) add_other(refusal, RemoteId(*std::move(id)));
}

/// The records in {"matchResults":[{"matchRecords":[{"record":{"Id":…}}]}]}; what is no match is passed over.
void add_matches(Refusal& refusal, dom::element report) {
  dom::array results;
  if (report["matchResults"].get_array().get(results) != simdjson::SUCCESS) return;
  for (const dom::element result : results) {
    dom::array records;
    if (result["matchRecords"].get_array().get(records) != simdjson::SUCCESS) continue;
    for (const dom::element record : records) {
      dom::element id;
      if (record["record"]["Id"].get(id) == simdjson::SUCCESS) add_other(refusal, id_of(id));
    }
  }
}

/// One error; both spellings of both keys (API §7.1, §11.1). nullopt for what is none.
std::optional<Refusal> read_error(dom::element element, bool addressed) {
  static constexpr std::array<std::string_view, 6> kNames{"statusCode", "errorCode",      "message",
                                                          "fields",     "duplicateResut", "duplicateResult"};
  const auto members = members_of(element, kNames);
  if (!members.ok) return std::nullopt;
  const auto& [status_code, error_code, message, fields, misspelt, spelt] = members.values;
  const std::string_view code = text_of(status_code ? status_code : error_code);
  Refusal refusal;
  if (wire::is_api_name(code)) refusal.code = code;
  dom::array names;
  if (fields && fields->get_array().get(names) == simdjson::SUCCESS) {
    for (const dom::element name : names) {
      const std::string_view text = text_of(name);
      if (refusal.fields.size() < kRefusalsMax && wire::is_api_name(text)) refusal.fields.emplace_back(text);
    }
  }
  wire::RowError error;
  error.code = refusal.code;
  error.message = text_of(message);
  error.names_fields = !refusal.fields.empty();
  error.addressed = addressed;
  refusal.what = wire::refusal_of(error);
  refusal.message = repair_and_cut(error.message, kRefusalBytesMax);
  if (refusal.what == RefusalClass::kDuplicate) {
    add_clashing(refusal, error.message);
    if (misspelt || spelt) add_matches(refusal, misspelt ? *misspelt : *spelt);
  }
  return refusal;
}

std::vector<Refusal> read_errors(const std::optional<dom::element>& element, bool addressed) {
  std::vector<Refusal> refusals;
  dom::array errors;
  if (!element || element->get_array().get(errors) != simdjson::SUCCESS) return refusals;
  for (const dom::element error : errors) {
    auto refusal = read_error(error, addressed);
    if (refusal && refusals.size() < kRefusalsMax) refusals.push_back(*std::move(refusal));
  }
  return refusals;
}

/// Reads results one after the other, so that no record is told to be two rows.
class ResultsReader {
 public:
  explicit ResultsReader(const SentRows& sent) : sent_(sent), prefix_(wire::prefix_of_object(sent.object)) {}

  /// **Errors:** kBadPayload for a result about another record.
  Result<RowOutcome> read(dom::element element, size_t row) {
    static constexpr std::array<std::string_view, 4> kNames{"id", "success", "errors", "created"};
    RowOutcome outcome;
    outcome.id = sent_.ids[row];
    const auto members = members_of(element, kNames);
    const auto& [id, success, errors, created] = members.values;
    bool done = false;
    if (!members.ok || !success || success->get_bool().get(done) != simdjson::SUCCESS) return outcome;
    const std::optional<RemoteId> told = id_of(id);
    if (told && !outcome.id.empty() && *told != outcome.id) return bad_results("it is about another record");
    outcome.refusals = read_errors(errors, !outcome.id.empty());
    if (done) return read_success(std::move(outcome), told, created);
    if (!outcome.refusals.empty()) outcome.state = RowState::kRefused;
    return outcome;
  }

 private:
  Result<RowOutcome> read_success(RowOutcome outcome, const std::optional<RemoteId>& told,
                                  const std::optional<dom::element>& created) {
    // It can't be done and refused at once, nor done to no record.
    const bool contradicts = !outcome.refusals.empty();
    outcome.refusals.clear();
    if (contradicts || !told) return outcome;
    if (!prefix_.empty() && wire::id_prefix(told->str()) != prefix_)
      return bad_results("it is about a record of another object");
    if (!seen_.insert(told->str()).second) return bad_results("two results are about one record");
    outcome.id = *told;
    outcome.created = sent_.kind == WriteKind::kCreate;
    const bool tells = sent_.kind == WriteKind::kUpsert && created;
    if (tells && created->get_bool().get(outcome.created) != simdjson::SUCCESS) outcome.created = false;
    outcome.state = RowState::kWritten;
    return outcome;
  }

  const SentRows& sent_;
  std::string_view prefix_;
  std::set<std::string> seen_;
};

/// The answer about one record at its own address (API §4).
std::optional<WriteReply> read_alone(const http::Response& response, const SentRows& sent) {
  RowOutcome row;
  row.id = sent.ids.front();
  if (sent.kind == WriteKind::kUpdate && (response.status == kNoContent)) {
    row.state = RowState::kWritten;
    return WriteReply{{std::move(row)}};
  }
  if (sent.kind == WriteKind::kCreate && response.status == kCreated && is_json(response)) {
    // One result without the list around it.
    auto results = read_results("[" + response.body + "]", sent);
    if (!results) return WriteReply{{}, std::move(results).error(), true};
    return WriteReply{*std::move(results)};
  }
  if (!is_refusal(response) || !wire::certainly_not_done(response.status, true)) return std::nullopt;
  auto refused = read_refusal(response.body, sent);
  if (!refused) return std::nullopt;
  const RefusalClass what = refused->what();
  const bool about_all =
      what == RefusalClass::kQuota || what == RefusalClass::kSession || what == RefusalClass::kLater;
  if (about_all) return std::nullopt;
  return WriteReply{{*std::move(refused)}};
}

}  // namespace

Result<std::vector<RowOutcome>> read_results(std::string_view body, const SentRows& sent) {
  ResultsDocument document;
  PD_ASSIGN(root, document.open(body));
  dom::array results;
  if (root.get_array().get(results) != simdjson::SUCCESS) return bad_results("it is no list");
  ResultsReader reader(sent);
  std::vector<RowOutcome> rows;
  for (const dom::element result : results) {
    if (rows.size() >= sent.ids.size()) return bad_results("it has more results than there were rows");
    PD_ASSIGN(row, reader.read(result, rows.size()));
    rows.push_back(std::move(row));
  }
  if (rows.size() < sent.ids.size()) return bad_results("it has fewer results than there were rows");
  return rows;
}

Result<RowOutcome> read_refusal(std::string_view body, const SentRows& sent) {
  if (sent.ids.size() != 1) return bad_results("it is about one record");
  ResultsDocument document;
  PD_ASSIGN(root, document.open(body));
  RowOutcome row;
  row.id = sent.ids.front();
  row.refusals = read_errors(root, !row.id.empty());
  if (row.refusals.empty()) return bad_results("it is no list of errors");
  row.state = RowState::kRefused;
  return row;
}

WriteReply read_reply(const http::Response& response, const SentRows& sent) {
  if (sent.alone) {
    if (auto reply = read_alone(response, sent)) return *std::move(reply);
  } else if (response.status == 200 && is_json(response)) {
    auto results = read_results(response.body, sent);
    if (!results) return WriteReply{{}, std::move(results).error(), true};
    return WriteReply{*std::move(results)};
  }
  const bool in_doubt = !wire::certainly_not_done(response.status, is_refusal(response));
  return WriteReply{{}, error_of(response, wire::RequestKind::kOther), in_doubt};
}

}  // namespace prospectd::salesforce
