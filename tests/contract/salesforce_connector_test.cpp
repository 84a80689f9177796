// The Salesforce connector under the contract of connectors, over the sandbox's front called directly.
#include <map>

#include "connectors/salesforce/salesforce_connector.h"
#include "connectors/sandbox/crm_model.h"
#include "tests/contract/connector_contract.h"
#include "tests/support/front_transport.h"
#include "tests/support/json_rows.h"
#include "tests/support/sandbox_options.h"

namespace prospectd::test {
namespace {

// Leaves a text field out of one record's JSON; never its first one.
std::string without_text(std::string row, const std::string& field) {
  const std::string part = ",\"" + field + "\":\"" + text_in(row, field) + "\"";
  const size_t at = row.find(part);
  return at == std::string::npos ? row : row.erase(at, part.size());
}

class SandboxOrg final : public ContractOrg {
 public:
  SandboxOrg() {
    transport_.set_mangler(
        [this](const http::Request&, http::Response& answer) { change_on_the_way(answer); });
    salesforce::Options options;
    options.login_url = "http://127.0.0.1:9443";
    options.client_id = "sandbox";
    options.client_secret = Secret("s3cret");
    options.test_endpoint = true;
    connector_ = salesforce::make_salesforce_connector(transport_, std::move(options));
  }

  Connector& connector() override { return *connector_; }
  ContractNames names() const override {
    ContractNames names;
    names.object = "Lead";
    names.converts_to = "Contact";
    names.name = "LastName";
    names.text = "Title";
    names.flag = "HasOptedOutOfEmail";
    names.unknown_field = "Shoe_Size__c";
    names.unknown_object = "Spaceship__c";
    names.no_such_id = "00Q0000000009zzAAA";
    return names;
  }

  Timestamp now() const override { return now_; }
  void pass(seconds time) override { now_ += time; }
  std::string create(const std::string& object, const std::string& name, seconds late) override {
    sandbox::FieldValues fields = {{"LastName", mapping::Value(name)}};
    if (object == "Lead") fields.emplace_back("Company", mapping::Value("Acme"));
    sandbox::WriteOptions options;
    if (late.count() > 0) options.stamped_before = late;
    return must(org_.create(object, fields, options)).id;
  }
  void edit(const std::string& object, const std::string& id, const std::string& field,
            mapping::Value value) override {
    must(org_.update(object, id, {{field, std::move(value)}}));
  }
  void remove(const std::string& id) override { must(org_.remove(id)); }
  void purge(const std::string& id) override { must(org_.purge(id)); }
  void merge(const std::string& winner, const std::string& loser) override {
    must(org_.merge(winner, {loser}));
  }
  std::string convert(const std::string& id) override {
    sandbox::Conversion conversion;
    conversion.lead = id;
    return must(org_.convert(conversion)).contact;
  }

  void set_page_size(int rows) override {
    change_knobs([&](sandbox::Knobs& knobs) { knobs.page_size_max = rows; });
  }
  void end_sessions() override { front_.expire_tokens(); }
  void shorten_sessions(int64_t requests) override {
    change_knobs([&](sandbox::Knobs& knobs) { knobs.token_requests_max = requests; });
  }
  void hide_field(const std::string& object, const std::string& field) override {
    change_knobs([&](sandbox::Knobs& knobs) {
      knobs.hidden_fields[to_lower_ascii(object)].insert(to_lower_ascii(field));
    });
  }
  void hide_object(const std::string& object) override {
    change_knobs([&](sandbox::Knobs& knobs) { knobs.disabled_objects.insert(to_lower_ascii(object)); });
  }
  void leave_out(const std::string& id, const std::string& field) override { left_out_[id] = field; }
  void spoil(const std::string& id, const std::string& content) override { spoilt_[id] = content; }
  int64_t requests() const override { return transport_.requests(); }
  int64_t logins() const override { return front_.stats().logins; }

 private:
  template <class T>
  static T must(sandbox::Outcome<T> outcome) {
    EXPECT_TRUE(outcome) << outcome.error().code << ": " << outcome.error().message;
    return *std::move(outcome);
  }
  void change_knobs(const std::function<void(sandbox::Knobs&)>& change) {
    sandbox::Knobs knobs = front_.knobs();
    change(knobs);
    front_.set_knobs(knobs);
  }

  void change_on_the_way(http::Response& answer) const {
    auto page = JsonRows::cut(answer.body);
    if (!page || (left_out_.empty() && spoilt_.empty())) return;
    for (std::string& row : page->rows) {
      const std::string id = text_in(row, "Id");
      if (const auto field = left_out_.find(id); field != left_out_.end())
        row = without_text(std::move(row), field->second);
      if (const auto content = spoilt_.find(id); content != spoilt_.end())
        row = with_value(row, "LastName", "[\"" + content->second + "\"]");
    }
    answer.body = page->join();
  }

  Timestamp now_ = *parse_timestamp("2026-11-20T09:00:00Z");
  sandbox::Org org_{test::org_options(now_)};
  sandbox::Front front_{org_, test::front_options()};
  FrontTransport transport_{front_};
  std::map<std::string, std::string> left_out_;  ///< by record
  std::map<std::string, std::string> spoilt_;
  std::unique_ptr<Connector> connector_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Salesforce, ConnectorContract,
                         testing::Values(ConnectorMaker{"salesforce",
                                                        [] { return std::make_unique<SandboxOrg>(); }}));

}  // namespace prospectd::test
