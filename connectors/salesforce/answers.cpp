#include "connectors/salesforce/answers.h"

#include <simdjson.h>
#include <string.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "base/time.h"
#include "connectors/salesforce_wire/ids.h"

namespace prospectd::salesforce {
namespace {

namespace dom = simdjson::dom;
namespace wire = salesforce_wire;

constexpr size_t kErrorBytesMax = 1024 * 1024;  ///< a refusal is short; a longer body says nothing
constexpr size_t kErrorFieldsMax = 20;
constexpr size_t kTypeBytesMax = 64;  ///< of a media type that is told to a person

/// The first refusal in a body, whichever of the API's shapes it has.
struct FirstError {
  std::string code;
  std::string message;  ///< only ever searched, never passed on
  std::vector<std::string> fields;
};

std::string text_at(dom::object object, std::string_view key) {
  std::string_view text;
  return object[key].get_string().get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

std::optional<FirstError> parse_refusal(const http::Response& response) {
  if (!is_json(response) || response.body.size() > kErrorBytesMax) return std::nullopt;
  dom::parser parser;
  dom::element root;
  if (parser.parse(response.body).get(root) != simdjson::SUCCESS) return std::nullopt;
  dom::array list;
  if (root.get_array().get(list) == simdjson::SUCCESS && list.at(0).get(root) != simdjson::SUCCESS) {
    return FirstError{};
  }
  dom::object object;
  if (root.get_object().get(object) != simdjson::SUCCESS) return FirstError{};
  FirstError refusal;
  refusal.code = text_at(object, "errorCode");
  refusal.message = text_at(object, "message");
  dom::array fields;
  if (object["fields"].get_array().get(fields) == simdjson::SUCCESS) {
    for (const dom::element field : fields) {
      std::string_view name;
      if (refusal.fields.size() >= kErrorFieldsMax) break;
      if (field.get_string().get(name) == simdjson::SUCCESS && wire::is_api_name(name))
        refusal.fields.emplace_back(name);
    }
  }
  return refusal;
}

/// The name in quotes after `phrase`: "No such column 'Foo__c' on entity 'Lead'" after "No such column ".
std::string quoted_after(std::string_view message, std::string_view phrase) {
  const size_t found = message.find(phrase);
  if (found == std::string_view::npos) return {};
  std::string_view rest = message.substr(found + phrase.size());
  if (!rest.starts_with('\'')) return {};
  rest.remove_prefix(1);
  const size_t end = rest.find('\'');
  if (end == std::string_view::npos || !wire::is_api_name(rest.substr(0, end))) return {};
  return std::string(rest.substr(0, end));
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names)
    out += (out.empty() ? "" : ", ") + name;
  return out;
}

std::string sentence(ErrorCode code, int status, const FirstError& refusal) {
  const std::string with = wire::is_api_name(refusal.code)
                               ? " (HTTP " + std::to_string(status) + ", " + refusal.code + ")"
                               : " (HTTP " + std::to_string(status) + ")";
  const std::string column = quoted_after(refusal.message, "No such column ");
  const std::string entity = quoted_after(refusal.message, "on entity ");
  if (code == ErrorCode::kUnknownField && !column.empty()) {
    return (entity.empty() ? "the object" : entity) + " has no field '" + column +
           "' that this login may read" + with;
  }
  const std::string type = quoted_after(refusal.message, "sObject type ");
  if (code == ErrorCode::kUnknownObject && !type.empty()) {
    return "the CRM has no object '" + type + "' that this login may read" + with;
  }
  if (code == ErrorCode::kUnknownObject) {
    return "the CRM has no such object that this login may read" + with;
  }
  std::string out = "the CRM refuses the request: " + std::string(name_of(code)) + with;
  if (!refusal.fields.empty()) out += ", fields " + joined(refusal.fields);
  return out;
}

mapping::FieldType field_type_of(std::string_view name) {
  using mapping::FieldType;
  struct Row {
    std::string_view name;
    FieldType type;
  };
  static constexpr Row kRows[] = {
      {"id", FieldType::kId},
      {"reference", FieldType::kReference},
      {"string", FieldType::kString},
      {"encryptedstring", FieldType::kString},
      {"base64", FieldType::kString},
      {"textarea", FieldType::kTextArea},
      {"picklist", FieldType::kPicklist},
      {"combobox", FieldType::kPicklist},
      {"multipicklist", FieldType::kMultiPicklist},
      {"boolean", FieldType::kBoolean},
      {"int", FieldType::kInteger},
      {"long", FieldType::kInteger},
      {"double", FieldType::kDouble},
      {"currency", FieldType::kDouble},
      {"percent", FieldType::kDouble},
      {"date", FieldType::kDate},
      {"datetime", FieldType::kDateTime},
      {"time", FieldType::kTime},
      {"email", FieldType::kEmail},
      {"phone", FieldType::kPhone},
      {"url", FieldType::kUrl},
      {"address", FieldType::kCompound},
      {"location", FieldType::kCompound},
      {"complexvalue", FieldType::kCompound},
  };
  for (const Row& row : kRows) {
    if (row.name == name) return row.type;
  }
  return FieldType::kOther;
}

bool flag_at(dom::object object, std::string_view key, bool fallback) {
  bool flag = fallback;
  return object[key].get_bool().get(flag) == simdjson::SUCCESS ? flag : fallback;
}

void read_picklist(dom::object object, mapping::FieldSchema& out) {
  dom::array values;
  if (object["picklistValues"].get_array().get(values) != simdjson::SUCCESS) return;
  for (const dom::element element : values) {
    dom::object item;
    if (out.picklist.size() >= kPicklistValuesMax) return;
    if (element.get_object().get(item) != simdjson::SUCCESS) continue;
    mapping::PicklistValue value;
    value.value = text_at(item, "value");
    value.label = text_at(item, "label");
    value.active = flag_at(item, "active", true);
    out.picklist.push_back(std::move(value));
  }
}

/// **Errors:** nullopt when it has no name or no type.
std::optional<mapping::FieldSchema> read_field(dom::object object) {
  mapping::FieldSchema out;
  out.name = text_at(object, "name");
  const std::string type = text_at(object, "type");
  if (!wire::is_api_name(out.name) || type.empty()) return std::nullopt;
  out.type = field_type_of(type);
  out.label = text_at(object, "label");
  int64_t length = 0;
  if (object["length"].get_int64().get(length) == simdjson::SUCCESS) {
    out.length = static_cast<int>(std::clamp<int64_t>(length, 0, 1'000'000'000));
  }
  out.nillable = flag_at(object, "nillable", true);
  out.createable = flag_at(object, "createable", false);
  out.updateable = flag_at(object, "updateable", false);
  out.defaulted_on_create = flag_at(object, "defaultedOnCreate", false);
  out.filterable = flag_at(object, "filterable", true);
  out.restricted_picklist = flag_at(object, "restrictedPicklist", false);
  out.external_id = flag_at(object, "externalId", false);
  dom::array references;
  if (object["referenceTo"].get_array().get(references) == simdjson::SUCCESS) {
    for (const dom::element reference : references) {
      std::string_view name;
      if (reference.get_string().get(name) == simdjson::SUCCESS) out.reference_to.emplace_back(name);
    }
  }
  read_picklist(object, out);
  return out;
}

void wipe(std::string& text) {
  ::explicit_bzero(text.data(), text.size());
  text.clear();
}

Error bad_answer(std::string_view what) {
  return make_error(ErrorCode::kBadPayload, std::string(what) + " doesn't parse");
}

std::string short_text_at(dom::object object, std::string_view key) {
  return repair_utf8(text_at(object, key).substr(0, kIdentityBytesMax));
}

/// A token as a header may carry it.
bool is_token(std::string_view text) {
  const auto visible = [](char c) { return c > 0x20 && c < 0x7F; };
  return !text.empty() && text.size() <= kTokenBytesMax && std::all_of(text.begin(), text.end(), visible);
}

/// The token as a secret, and the parser's copy of it wiped; the view points into memory that the parser owns
/// and is done with.
Secret taken_over(std::string_view token) {
  Secret secret(token);
  ::explicit_bzero(const_cast<char*>(token.data()), token.size());
  return secret;
}

}  // namespace

bool is_json(const http::Response& response) {
  return response.content_type() == "application/json";
}

Error error_of(const http::Response& response, wire::RequestKind kind) {
  const std::optional<FirstError> parsed = parse_refusal(response);
  const FirstError refusal = parsed.value_or(FirstError{});
  const ErrorCode code =
      wire::classify(response.status, refusal.code, refusal.message, parsed.has_value(), kind);
  std::string message = sentence(code, response.status, refusal);
  if (!parsed) {
    message = "the answer is none of the API's: HTTP " + std::to_string(response.status) + ", " +
              repair_utf8(response.content_type().substr(0, kTypeBytesMax));
  }
  Error error = make_error(code, std::move(message));
  error.retry_after = retry_after_of(response.headers);
  return error;
}

bool is_refusal(const http::Response& response) {
  const std::optional<FirstError> parsed = parse_refusal(response);
  return parsed && !parsed->code.empty();
}

Error login_error_of(const http::Response& response) {
  std::string name;
  std::string description;
  dom::parser parser;
  dom::element root;
  dom::object object;
  if (is_json(response) && response.body.size() <= kErrorBytesMax &&
      parser.parse(response.body).get(root) == simdjson::SUCCESS &&
      root.get_object().get(object) == simdjson::SUCCESS) {
    name = text_at(object, "error");
    description = text_at(object, "error_description");
  }
  const wire::OAuthVerdict verdict = wire::classify_oauth(response.status, name, description);
  std::string message = "the CRM refuses the login (HTTP " + std::to_string(response.status);
  if (wire::is_api_name(name)) message += ", " + name;
  message += "): " + std::string(verdict.advice);
  Error error = make_error(verdict.code, std::move(message));
  error.retry_after = retry_after_of(response.headers);
  return error;
}

std::optional<std::chrono::milliseconds> retry_after_of(const http::Headers& headers) {
  const auto header = headers.get("Retry-After");
  if (!header) return std::nullopt;
  const std::string_view text = trim_ascii(*header);
  std::chrono::milliseconds wait{0};
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error == std::errc{} && end == text.data() + text.size()) {
    if (count <= 0 || count > kRetryAfterAbsurd / seconds{1}) return std::nullopt;
    wait = seconds{count};
  } else {
    const auto until = parse_http_date(text);
    const auto date = headers.get("Date");
    const auto now = date ? parse_http_date(*date) : std::nullopt;
    if (!until || !now) return std::nullopt;
    wait = *until - *now;
  }
  if (wait <= std::chrono::milliseconds{0} || wait > kRetryAfterAbsurd) return std::nullopt;
  return std::min(wait, kRetryAfterMax);
}

Result<LoginAnswer> parse_login(std::string& body) {
  dom::parser parser;
  dom::element root;
  std::string_view token;
  std::string_view refresh_token;
  std::string_view instance;
  std::string padded(body.size() + simdjson::SIMDJSON_PADDING, '\0');
  body.copy(padded.data(), body.size());
  const auto error = parser.parse(padded.data(), body.size(), false).get(root);
  wipe(body);
  wipe(padded);
  dom::object object;
  if (error != simdjson::SUCCESS || root.get_object().get(object) != simdjson::SUCCESS ||
      object["access_token"].get_string().get(token) != simdjson::SUCCESS || !is_token(token) ||
      object["instance_url"].get_string().get(instance) != simdjson::SUCCESS) {
    return bad_answer("the answer to the login");
  }
  LoginAnswer answer;
  answer.token = taken_over(token);
  answer.instance_url = std::string(instance);
  answer.identity_url = text_at(object, "id");
  answer.scope = text_at(object, "scope");
  if (object["refresh_token"].get_string().get(refresh_token) == simdjson::SUCCESS) {
    if (!is_token(refresh_token)) return bad_answer("the refresh token in the answer to the login");
    answer.refresh_token = taken_over(refresh_token);
  }
  return answer;
}

Result<Identity> parse_user_info(const std::string& body) {
  dom::parser parser;
  dom::object object;
  if (body.size() > kErrorBytesMax || parser.parse(body).get_object().get(object) != simdjson::SUCCESS) {
    return bad_answer("the answer to who this is");
  }
  Identity identity;
  identity.organization_id = short_text_at(object, "organization_id");
  identity.user_id = short_text_at(object, "user_id");
  identity.username = short_text_at(object, "preferred_username");
  identity.name = short_text_at(object, "name");
  if (identity.organization_id.empty() || identity.user_id.empty())
    return bad_answer("the answer to who this is");
  return identity;
}

Identity identity_of(std::string_view identity_url) {
  const size_t user = identity_url.rfind('/');
  if (user == std::string_view::npos || user == 0) return {};
  const size_t organization = identity_url.rfind('/', user - 1);
  if (organization == std::string_view::npos) return {};
  const auto ours = wire::canonical_id(identity_url.substr(organization + 1, user - organization - 1));
  const auto users = wire::canonical_id(identity_url.substr(user + 1));
  Identity identity;
  identity.organization_id = ours.value_or("");
  identity.user_id = users.value_or("");
  return identity;
}

Result<std::vector<wire::ApiVersion>> parse_versions(const std::string& body) {
  dom::parser parser;
  dom::array list;
  std::vector<wire::ApiVersion> versions;
  if (body.size() > kErrorBytesMax || parser.parse(body).get_array().get(list) != simdjson::SUCCESS) {
    return bad_answer("the list of API versions");
  }
  for (const dom::element element : list) {
    dom::object item;
    if (versions.size() >= kVersionsMax || element.get_object().get(item) != simdjson::SUCCESS) break;
    if (const auto version = wire::parse_api_version(text_at(item, "version"))) versions.push_back(*version);
  }
  if (versions.empty()) return bad_answer("the list of API versions");
  std::sort(versions.begin(), versions.end());
  return versions;
}

Result<mapping::ObjectSchema> parse_describe(const std::string& body) {
  dom::parser parser;
  dom::element root;
  dom::object object;
  dom::array fields;
  if (parser.parse(body).get(root) != simdjson::SUCCESS ||
      root.get_object().get(object) != simdjson::SUCCESS ||
      object["fields"].get_array().get(fields) != simdjson::SUCCESS) {
    return bad_answer("the describe");
  }
  mapping::ObjectSchema schema;
  schema.name = text_at(object, "name");
  schema.label = text_at(object, "label");
  schema.queryable = flag_at(object, "queryable", true);
  if (!wire::is_api_name(schema.name)) return bad_answer("the describe");
  for (const dom::element element : fields) {
    dom::object item;
    if (schema.fields.size() >= kDescribeFieldsMax) return bad_answer("the describe (too many fields)");
    if (element.get_object().get(item) != simdjson::SUCCESS) return bad_answer("the describe");
    auto field = read_field(item);
    if (!field) return bad_answer("the describe");
    schema.fields.push_back(*std::move(field));
  }
  return schema;
}

}  // namespace prospectd::salesforce
