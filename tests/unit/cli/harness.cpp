#include "tests/unit/cli/harness.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include <boost/asio/post.hpp>

namespace prospectd::cli {
namespace {

constexpr const char* kConfig =
    "version: 1\n"
    "state: { directory: state }\n"
    "api: { listen: \"127.0.0.1:0\" }\n"
    "plugins:\n"
    "  crm:\n"
    "    login_url: https://acme.example\n"
    "    client_id: app\n"
    "    client_secret: ${file:secret}\n"
    "    types:\n"
    "      - object: Lead\n"
    "        mapping: lead.yaml\n";
constexpr const char* kMapping =
    "version: 1\n"
    "object: Lead\n"
    "fields:\n"
    "  - { remote: Email, local: email }\n"
    "  - { remote: Title, local: title, direction: in }\n";
constexpr const char* kNotFound =
    R"({"errors":[{"status":"404","code":"not_found","title":"Not found","detail":"there is no such thing"}]})";

boost::asio::awaitable<http::Response> answer_with(http::Response response) {
  co_return response;
}

}  // namespace

FakeServer::FakeServer() {
  auto handler = [this](http::ServerRequest request) { return answer_with(reply(request)); };
  auto made = http::make_server(io_, http::ServerOptions{}, handler);
  if (!made) throw std::runtime_error(made.error().text());
  server_ = *std::move(made);
  thread_ = std::thread([this] { io_.run(); });
}

FakeServer::~FakeServer() {
  boost::asio::post(io_, [this] { server_->stop(std::chrono::milliseconds(0)); });
  thread_.join();
}

void FakeServer::answer(const std::string& what, int status, const std::string& body) {
  const std::lock_guard lock(mutex_);
  script_[what].emplace_back(status, body);
}

std::vector<std::string> FakeServer::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

std::string FakeServer::last_header(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return std::string(last_headers_.get(name).value_or(""));
}

http::Response FakeServer::reply(const http::ServerRequest& request) {
  const std::lock_guard lock(mutex_);
  const std::string what = request.method + " " + request.target;
  asked_.push_back(what + (request.body.empty() ? "" : " " + request.body));
  last_headers_ = request.headers;
  http::Response response;
  response.status = 404;
  response.body = kNotFound;
  response.headers.add("Content-Type", "application/vnd.api+json");
  const auto found = script_.find(what);
  if (found == script_.end()) return response;
  size_t& position = position_[what];
  std::tie(response.status, response.body) = found->second[position];
  if (position + 1 < found->second.size()) ++position;
  return response;
}

FakeCrm& fake_crm() {
  static FakeCrm crm;
  return crm;
}

FakeState& fake_state() {
  static FakeState state;
  return state;
}

Ran run(const std::vector<std::string>& words, size_t width, const std::optional<std::string>& answers,
        Result<std::vector<LoginReport>> logins) {
  Ran ran;
  std::ostringstream out;
  std::ostringstream err;
  Console console(out, err);
  std::istringstream typed(answers.value_or(""));
  if (answers) console.in = &typed;
  if (width > 0) console.out_terminal = console.err_terminal = Terminal{true, false, width};
  Hooks hooks;
  hooks.login = [&](const LoginVerb& verb) {
    ran.hooks.push_back("login");
    ran.login = verb.connection;
    return logins;
  };
  hooks.run = [&](const RunVerb& verb) {
    ran.hooks.push_back("run");
    ran.run = verb;
    return ExitCode::kOk;
  };
  hooks.sandbox = [&](const SandboxVerb& verb) {
    ran.hooks.push_back("sandbox");
    ran.sandbox = verb;
    return ExitCode::kOk;
  };
  hooks.demo = [&](const DemoVerb& verb) {
    ran.hooks.push_back("demo");
    ran.demo = verb;
    return ExitCode::kOk;
  };
  hooks.describe = [](const config::Config&, const config::Plugin&, const std::vector<std::string>& objects) {
    Described described;
    described.error = fake_crm().error;
    for (const std::string& object : objects) {
      Result<mapping::ObjectSchema> schema =
          make_error(ErrorCode::kUnknownObject, "the CRM has no object " + object);
      for (const mapping::ObjectSchema& known : fake_crm().objects) {
        if (known.name == object) schema = known;
      }
      described.schemas.push_back(std::move(schema));
    }
    return described;
  };
  hooks.state.inspect = [](const config::Config&) { return fake_state().report; };
  hooks.state.look_through = [](const config::Config&, const std::function<bool()>&) {
    return fake_state().damage;
  };
  hooks.state.owner = [](const config::Config&) { return fake_state().owner; };
  ran.code = run_words("/opt/prospectd", words, hooks, console);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

Configured::Configured() {
  write("prospectd.yaml", kConfig);
  write("lead.yaml", kMapping);
  std::filesystem::create_directories(folder.path() / "state");
  for (const char* name : {"secret", "state/api.token"}) {
    write(name, "a-token\n");
    std::filesystem::permissions(folder.path() / name, std::filesystem::perms::owner_read);
  }
}

void Configured::daemon_at(const std::string& address) const {
  write("state/api.address", address + "\n");
}

void Configured::write(const std::string& name, const std::string& text) const {
  std::ofstream(folder.path() / name, std::ios::binary) << text;
}

std::string Configured::text(const std::string& name) const {
  std::ifstream in(folder.path() / name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

Ran Configured::ask(std::vector<std::string> words, size_t width,
                    Result<std::vector<LoginReport>> logins) const {
  words.push_back("-c");
  words.push_back(config());
  return run(words, width, std::nullopt, std::move(logins));
}

std::string item(const std::string& id, const std::string& attributes) {
  return R"({"type":"things","id":")" + id + R"(","attributes":)" + attributes + "}";
}

std::string resource(const std::string& id, const std::string& attributes) {
  return R"({"data":)" + item(id, attributes) + "}";
}

std::string list(const std::vector<std::string>& resources, bool next) {
  std::string data;
  for (const std::string& one : resources)
    data += (data.empty() ? "" : ",") + one;
  return "{\"data\":[" + data + "],\"links\":{" + (next ? R"("next":"/v1/more")" : "") + "}}";
}

}  // namespace prospectd::cli
