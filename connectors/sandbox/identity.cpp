// Who a token stands for: the identity URL and its OIDC sister (SALESFORCE_API §1.5). Not metered.
#include <vector>

#include "base/text.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/front_state.h"
#include "connectors/sandbox/soql_dates.h"

namespace prospectd::sandbox {
namespace {

http::Response plain(int status, std::string text) {
  http::Response answer;
  answer.status = status;
  answer.headers.set("Content-Type", "text/plain;charset=UTF-8");
  answer.body = std::move(text);
  return answer;
}

std::string parameter(const http::ServerRequest& request, std::string_view name) {
  for (auto& [key, value] :
       http::parse_form(request.query()).value_or(std::vector<std::pair<std::string, std::string>>{})) {
    if (key == name) return std::move(value);
  }
  return {};
}

// The session of the token in the header, or in the query as some clients send it.
const Session* session_of(Front::State& s, const http::ServerRequest& request, http::Response& refusal) {
  const auto in_header = token_in(request);
  const std::string in_query = parameter(request, "oauth_token");
  const std::string_view token = in_header && !in_header->empty() ? *in_header : std::string_view(in_query);
  const Session* session = s.sessions.use(token, s.org.now(), s.knobs);
  if (session == nullptr) {
    ++s.stats.refused_sessions;
    refusal = plain(403, token.empty() ? "Missing_OAuth_Token" : "Bad_OAuth_Token");
  }
  return session;
}

// One user's row, read field by field.
class LoggedIn {
 public:
  LoggedIn(const Org& org, const std::string& id) : users_(*org.table("User")), row_(*users_.find(id)) {}

  std::string text(std::string_view field) const {
    return std::string(users_.text(row_, users_.type().column(field)));
  }
  std::string quoted(std::string_view field) const { return json_quote(text(field)); }
  std::string name() const { return std::string(trim_ascii(text("FirstName") + " " + text("LastName"))); }
  std::string quoted_or_null(std::string_view field) const {
    return text(field).empty() ? "null" : quoted(field);
  }
  Timestamp modified() const {
    return Timestamp(seconds(users_.number(row_, users_.type().system().modified)));
  }
  bool active() const { return users_.flag(row_, users_.type().column("IsActive")); }

