// The contract of a connector's writing side (connectors/writer.h): what every one of them does the same,
// whatever its CRM. A connector joins by a factory that gives it over a small organisation behind a real
// server, and INSTANTIATE_TEST_SUITE_P(Name, WriterContract, testing::Values(WriterMaker{…})). One thread.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "connectors/connector.h"
#include "connectors/writer.h"
#include "tests/support/run_coroutine.h"

namespace prospectd::test {

/// What the suite asks the organisation for.
struct WriteNames {
  std::string object;       ///< people who can be converted
  std::string converts_to;  ///< what they become
  std::string name;         ///< a text field that every record has
  std::string required;     ///< another that no new record of `object` may lack
  std::string text;         ///< a text field that may be empty
  size_t text_max = 0;      ///< its characters
  std::string choice;       ///< a field that takes some words only
  std::string good_word;
  std::string bad_word;
  std::string address;  ///< the field of the person's address
  std::string key;      ///< a field for another system's key, unique
  std::string owner;
  std::string moment;         ///< a time that nobody sets
  std::string unknown_field;  ///< what no object has
  std::string unknown_object;
  std::string no_such_id;  ///< well formed, of `object`, and of no record
};

/// What becomes of an answer on its way, after the CRM has done what it was asked.
enum class AnswerFate {
  kWhole,
  kLost,       ///< the connection closes without one
  kCut,        ///< it ends in the middle of its body
  kLoginPage,  ///< a page of HTML with status 200
  kGateway,    ///< a page of HTML with status 502
};

class WriteOrg {
 public:
  virtual ~WriteOrg() = default;

  virtual Connector& connector() = 0;
  virtual WriteNames names() const = 0;
  /// The loop of both ends.
  virtual boost::asio::io_context& io() = 0;

  // ---- in the organisation ----
  virtual Timestamp now() const = 0;
  virtual void pass(seconds time) = 0;
  /// A record with that name and address.
  virtual std::string create(const std::string& object, const std::string& name,
                             const std::string& address = "") = 0;
  virtual std::string value(const std::string& id, const std::string& field) const = 0;
  virtual bool live(const std::string& id) const = 0;
  virtual size_t count(const std::string& object) const = 0;
  virtual void remove(const std::string& id) = 0;
  virtual void purge(const std::string& id) = 0;
  virtual std::string convert(const std::string& id) = 0;
  virtual std::string inactive_user() = 0;
  /// From now on a record of `object` whose name is this is refused in these words.
  virtual void forbid(const std::string& name, const std::string& words) = 0;
  /// From now on a record of `object` whose address another has is a duplicate; `warn`: the CRM only warns.
  virtual void refuse_same_address(bool warn) = 0;
  /// New records of `object` get this owner, unless the caller says no.
  virtual void assign_new_to(const std::string& user) = 0;
  virtual std::string active_user() = 0;  ///< another than the one that the connector writes as

  // ---- on the wire ----
  /// Of the next answer to a write.
  virtual void next_answer(AnswerFate fate) = 0;
  virtual void go_away() = 0;  ///< nothing listens any more
  virtual void set_page_size(int rows) = 0;
  virtual void end_sessions() = 0;
  virtual void use_up_quota() = 0;
  virtual int64_t requests() const = 0;  ///< that have reached the CRM
  virtual int64_t logins() const = 0;
};

struct WriterMaker {
  const char* name;
  std::function<std::unique_ptr<WriteOrg>()> make;
};

inline void PrintTo(const WriterMaker& maker, std::ostream* out) {
  *out << maker.name;
}

class WriterContract : public testing::TestWithParam<WriterMaker> {
 protected:
  /// Runs both ends until the work is done.
  template <class T>
  T ask(boost::asio::awaitable<T> work) {
    std::optional<T> out;
    org_->io().restart();
    start(org_->io(), std::move(work), out);
    while (!out && org_->io().run_one() > 0) {
    }
    return std::move(out).value();
  }

  WriteBatch batch(WriteKind kind) const;
  /// A row for a batch, numbered by its place.
  WriteRow& add(WriteBatch& batch, const std::string& id, std::vector<FieldValue> fields) const;
  /// A person as `object` wants it.
  std::vector<FieldValue> person(const std::string& name) const;

  WriteReply write(WriteBatch batch) { return ask(writer().write(std::move(batch))); }
  /// The outcomes of a batch whose call went well.
  std::vector<RowOutcome> must_write(WriteBatch batch);
  /// The outcome of one row by itself, and of the same beside a good one.
  void expect_refused(WriteKind kind, const std::string& id, std::vector<FieldValue> fields,
                      RefusalClass what, const std::string& field = "");

  /// Looks in `object` for records whose address, or other field, is one of these.
  Lookup lookup(std::vector<mapping::Value> values, const std::string& field = "") const;
  Result<Page> find(Lookup lookup) { return ask(writer().find(std::move(lookup))); }
  /// The ids that a look-up finds, in ascending order.
  std::vector<std::string> found(Lookup lookup);
  Result<Page> read_back(std::vector<std::string> ids);

  Writer& writer() { return *org_->connector().writer(); }
  Connector& connector() { return org_->connector(); }

  std::unique_ptr<WriteOrg> org_ = GetParam().make();
  const WriteNames names_ = org_->names();
};

}  // namespace prospectd::test
