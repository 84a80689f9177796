// SOAP's login(), for clients without a client id (SALESFORCE_API §1.4). The rest of SOAP is not here.
#include "base/text.h"
#include "connectors/salesforce_wire/formats.h"
#include "connectors/salesforce_wire/ids.h"
#include "connectors/sandbox/answers.h"
#include "connectors/sandbox/front_state.h"
#include "connectors/sandbox/xml_text.h"

namespace prospectd::sandbox {
namespace {

constexpr int kLoginVersionMax = 64;  ///< the last that has login()
constexpr size_t kEnvelopeBytesMax = 64 * 1024;

std::string enveloped(const std::string& body) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope "
         "xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" "
         "xmlns=\"urn:partner.soap.sforce.com\" xmlns:sf=\"urn:fault.partner.soap.sforce.com\" "
         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>" +
         body + "</soapenv:Body></soapenv:Envelope>";
}

http::Response xml_answer(int status, const std::string& body) {
  http::Response answer;
  answer.status = status;
  answer.headers.set("Content-Type", "text/xml; charset=utf-8");
  answer.body = enveloped(body);
  return answer;
}

http::Response fault(std::string_view name, std::string_view message) {
  const std::string code = xml_escape(name);
  const std::string words = xml_escape(message);
  return xml_answer(500, "<soapenv:Fault><faultcode>sf:" + code + "</faultcode><faultstring>" + code + ": " +
                             words + "</faultstring><detail><sf:LoginFault xsi:type=\"sf:LoginFault\">" +
                             "<sf:exceptionCode>" + code + "</sf:exceptionCode><sf:exceptionMessage>" +
                             words + "</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>");
}

}  // namespace

http::Response Front::State::soap_login(const http::ServerRequest& request, std::string_view path) {
  if (request.method != "POST") return method_not_allowed(request.method, "POST");
  const auto version =
      salesforce_wire::parse_api_version("v" + std::string(path.substr(path.rfind('/') + 1)));
  if (!version || version->minor != 0 || version->major < knobs.version_min ||
      version->major > kLoginVersionMax) {
    ++stats.logins_refused;
    return fault("UNSUPPORTED_API_VERSION", "login() is not in this version of the API");
  }
  if (request.body.size() > kEnvelopeBytesMax)
    return fault("EXCEEDED_MAX_SIZE_REQUEST", "the request is larger than a login");
  const auto username = element_text(request.body, "username");
  const auto password = element_text(request.body, "password");
  if (!username || !password) return fault("INVALID_OPERATION", "no login with a username and a password");
  const Outcome<std::string> user = user_by_password(*username, *password);
  if (!user) {
    ++stats.logins_refused;
    return fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.");
  }
  ++stats.logins;
  const std::string instance = own_address(request, options.scheme);
  const std::string short_id = org.id().substr(0, salesforce_wire::kShortIdSize);
  const std::string server =
      instance + "/services/Soap/u/" + std::to_string(version->major) + ".0/" + short_id;
  return xml_answer(200, "<loginResponse><result>" + xml_element("metadataServerUrl", server) +
                             "<passwordExpired>false</passwordExpired><sandbox>true</sandbox>" +
                             xml_element("serverUrl", server) +
                             xml_element("sessionId", open_session(*user)) + xml_element("userId", *user) +
                             "<userInfo>" + xml_element("organizationId", org.id()) +
                             xml_element("userId", *user) + xml_element("userName", *username) +
                             "</userInfo></result></loginResponse>");
}

}  // namespace prospectd::sandbox