 private:
  const Table& users_;
  Row row_;
};

// "2026-11-02T09:10:11Z" (§13).
std::string quoted_moment(Timestamp moment) {
  return json_quote(format_timestamp_seconds(moment));
}

// Milliseconds that the clocks of the person's zone are ahead of UTC.
int64_t utc_offset(const Org& org, const LoggedIn& person) {
  const int64_t now = std::chrono::floor<seconds>(org.now()).time_since_epoch().count();
  const UserZone zone = zone_of(person.text("TimeZoneSidKey"));
  return milliseconds(seconds(local_seconds(zone, now) - now)).count();
}

// What both answers have in common, without the braces around it.
std::string shared_members(const Org& org, const std::string& user, const LoggedIn& person,
                           const std::string& urls, const std::string& photos) {
  return "\"user_id\":" + json_quote(user) + ",\"organization_id\":" + json_quote(org.id()) +
         ",\"email\":" + person.quoted("Email") + ",\"email_verified\":true,\"urls\":" + urls +
         ",\"active\":" + (person.active() ? "true" : "false") +
         ",\"user_type\":\"STANDARD\",\"language\":\"en_US\",\"locale\":\"en_US\",\"utcOffset\":" +
         std::to_string(utc_offset(org, person)) + ",\"photos\":" + photos;
}

// {version} stays as it is where no version was asked for: the client fills it in.
std::string urls_of(const std::string& instance, const Org& org, const std::string& user,
                    const std::string& version) {
  const std::string organisation = org.id().substr(0, salesforce_wire::kShortIdSize);
  const std::string number = version.empty() ? "{version}" : version;
  const std::string rest = instance + "/services/data/v" + number + "/";
  std::string out = "{";
  for (const auto& [name, kind] : {std::pair("enterprise", "c"), {"metadata", "m"}, {"partner", "u"}}) {
    out += json_quote(name) + ":" +
           json_quote(instance + "/services/Soap/" + kind + "/" + number + "/" + organisation) + ",";
  }
  return out + "\"rest\":" + json_quote(rest) + ",\"search\":" + json_quote(rest + "search/") +
         ",\"sobjects\":" + json_quote(rest + "sobjects/") + ",\"query\":" + json_quote(rest + "query/") +
         ",\"recent\":" + json_quote(rest + "recent/") + ",\"profile\":" + json_quote(instance + "/" + user) +
         ",\"custom_domain\":" + json_quote(instance) + "}";
}

// Pictures that everybody has who has none of their own.
std::string photos_of(const std::string& instance) {
  return "{\"picture\":" + json_quote(instance + "/profilephoto/005/F") +
         ",\"thumbnail\":" + json_quote(instance + "/profilephoto/005/T") + "}";
}

std::string version_asked_for(const Knobs& knobs, const http::ServerRequest& request) {
  const std::string version = parameter(request, "version");
  return version == "latest" ? std::to_string(knobs.version_max) + ".0" : version;
}

std::string identity_url(const std::string& instance, const Org& org, const std::string& user) {
  return instance + "/id/" + org.id() + "/" + user;
}

}  // namespace

http::Response Front::State::identity(const http::ServerRequest& request, std::string_view path) {
  ++stats.identities;
  http::Response refusal;
  const Session* session = session_of(*this, request, refusal);
  if (session == nullptr) return refusal;
  const size_t slash = path.find('/');
  const std::string_view organisation = path.substr(0, slash);
  const std::string_view own = std::string_view(org.id()).substr(0, salesforce_wire::kShortIdSize);
  if (organisation != own && organisation != org.id()) return plain(403, "Wrong_Org");
  const auto user =
      salesforce_wire::canonical_id(slash == std::string_view::npos ? "" : path.substr(slash + 1));
  if (!user || !org.table("User")->find(*user)) return plain(404, "Not_Found");
  const LoggedIn person(org, *user);
  const std::string instance = own_address(request, options.scheme);
  const std::string urls = urls_of(instance, org, *user, version_asked_for(knobs, request));
  return json_answer(
      200,
      "{\"id\":" + json_quote(identity_url(instance, org, *user)) +
          ",\"asserted_user\":" + (*user == session->user ? "true" : "false") +
          ",\"username\":" + person.quoted("Username") + ",\"nick_name\":" + person.quoted("Alias") +
          ",\"display_name\":" + json_quote(person.name()) + ",\"first_name\":" + person.quoted("FirstName") +
          ",\"last_name\":" + person.quoted("LastName") + ",\"timezone\":" + person.quoted("TimeZoneSidKey") +
          ",\"addr_street\":null,\"addr_city\":null,\"addr_state\":null,"
          "\"addr_country\":null,\"addr_zip\":null,\"mobile_phone\":" +
          person.quoted_or_null("MobilePhone") +
          ",\"mobile_phone_verified\":false,\"is_lightning_login_user\":false,"
          "\"status\":{\"created_date\":null,\"body\":null},\"last_modified_date\":" +
          quoted_moment(person.modified()) + ",\"is_app_installed\":true," +
          shared_members(org, *user, person, urls, photos_of(instance)) + "}");
}

http::Response Front::State::user_info(const http::ServerRequest& request) {
  ++stats.identities;
  http::Response refusal;
  const Session* session = session_of(*this, request, refusal);
  if (session == nullptr) return refusal;
  const std::string user = session->user;
  const LoggedIn person(org, user);
  const std::string instance = own_address(request, options.scheme);
  return json_answer(
      200,
      "{\"sub\":" + json_quote(identity_url(instance, org, user)) +
          ",\"preferred_username\":" + person.quoted("Username") + ",\"nickname\":" + person.quoted("Alias") +
          ",\"name\":" + json_quote(person.name()) + ",\"given_name\":" + person.quoted("FirstName") +
          ",\"family_name\":" + person.quoted("LastName") + ",\"zoneinfo\":" +
          person.quoted("TimeZoneSidKey") + ",\"profile\":" + json_quote(instance + "/" + user) +
          ",\"picture\":" + json_quote(instance + "/profilephoto/005/F") + ",\"address\":{}," +
          "\"updated_at\":" + quoted_moment(person.modified()) + "," +
          shared_members(org, user, person, urls_of(instance, org, user, ""), photos_of(instance)) + "}");
}

}  // namespace prospectd::sandbox
