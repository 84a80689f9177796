#include "tests/soak/org_reader.h"

#include <functional>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/time.h"
#include "daemon/cli/http_call.h"
#include "daemon/cli/json.h"
#include "mapping/unicode.h"
#include "mapping/value.h"

namespace prospectd::soak {
namespace {

using cli::flag_at;
using cli::text_at;
using Json = nlohmann::json;

constexpr std::string_view kData = "/services/data/v60.0/";
constexpr int kPagesMax = 100'000;

struct TextRow {
  const char* object;
  const char* remote;
  const char* local;
};
// The lines of config/examples/mappings/ that carry a text or a date.
constexpr TextRow kTexts[] = {{"", "FirstName", "first_name"},
                              {"", "LastName", "last_name"},
                              {"", "Title", "title"},
                              {"", "Phone", "phone"},
                              {"", "MobilePhone", "mobile_phone"},
                              {"", "LeadSource", "source"},
                              {"Contact", "MailingStreet", "street"},
                              {"Contact", "MailingCity", "city"},
                              {"Contact", "MailingState", "state"},
                              {"Contact", "MailingPostalCode", "postal_code"},
                              {"Contact", "MailingCountry", "country"},
                              {"Contact", "Birthdate", "custom.birthday"},
                              {"Lead", "Company", "company"},
                              {"Lead", "Street", "street"},
                              {"Lead", "City", "city"},
                              {"Lead", "State", "state"},
                              {"Lead", "PostalCode", "postal_code"},
                              {"Lead", "Country", "country"},
                              {"Lead", "Website", "website"},
                              {"Lead", "Status", "stage"}};

struct WordRow {
  const char* remote;
  const char* there;
  const char* here;
};
// Their tables of values; what counts as blank is empty here.
constexpr WordRow kWords[] = {{"Company", "Unknown", ""},
                              {"Company", "[not provided]", ""},
                              {"Status", "Open - Not Contacted", "New"},
                              {"Status", "Working - Contacted", "Working"},
                              {"Status", "Closed - Converted", "Won"},
                              {"Status", "Closed - Not Converted", "Lost"}};

std::string as_mapped(const std::string& remote, std::string text) {
  if (remote == "Email") return std::string(mapping::unicode::trim(text));
  for (const WordRow& row : kWords) {
    if (remote == row.remote && text == row.there) return row.here;
  }
  return text;
}

bool is_of(const TextRow& row, std::string_view object) {
  return *row.object == '\0' || row.object == object;
}

Result<Json> ask(const cli::HttpCall& call) {
  PD_ASSIGN(answer, cli::http_call(call));
  if (answer.status != 200) {
    return make_error(ErrorCode::kInternal, call.target + " was answered with " +
                                                std::to_string(answer.status) + ": " + answer.body);
  }
  return cli::parse_json(answer.body);
}

Result<std::string> log_in(const OrgAccess& access) {
  cli::HttpCall call;
  call.method = "POST";
  call.base = access.url;
  call.target = "/services/oauth2/token";
  call.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  call.body = "grant_type=client_credentials&client_id=" + cli::escape_for_url(access.client_id) +
              "&client_secret=" + cli::escape_for_url(access.client_secret.reveal());
  PD_ASSIGN(answer, ask(call));
  return text_at(answer, "access_token");
}

using Visit = std::function<void(const Json&)>;

class Client {
 public:
  Client(std::string url, std::string token) : url_(std::move(url)), token_(std::move(token)) {}

  /// Calls `visit` with each record of an object, deleted ones too.
  Result<void> each(const std::string& object, const std::string& fields, const Visit& visit) const {
    std::string target =
        std::string(kData) + "queryAll?q=" + cli::escape_for_url("SELECT " + fields + " FROM " + object);
    for (int page = 0; page < kPagesMax; ++page) {
      cli::HttpCall call;
      call.base = url_;
      call.target = target;
      call.headers = {{"Authorization", "Bearer " + token_}};
      PD_ASSIGN(answer, ask(call));
      for (const Json& record : cli::member(answer, "records"))
        visit(record);
      if (flag_at(answer, "done")) return {};
      target = text_at(answer, "nextRecordsUrl");
    }
    return make_error(ErrorCode::kInternal, "the query of " + object + " has no end");
  }

 private:
  std::string url_;
  std::string token_;
};

test::RemotePerson person_of(const std::string& object, const Json& record) {
  test::RemotePerson person;
  person.object = object;
  person.id = text_at(record, "Id");
  person.deleted = flag_at(record, "IsDeleted");
  person.converted = flag_at(record, "IsConverted");
  person.opted_out = flag_at(record, "HasOptedOutOfEmail");
  person.stamp = parse_timestamp(text_at(record, "SystemModstamp")).value_or(Timestamp{});
  person.contact = text_at(record, "ConvertedContactId");
  person.master = text_at(record, "MasterRecordId");
  person.owner = text_at(record, "OwnerId");
  person.account = text_at(record, "AccountId");
  person.text["Email"] = as_mapped("Email", text_at(record, "Email"));
  for (const TextRow& row : kTexts) {
    if (is_of(row, object)) person.text[row.remote] = as_mapped(row.remote, text_at(record, row.remote));
  }
  return person;
}

std::string fields_of(const std::string& object) {
  std::string fields = "Id,IsDeleted,SystemModstamp,MasterRecordId,OwnerId,Email,HasOptedOutOfEmail";
  fields += object == "Lead" ? ",IsConverted,ConvertedContactId" : ",AccountId";
  for (const TextRow& row : kTexts) {
    if (is_of(row, object)) fields += std::string(",") + row.remote;
  }
  return fields;
}

}  // namespace

std::vector<test::MappedText> mapped_texts(const mapping::LocalSchema& schema) {
  std::vector<test::MappedText> texts;
  for (const TextRow& row : kTexts)
    texts.push_back({row.object, row.remote, schema.find(row.local)});
  return texts;
}

Result<test::Organisation> read_organisation(const OrgAccess& access) {
  PD_ASSIGN(token, log_in(access));
  const Client client(access.url, token);
  test::Organisation organisation;
  for (const std::string object : {"Contact", "Lead"}) {
    PD_TRY(client.each(object, fields_of(object), [&](const Json& record) {
      test::RemotePerson person = person_of(object, record);
      const std::string id = person.id;
      organisation.people.emplace(id, std::move(person));
    }));
  }
  PD_TRY(client.each("User", "Id,Name,IsActive", [&](const Json& record) {
    organisation.users[text_at(record, "Id")] = {text_at(record, "Name"), flag_at(record, "IsActive")};
  }));
  PD_TRY(client.each("Account", "Id,Name,IsDeleted", [&](const Json& record) {
    organisation.accounts[text_at(record, "Id")] = {text_at(record, "Name"), flag_at(record, "IsDeleted")};
  }));
  return organisation;
}

}  // namespace prospectd::soak
