#include "tests/e2e/organisation.h"

#include <gtest/gtest.h>
#include <csignal>

#include <filesystem>

#include "config/examples.h"
#include "config/loader.h"
#include "daemon/cli/json.h"

namespace prospectd::e2e {
namespace {

Json data_of(const Ended& ended, const std::vector<std::string>& words) {
  const auto document = cli::parse_json(ended.out);
  EXPECT_EQ(ended.code, 0) << words.front() << ": " << ended.err;
  EXPECT_TRUE(document) << words.front() << ": " << ended.out;
  return document ? cli::member(*document, "data") : Json();
}

}  // namespace

SandboxCrm::SandboxCrm(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"sandbox", "--json", "--port", "0", "--dir", path_});
  program_ = std::make_unique<Program>(path_, "sandbox", std::move(arguments));
  const bool said = wait_until([&] { return program_->out().ends_with('\n') || !program_->running(); });
  auto word = cli::parse_json(program_->out());
  if (!said || !word) throw std::runtime_error("the sandbox did not start: " + program_->err());
  word_ = *std::move(word);
}

Json SandboxCrm::change(std::vector<std::string> words) const {
  words.insert(words.begin(), "sandbox");
  words.insert(words.end(), {"--dir", path_, "--json"});
  return data_of(run_program(path_, words), words);
}

Follower::Follower(const SandboxCrm& crm) {
  config::DemoValues values;
  values.login_url = crm.url();
  values.state_directory = path("state");
  values.listen = "127.0.0.1:0";
  values.secret_file = crm.secret_file();
  write_file(config(), config::demo_config(values));
  rewrite("interval: 2s", "interval: 1h");
  std::filesystem::create_directories(path("mappings"));
  for (const auto& [name, mapping] : config::example_mappings())
    write_file(path("mappings/" + name), mapping);
}

void Follower::rewrite(const std::string& from, const std::string& to) const {
  std::string text = read_file(config());
  const size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("the configuration does not say: " + from);
  write_file(config(), text.replace(at, from.size(), to));
}

void Follower::start() {
  client_.reset();
  std::error_code ignored;
  std::filesystem::remove(path("state/api.address"), ignored);
  daemon_ = std::make_unique<Program>(folder(), "daemon", std::vector<std::string>{"run", "-c", config()});
}

void Follower::await_api() {
  ASSERT_TRUE(wait_until([&] { return status().has_value() || !daemon_->running(); }));
  ASSERT_TRUE(daemon_->running()) << daemon_->err();
}

void Follower::await_first_cycle() {
  await_api();
  ASSERT_TRUE(wait_until([&] {
    const auto now = status();
    return now && now->at("connections").at(0).at("lastCycle").is_object();
  })) << daemon_->err();
}

int Follower::stop(int signal) {
  daemon_->signal(signal);
  return daemon_->wait();
}

Ended Follower::ask(std::vector<std::string> words) const {
  words.insert(words.end(), {"-c", config()});
  return run_program(folder(), std::move(words));
}

Json Follower::data(std::vector<std::string> words) const {
  words.push_back("--json");
  return data_of(ask(words), words);
}

std::optional<Json> Follower::status() const {
  if (!client_) {
    if (!std::filesystem::exists(path("state/api.address"))) return std::nullopt;
    const config::Loaded loaded = config::load(config());
    if (!loaded.config) throw std::runtime_error("the test's own configuration is broken");
    auto client = cli::DaemonClient::open(*loaded.config);
    if (!client) return std::nullopt;
    client_.emplace(*std::move(client));
  }
  const auto answer = client_->get("/v1/status");
  if (!answer) return std::nullopt;
  return cli::member(cli::member(*answer, "data"), "attributes");
}

Holding holding_of(const Follower& follower) {
  Holding holding;
  const Json prospects = follower.data({"prospects", "--limit", "1000000"});
  holding.rows = prospects.size();
  for (const Json& p : prospects) {
    std::string key;
    for (const Json& link : p.at("links"))
      key += cli::text_at(link, "remoteId") + (cli::flag_at(link, "deleted") ? " deleted" : "") + ";";
    EXPECT_FALSE(holding.prospects.contains(key)) << "two prospects follow " << key;
    const auto text = [&](const char* name) { return cli::text_at(p, name) + "|"; };
    holding.prospects[key] = text("firstName") + text("lastName") + text("email") + text("title") +
                             text("company") + text("phone") + text("stage") +
                             cli::text_at(cli::member(p, "owner"), "name") + "|" +
                             cli::text_at(cli::member(p, "account"), "name") + "|" + p.at("custom").dump() +
                             std::to_string(p.at("addresses").size());
  }
  for (const Json& d : follower.data({"duplicates", "--all", "--limit", "1000000"})) {
    const std::string text = cli::text_at(d, "remoteId") + " → " + cli::text_at(d, "linkedRemoteId") +
                             (cli::flag_at(d, "open") ? "" : " closed");
    EXPECT_TRUE(holding.duplicates.insert(text).second) << "held twice: " << text;
  }
  return holding;
}

Holding undisturbed(const SandboxCrm& crm) {
  Follower follower(crm);
  follower.start();
  follower.await_first_cycle();
  Holding holding = holding_of(follower);
  EXPECT_EQ(follower.stop(SIGTERM), 0);
  return holding;
}

void expect_same(const Holding& a, const Holding& b) {
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_TRUE(a.prospects == b.prospects);
  EXPECT_EQ(a.duplicates, b.duplicates);
}

}  // namespace prospectd::e2e
