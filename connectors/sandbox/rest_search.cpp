// Searches over REST: search and parameterizedSearch (SALESFORCE_API §5.4).
#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/record_writer.h"
#include "connectors/sandbox/rest_call.h"
#include "connectors/sandbox/search.h"
#include "connectors/sandbox/selection_writer.h"

namespace prospectd::sandbox {
namespace {

namespace code = salesforce_wire::error_name;
namespace soql = salesforce_wire::soql;

ApiError malformed_search(const std::string& reason) {
  return api_error(std::string(code::kMalformedSearch), reason);
}

// A number of records; nullopt where the parameter is not there.
Outcome<std::optional<int64_t>> rows_parameter(const Call& call, const std::string& name) {
  const auto text = call.parameter(name);
  if (!text) return std::optional<int64_t>();
  const auto number = soql::Number{std::string(*text)}.as_int();
  if (!number || *number < 1 || *number > kSearchRowsMax)
    return malformed_search(name + " must be between 1 and " + std::to_string(kSearchRowsMax));
  return number;
}

// "Lead,Contact", or the parameter several times.
std::vector<std::string> searched_objects(const Call& call) {
  std::vector<std::string> out;
  for (const auto& [key, value] : call.parameters) {
    if (key != "sobject") continue;
    for (std::string_view rest = value; !rest.empty();) {
      const size_t comma = std::min(rest.find(','), rest.size());
      if (const auto name = trim_ascii(rest.substr(0, comma)); !name.empty()) out.emplace_back(name);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return out;
}

Outcome<SearchTarget> target_of(const Call& call, const std::string& object,
                                std::optional<int64_t> default_limit) {
  SearchTarget target;
  target.object = object;
  const auto own = call.parameter(object + ".fields");
  target.fields = own ? *own : call.parameter("fields").value_or("");
  if (const auto where = call.parameter(object + ".where")) target.clauses = "WHERE " + std::string(*where);
  PD_ASSIGN(limit, rows_parameter(call, object + ".limit"));
  if (!limit) limit = default_limit;
  if (limit) target.clauses += " LIMIT " + std::to_string(*limit);
  return target;
}

Outcome<Search> search_of(const Call& call) {
  Search search;
  search.words = call.parameter("q").value_or("");
  if (const auto in = call.parameter("in")) {
    const auto group = search_group(*in);
    if (!group) return malformed_search("in is ALL, NAME, EMAIL or PHONE: '" + std::string(*in) + "'");
    search.group = *group;
  }
  const std::vector<std::string> objects = searched_objects(call);
  if (objects.size() > kSearchTargetsMax)
    return malformed_search("a search names at most " + std::to_string(kSearchTargetsMax) + " objects");
  PD_ASSIGN(default_limit, rows_parameter(call, "defaultLimit"));
  PD_ASSIGN(overall_limit, rows_parameter(call, "overallLimit"));
  search.limit = overall_limit.value_or(search.limit);
  for (const std::string& object : objects) {
    PD_ASSIGN(target, target_of(call, object, default_limit));
    search.targets.push_back(std::move(target));
  }
  return search;
}

void append_found(std::string& body, Call& call, const Found& found) {
  const KeepList keep = [](const LongList&) { return std::string(); };  // a search has no lists of children
  const auto write_all = [&](const auto& write) {
    for (const Row row : found.rows) {
      if (!body.ends_with('[')) body += ',';
      write(row);
    }
  };
  if (found.query.selection == nullptr) {
    const RecordWriter writer(*found.query.table, found.query.select, call.version.text());
    write_all([&](Row row) { writer.append(body, row); });
  } else {
    const SelectionWriter writer(call.state.org, *found.query.selection, call.version.text(), 0, keep);
    write_all([&](Row row) { writer.append(body, row, nullptr); });
  }
  call.state.stats.records_served += static_cast<int64_t>(found.rows.size());
}

Outcome<http::Response> search_answer(Call& call, const Search& search) {
  QueryContext context;
  context.user = call.session.user;
  context.api_version = call.version.major;
  PD_ASSIGN(found, run_search(call.state.org, call.state.knobs, search, context));
  std::string body = "{\"searchRecords\":[";
  for (const Found& of_object : found)
    append_found(body, call, of_object);
  return json_answer(200, body + "]}");
}

}  // namespace

Outcome<http::Response> answer_search(Call& call) {
  const auto text = call.parameter("q");
  if (!text) return malformed_search("a search string has to be specified");
  PD_ASSIGN(search, parse_sosl(*text));
  return search_answer(call, search);
}

Outcome<http::Response> answer_parameterized_search(Call& call) {
  PD_ASSIGN(search, search_of(call));
  return search_answer(call, search);
}

}  // namespace prospectd::sandbox
