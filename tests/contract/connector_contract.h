// The contract of connectors (connectors/connector.h): what every one of them does the same, whatever its
// CRM. A connector joins by a factory that gives it over a small organisation that can be edited, and
// INSTANTIATE_TEST_SUITE_P(Name, ConnectorContract, testing::Values(ConnectorMaker{…})). One thread.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "mapping/value.h"

namespace prospectd::test {

/// What the suite asks the organisation for: two objects of people and some fields that both have.
struct ContractNames {
  std::string object;         ///< people who can be converted
  std::string converts_to;    ///< what they become
  std::string name;           ///< a text field that every record has
  std::string text;           ///< a text field that may be empty
  std::string flag;           ///< a field of true and false
  std::string unknown_field;  ///< what neither object has
  std::string unknown_object;
  std::string no_such_id;  ///< well formed, of `object`, and of no record
};

/// A small organisation with a connector to it. Whatever is written is stamped with the second of now().
class ContractOrg {
 public:
  virtual ~ContractOrg() = default;

  virtual Connector& connector() = 0;
  virtual ContractNames names() const = 0;

  // ---- in the organisation ----
  virtual Timestamp now() const = 0;
  virtual void pass(seconds time) = 0;
  /// A record with that `name`; committed now with a stamp that lies `late` back.
  virtual std::string create(const std::string& object, const std::string& name, seconds late = {}) = 0;
  virtual void edit(const std::string& object, const std::string& id, const std::string& field,
                    mapping::Value value) = 0;
  virtual void remove(const std::string& id) = 0;  ///< into the recycle bin
  virtual void purge(const std::string& id) = 0;   ///< for good
  virtual void merge(const std::string& winner, const std::string& loser) = 0;
  /// The id that the record became.
  virtual std::string convert(const std::string& id) = 0;

  // ---- on the wire ----
  virtual void set_page_size(int rows) = 0;
  virtual void end_sessions() = 0;
  /// Each new session ends after so many requests.
  virtual void shorten_sessions(int64_t requests) = 0;
  virtual void hide_field(const std::string& object, const std::string& field) = 0;
  virtual void hide_object(const std::string& object) = 0;
  /// From now on answers don't say this field of this record.
  virtual void leave_out(const std::string& id, const std::string& field) = 0;
  /// From now on this record can't be decoded, and its answer holds `content` somewhere.
  virtual void spoil(const std::string& id, const std::string& content) = 0;
  virtual int64_t requests() const = 0;  ///< that have reached the CRM
  virtual int64_t logins() const = 0;
};

struct ConnectorMaker {
  const char* name;
  std::function<std::unique_ptr<ContractOrg>()> make;
};

inline void PrintTo(const ConnectorMaker& maker, std::ostream* out) {
  *out << maker.name;
}

class ConnectorContract : public testing::TestWithParam<ConnectorMaker> {
 protected:
  /// Records of a feed or of a request by id, in the order they came.
  struct Reading {
    std::vector<mapping::Record> records;
    std::vector<BadRecord> bad;
    std::shared_ptr<const mapping::FieldList> layout;
    size_t pages = 0;

    std::vector<std::string> ids() const;
    const mapping::Record* find(const std::string& id) const;
    /// Absent where the record, or the field, is not there.
    mapping::Value value(const std::string& id, const std::string& field) const;
  };

  /// Everything up to now, `name` and `text` of it.
  FeedQuery everything(const std::string& object) const;
  FeedQuery window(const std::string& object, Timestamp lower, Timestamp upper) const;
  /// A whole feed, page after page.
  Reading read(const FeedQuery& query);
  Reading read_by_id(const std::string& object, const std::vector<std::string>& ids);
  /// `count` records of the same second.
  std::vector<std::string> create_many(const std::string& object, int count);

  Connector& connector() { return org_->connector(); }

  std::unique_ptr<ContractOrg> org_ = GetParam().make();
  const ContractNames names_ = org_->names();
};

}  // namespace prospectd::test
