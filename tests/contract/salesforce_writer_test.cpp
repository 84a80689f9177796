// The Salesforce connector under the contract of writers, over a real server on loopback with the sandbox's
// front behind it.
#include "connectors/http/server.h"
#include "connectors/salesforce/salesforce_connector.h"
#include "connectors/sandbox/crm_model.h"
#include "connectors/sandbox/front.h"
#include "tests/contract/writer_contract.h"
#include "tests/support/sandbox_options.h"

namespace prospectd::test {
namespace {

namespace asio = boost::asio;

class ServedOrg final : public WriteOrg {
 public:
  ServedOrg() {
    org_.run_as_user();  // there before any other user, so that it is nobody's but ours
    sandbox::Field key;
    key.name = "Ext__c";
    key.label = "External Key";
    key.flags = sandbox::kOptional | sandbox::kExternalId | sandbox::kUnique;
    EXPECT_NE(org_.add_custom(*org_.table("Lead"), std::move(key)), nullptr);
    auto server = http::make_server(
        io_, {}, [this](http::ServerRequest request) { return answer(std::move(request)); });
    EXPECT_TRUE(server) << server.error().text();
    server_ = *std::move(server);
    salesforce::Options options;
    options.login_url = "http://127.0.0.1:" + std::to_string(server_->port());
    options.client_id = "sandbox";
    options.client_secret = Secret("s3cret");
    options.test_endpoint = true;
    connector_ = salesforce::make_salesforce_connector(*transport_, std::move(options));
  }
  ~ServedOrg() override { server_->stop({}); }

  Connector& connector() override { return *connector_; }
  asio::io_context& io() override { return io_; }
  WriteNames names() const override {
    WriteNames names;
    names.object = "Lead";
    names.converts_to = "Contact";
    names.name = "LastName";
    names.required = "Company";
    names.text = "Title";
    names.text_max = 128;
    names.choice = "Rating";
    names.good_word = "Hot";
    names.bad_word = "Lukewarm";
    names.address = "Email";
    names.key = "Ext__c";
    names.owner = "OwnerId";
    names.moment = "SystemModstamp";
    names.unknown_field = "Shoe_Size__c";
    names.unknown_object = "Spaceship__c";
    names.no_such_id = "00Q0000000009zzEAA";
    return names;
  }

  Timestamp now() const override { return now_; }
  void pass(seconds time) override { now_ += time; }
  std::string create(const std::string& object, const std::string& name,
                     const std::string& address) override {
    sandbox::FieldValues fields = {{"LastName", mapping::Value(name)}};
    if (object == "Lead") fields.emplace_back("Company", mapping::Value("Acme"));
    if (!address.empty()) fields.emplace_back("Email", mapping::Value(address));
    return must(org_.create(object, fields)).id;
  }
  std::string value(const std::string& id, const std::string& field) const override {
    const sandbox::Table* table = org_.table_of_id(id);
    const auto row = table == nullptr ? std::nullopt : table->find(id);
    if (!row) return "no such record";
    return std::string(table->text(*row, table->type().column(field)));
  }
  bool live(const std::string& id) const override {
    const sandbox::Table* table = org_.table_of_id(id);
    const auto row = table == nullptr ? std::nullopt : table->find(id);
    return row && table->state(*row) == sandbox::RowState::kLive;
  }
  size_t count(const std::string& object) const override { return org_.table(object)->rows(); }
  void remove(const std::string& id) override { must(org_.remove(id)); }
  void purge(const std::string& id) override { must(org_.purge(id)); }
  std::string convert(const std::string& id) override {
    sandbox::Conversion conversion;
    conversion.lead = id;
    return must(org_.convert(conversion)).contact;
  }
  std::string inactive_user() override { return user("gone@x.test", false); }
  std::string active_user() override { return user("here@x.test", true); }
  void forbid(const std::string& name, const std::string& words) override {
    rules_.validations.push_back({"Forbidden", "LastName = '" + name + "'", words, ""});
    set_rules();
  }
  void refuse_same_address(bool warn) override {
    rules_.duplicates.push_back({"Same", {"Email"}, {"Lead"}, !warn, "Use the one that is there"});
    set_rules();
  }
  void assign_new_to(const std::string& user) override {
    rules_.assignments.push_back({"", user});
    set_rules();
  }

  void next_answer(AnswerFate fate) override { fate_ = fate; }
  void go_away() override {
    server_->stop({});
    io_.poll();
  }
  void set_page_size(int rows) override {
    sandbox::Knobs knobs = front_.knobs();
    knobs.page_size_max = rows;
    front_.set_knobs(knobs);
  }
  void end_sessions() override { front_.expire_tokens(); }
  void use_up_quota() override {
    sandbox::Knobs knobs = front_.knobs();
    knobs.daily_limit = 1;
    front_.set_knobs(knobs);
  }
  int64_t requests() const override { return requests_; }
  int64_t logins() const override { return front_.stats().logins; }

 private:
  template <class T>
  static T must(sandbox::Outcome<T> outcome) {
    EXPECT_TRUE(outcome) << outcome.error().code << ": " << outcome.error().message;
    return *std::move(outcome);
  }
  std::string user(const std::string& address, bool active) {
    return must(org_.create("User", {{"Username", mapping::Value(address)},
                                     {"Email", mapping::Value(address)},
                                     {"LastName", mapping::Value("User")},
                                     {"IsActive", mapping::Value(active)}}))
        .id;
  }
  void set_rules() {
    const auto set = org_.set_rules(*org_.table("Lead"), rules_);
    EXPECT_TRUE(set) << set.error().message;
  }

  asio::awaitable<http::Response> answer(http::ServerRequest request) {
    ++requests_;
    http::Response response = front_.handle(request);
    const bool writes = request.method != "GET" && request.path().find("/sobjects") != std::string_view::npos;
    if (writes) spoil(response, std::exchange(fate_, AnswerFate::kWhole));
    co_return response;
  }
  static void spoil(http::Response& response, AnswerFate fate) {
    switch (fate) {
      case AnswerFate::kWhole:
        return;
      case AnswerFate::kLost:
        response.status = 0;  // the server closes the connection
        return;
      case AnswerFate::kCut:
        response.body.resize(response.body.size() / 2);
        return;
      case AnswerFate::kLoginPage:
      case AnswerFate::kGateway:
        response.status = fate == AnswerFate::kGateway ? 502 : 200;
        response.headers.set("Content-Type", "text/html");
        response.body = "<html></html>";
        return;
    }
  }
  asio::io_context io_;
  Timestamp now_ = *parse_timestamp("2026-11-20T09:00:00Z");
  sandbox::Org org_{test::org_options(now_)};
  sandbox::Front front_{org_, test::front_options()};
  sandbox::ObjectRules rules_;
  AnswerFate fate_ = AnswerFate::kWhole;
  int64_t requests_ = 0;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Transport> transport_ = http::make_curl_transport(io_, {});
  std::unique_ptr<Connector> connector_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Salesforce, WriterContract,
                         testing::Values(WriterMaker{"salesforce",
                                                     [] { return std::make_unique<ServedOrg>(); }}));

}  // namespace prospectd::test
