// A connector that answers from a script, page by page, and remembers what it was asked: the engine's port,
// mocked.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <stdexcept>

#include "connectors/connector.h"
#include "mapping/spec.h"

namespace prospectd::engine {

class ScriptedConnector final : public Connector {
 public:
  using Answer = std::function<Result<Page>(const FeedQuery&)>;

  boost::asio::awaitable<Result<Timestamp>> server_time() override {
    if (throws) throw std::runtime_error("a defect");
    if (time_error) co_return *time_error;
    co_return time;
  }
  boost::asio::awaitable<Result<mapping::ObjectSchema>> describe(std::string object) override {
    if (missing.contains(object)) co_return missing.at(object);
    mapping::ObjectSchema schema;
    schema.name = object;
    for (const char* name :
         {"Id", "SystemModstamp", "Name", "Email", "IsActive", "Type", "LastName", "Title", "OwnerId"}) {
      mapping::FieldSchema field;
      field.name = name;
      field.createable = field.updateable = true;
      schema.fields.push_back(field);
    }
    co_return schema;
  }
  boost::asio::awaitable<Result<Page>> fetch(FeedQuery query) override { co_return answer(query, ""); }
  boost::asio::awaitable<Result<Page>> fetch_next(FeedQuery query, std::string next) override {
    co_return answer(query, next);
  }
  boost::asio::awaitable<Result<Page>> fetch_by_ids(std::string object, std::vector<std::string> fields,
                                                    std::vector<RemoteId>) override {
    FeedQuery query;
    query.object = std::move(object);
    query.fields = std::move(fields);
    const auto known = by_ids.find(query.object);
    if (known == by_ids.end()) co_return Page{};
    co_return known->second(query);
  }
  boost::asio::awaitable<Result<int64_t>> count_records(std::string) override { co_return 0; }
  boost::asio::awaitable<Result<Page>> list_records(ListingQuery) override { co_return Page{}; }
  ApiUsage usage() const override { return used; }
  int64_t calls() const override { return calls_; }

  void say(const std::string& object, Answer next_answer) {
    script[object].push_back(std::move(next_answer));
  }
  void fail(const std::string& object, Error error) {
    say(object, [error](const FeedQuery&) -> Result<Page> { return error; });
  }

  std::map<std::string, std::deque<Answer>> script;  ///< by object; an object without answers is empty
  std::map<std::string, Answer> by_ids;              ///< whatever ids are asked for; else nothing is found
  std::map<std::string, Error> missing;              ///< describes that fail
  std::vector<std::pair<FeedQuery, std::string>> asked;
  Timestamp time{seconds{1'000'000}};
  std::optional<Error> time_error;
  bool throws = false;  ///< when it is asked for the time
  ApiUsage used;

 private:
  Result<Page> answer(const FeedQuery& query, const std::string& next) {
    ++calls_;
    asked.emplace_back(query, next);
    auto& answers = script[query.object];
    if (answers.empty()) {
      Page none;
      none.layout = std::make_shared<mapping::FieldList>(query.fields);
      return none;
    }
    Answer now = std::move(answers.front());
    answers.pop_front();
    return now(query);
  }

  int64_t calls_ = 0;
};

/// People of this object, known by their address alone.
inline mapping::TypeSpec by_email(std::string object) {
  mapping::FieldSpec email;
  email.remote = "Email";
  email.local = "email";
  email.where = "test.yaml:3:5";
  mapping::TypeSpec type;
  type.mapping.object = std::move(object);
  type.mapping.where = "test.yaml";
  type.mapping.fields = {email};
  return type;
}

/// A page of leads with these ids, one second apart from `first_second` on.
inline ScriptedConnector::Answer page(std::vector<std::string> ids, int64_t first_second, std::string next) {
  return [=](const FeedQuery& query) -> Result<Page> {
    Page p;
    p.layout = std::make_shared<mapping::FieldList>(query.fields);
    for (size_t i = 0; i < ids.size(); ++i) {
      mapping::Record record;
      record.id = RemoteId(ids[i]);
      record.version = Timestamp{seconds{first_second + static_cast<int64_t>(i)}};
      for (const std::string& name : query.fields) {
        record.values.emplace_back(name == "Email" ? mapping::Value(ids[i] + "@x.test")
                                                   : mapping::Value(name));
      }
      p.records.push_back(std::move(record));
    }
    p.next = next;
    p.total = static_cast<int64_t>(ids.size());
    return p;
  };
}

}  // namespace prospectd::engine
