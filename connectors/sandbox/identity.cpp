// Who a token stands for: the identity URL and its OIDC sister (SALESFORCE_API §1.5). Not metered.
#include <vector>

#include "base/text.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/front_state.h"

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
  bool active() const { return users_.flag(row_, users_.type().column("IsActive")); }

 private:
  const Table& users_;
  Row row_;
};

// What both answers have in common, without the braces around it.
std::string shared_members(const Org& org, const std::string& user, const LoggedIn& person,
                           const std::string& urls) {
  return "\"user_id\":" + json_quote(user) + ",\"organization_id\":" + json_quote(org.id()) +
         ",\"email\":" + person.quoted("Email") + ",\"email_verified\":true,\"urls\":" + urls +
         ",\"active\":" + (person.active() ? "true" : "false") +
         ",\"user_type\":\"STANDARD\",\"language\":\"en_US\",\"locale\":\"en_US\",\"utcOffset\":0";
}

// {version} stays as it is where no version was asked for: the client fills it in.
std::string urls_of(const std::string& instance, const std::string& user, const std::string& version) {
  const std::string number = version.empty() ? "{version}" : version;
  const std::string rest = instance + "/services/data/v" + number + "/";
  return "{\"rest\":" + json_quote(rest) + ",\"sobjects\":" + json_quote(rest + "sobjects/") +
         ",\"query\":" + json_quote(rest + "query/") + ",\"recent\":" + json_quote(rest + "recent/") +
         ",\"profile\":" + json_quote(instance + "/" + user) + ",\"custom_domain\":" + json_quote(instance) +
         "}";
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
  const std::string urls = urls_of(instance, *user, version_asked_for(knobs, request));
  return json_answer(200, "{\"id\":" + json_quote(identity_url(instance, org, *user)) +
                              ",\"asserted_user\":" + (*user == session->user ? "true" : "false") +
                              ",\"username\":" + person.quoted("Username") + ",\"nick_name\":" +
                              person.quoted("Alias") + ",\"display_name\":" + json_quote(person.name()) +
                              ",\"first_name\":" + person.quoted("FirstName") +
                              ",\"last_name\":" + person.quoted("LastName") + ",\"timezone\":\"GMT\"," +
                              shared_members(org, *user, person, urls) + "}");
}

http::Response Front::State::user_info(const http::ServerRequest& request) {
  ++stats.identities;
  http::Response refusal;
  const Session* session = session_of(*this, request, refusal);
  if (session == nullptr) return refusal;
  const std::string user = session->user;
  const LoggedIn person(org, user);
  const std::string instance = own_address(request, options.scheme);
  return json_answer(200, "{\"sub\":" + json_quote(identity_url(instance, org, user)) +
                              ",\"preferred_username\":" + person.quoted("Username") + ",\"nickname\":" +
                              person.quoted("Alias") + ",\"name\":" + json_quote(person.name()) +
                              ",\"given_name\":" + person.quoted("FirstName") +
                              ",\"family_name\":" + person.quoted("LastName") + ",\"zoneinfo\":\"GMT\"," +
                              shared_members(org, user, person, urls_of(instance, user, "")) + "}");
}

}  // namespace prospectd::sandbox
