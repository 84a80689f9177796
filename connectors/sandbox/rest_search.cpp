// Searches over REST: search and parameterizedSearch (SALESFORCE_API §5.4).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connectors/salesforce_wire/errors.h"
#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/record_writer.h"
#include "connectors/sandbox/request_body.h"
#include "connectors/sandbox/rest_call.h"
#include "connectors/sandbox/search.h"
#include "connectors/sandbox/selection_writer.h"

namespace prospectd::sandbox {
namespace {

using Json = nlohmann::json;
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

// What a member of a search's body is; the last kind changes nothing about what is found.
enum class SearchMember : uint8_t { kText, kNumber, kNames, kObjects, kPassedOver };
struct SearchKey {
  std::string_view key;
  SearchMember member;
};
constexpr SearchKey kSearchKeys[] = {{"q", SearchMember::kText},
                                     {"in", SearchMember::kText},
                                     {"fields", SearchMember::kNames},
                                     {"sobjects", SearchMember::kObjects},
                                     {"defaultLimit", SearchMember::kNumber},
                                     {"overallLimit", SearchMember::kNumber},
                                     {"spellCorrection", SearchMember::kPassedOver},
                                     {"updateTracking", SearchMember::kPassedOver},
                                     {"updateViewStat", SearchMember::kPassedOver}};
constexpr SearchKey kSearchObjectKeys[] = {
    {"fields", SearchMember::kNames}, {"where", SearchMember::kText}, {"limit", SearchMember::kNumber}};

using SearchParameters = std::vector<std::pair<std::string, std::string>>;

Outcome<std::string> joined_names(const Json& list) {
  if (!list.is_array()) return wrong_shape("list of field names", list);
  std::string out;
  for (const Json& name : list) {
    if (!name.is_string()) return wrong_shape("field name", name);
    out += (out.empty() ? "" : ",") + name.get<std::string>();
  }
  return out;
}

// One member as the parameter of the query string that says the same.
Outcome<void> add_parameter(SearchParameters& out, const std::string& name, SearchMember member,
                            const Json& value) {
  if (member == SearchMember::kPassedOver || value.is_null()) return {};
  if (member == SearchMember::kNames) {
    PD_ASSIGN(names, joined_names(value));
    out.emplace_back(name, std::move(names));
    return {};
  }
  const bool fits = member == SearchMember::kText ? value.is_string() : value.is_number_integer();
  if (!fits) return wrong_shape(member == SearchMember::kText ? "string" : "int", value);
  out.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  return {};
}

ApiError unrecognized(const std::string& name) {
  return api_error(std::string(code::kJsonParserError), "Unrecognized field \"" + name + "\"");
}

Outcome<void> add_objects(SearchParameters& out, const Json& objects) {
  if (!objects.is_array()) return wrong_shape("list of sobjects", objects);
  for (const Json& object : objects) {
    const Json* name = find_member(object, "name");
    if (name == nullptr || !name->is_string()) return wrong_shape("sobject", object);
    const auto& of = name->get_ref<const std::string&>();
    out.emplace_back("sobject", of);
    for (const auto& [key, value] : object.items()) {
      if (&value == name) continue;
      const auto* known = std::find_if(std::begin(kSearchObjectKeys), std::end(kSearchObjectKeys),
                                       [&key = key](const SearchKey& k) { return k.key == key; });
      if (known == std::end(kSearchObjectKeys)) return unrecognized(key);
      PD_TRY(add_parameter(out, of + "." + key, known->member, value));
    }
  }
  return {};
}

Outcome<SearchParameters> parameters_of(const Json& body) {
  SearchParameters out;
  for (const auto& [key, value] : body.items()) {
    const auto* known = std::find_if(std::begin(kSearchKeys), std::end(kSearchKeys),
                                     [&key = key](const SearchKey& k) { return k.key == key; });
    if (known == std::end(kSearchKeys)) return unrecognized(key);
    if (known->member == SearchMember::kObjects) {
      PD_TRY(add_objects(out, value));
    } else {
      PD_TRY(add_parameter(out, key, known->member, value));
    }
  }
  return out;
}

}  // namespace

Outcome<http::Response> answer_search(Call& call) {
  const auto text = call.parameter("q");
  if (!text) return malformed_search("a search string has to be specified");
  PD_ASSIGN(search, parse_sosl(*text));
  return search_answer(call, search);
}

Outcome<http::Response> answer_parameterized_search(Call& call) {
  if (call.method == "POST") {
    PD_ASSIGN(body, parse_request_body(call.request));
    PD_ASSIGN(parameters, parameters_of(body));
    call.parameters = std::move(parameters);
  }
  PD_ASSIGN(search, search_of(call));
  return search_answer(call, search);
}

}  // namespace prospectd::sandbox
