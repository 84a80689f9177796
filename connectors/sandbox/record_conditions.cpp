#include "connectors/sandbox/record_conditions.h"

#include "base/text.h"
#include "base/time.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/record_writer.h"
#include "mapping/hash.h"

namespace prospectd::sandbox {
namespace {

bool has_tags(const Table& table) {
  return table.type().name() == "Account";
}

// Follows from all that is in the record, so that two changes within one second differ.
std::string tag_of(const Table& table, Row row) {
  std::vector<const Field*> fields;
  for (const Field& field : table.type().fields())
    fields.push_back(&field);
  std::string record;
  RecordWriter(table, fields, "").append(record, row);
  constexpr char kHex[] = "0123456789abcdef";
  uint64_t hash = mapping::hash_bytes(record, 0);
  std::string tag = "\"";
  for (int i = 0; i < 16; ++i, hash >>= 4)
    tag += kHex[hash & 15];
  return tag + '"';
}

// "W/" and the suffix that compression adds don't make another record of it.
std::string_view bare_tag(std::string_view tag) {
  tag = trim_ascii(tag);
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  constexpr std::string_view kCompressed = "--gzip";
  if (tag.ends_with(kCompressed)) tag.remove_suffix(kCompressed.size());
  return tag;
}

bool names_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    const std::string_view one = bare_tag(list.substr(0, comma));
    if (one == "*" || one == bare_tag(tag)) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

struct Validators {
  bool tagged = false;
  std::string tag;
  Timestamp changed{};
};

Validators validators_of(const Table& table, Row row) {
  Validators v;
  v.tagged = has_tags(table);
  if (v.tagged) v.tag = tag_of(table, row);
  v.changed = Timestamp(seconds(table.number(row, table.type().system().modified)));
  return v;
}

// What one header demands: whether it holds, or nullopt where it doesn't count.
struct ConditionRow {
  std::string_view header;
  bool dated;
  bool unchanged_answer;  ///< broken by a record that has not changed, so a read gets 304
  bool (*holds)(const Validators&, std::string_view value, Timestamp date);
};
constexpr ConditionRow kConditions[] = {
    {"If-Match", false, false,
     [](const Validators& v, std::string_view value, Timestamp) {
       return !v.tagged || names_tag(value, v.tag);
     }},
    {"If-Unmodified-Since", true, false,
     [](const Validators& v, std::string_view, Timestamp date) { return v.changed <= date; }},
    {"If-None-Match", false, true,
     [](const Validators& v, std::string_view value, Timestamp) {
       return !v.tagged || !names_tag(value, v.tag);
     }},
    {"If-Modified-Since", true, true,
     [](const Validators& v, std::string_view, Timestamp date) { return v.changed > date; }},
};

http::Response refused_condition(bool not_modified) {
  if (!not_modified)
    return error_answer(api_error(412, "PRECONDITION_FAILED", "The condition of the request is not met"));
  http::Response answer;
  answer.status = 304;
  return answer;
}

}  // namespace

Outcome<std::optional<http::Response>> check_conditions(const http::ServerRequest& request, bool reading,
                                                        const Table& table, Row row) {
  std::optional<Validators> validators;
  for (const ConditionRow& condition : kConditions) {
    const auto value = request.headers.get(condition.header);
    if (!value) continue;
    const auto date = condition.dated ? parse_http_date(trim_ascii(*value)) : std::nullopt;
    const bool understood = condition.dated ? date.has_value() : !trim_ascii(*value).empty();
    if (!understood && reading) continue;
    if (!understood) {
      return api_error("MALFORMED_REQUEST",
                       "The value of the header " + std::string(condition.header) + " is not valid");
    }
    if (!validators) validators = validators_of(table, row);
    if (condition.holds(*validators, *value, date.value_or(Timestamp{}))) continue;
    http::Response answer = refused_condition(reading && condition.unchanged_answer);
    if (answer.status == 304) add_validators(answer, table, row);
    return std::optional<http::Response>(std::move(answer));
  }
  return std::optional<http::Response>{};
}

void add_validators(http::Response& answer, const Table& table, Row row) {
  const Validators v = validators_of(table, row);
  answer.headers.set("Last-Modified", format_http_date(v.changed));
  if (v.tagged) answer.headers.set("ETag", v.tag);
}

}  // namespace prospectd::sandbox
