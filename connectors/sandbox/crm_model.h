// Org: the modelled organisation: its objects and records, and what can happen to them inside it. Pure: the
// clock is given, nothing is random, there is no I/O. Every write is checked as the real one checks it and
// stamps SystemModstamp to the second, also when nothing changes (SALESFORCE_API §14.1, §14.8). A change can
// be committed late: with a stamp older than the moment when it becomes visible (§14.2). One owner, one
// thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "connectors/sandbox/change_recorder.h"
#include "connectors/sandbox/field_rules.h"
#include "connectors/sandbox/org_rules.h"
#include "connectors/sandbox/outcome.h"
#include "connectors/sandbox/table.h"
#include "mapping/value.h"

namespace prospectd::sandbox {

/// How a write is committed. At most one of the two times is set. Rules leave late commits alone, but a
/// unique value is taken from the moment of its writing: whoever wants it while it is not visible yet would
/// wait for its commit in a real org, to be refused then, and is refused at once here.
struct WriteOptions {
  std::optional<seconds> stamped_before = std::nullopt;  ///< visible now, with a stamp this much in the past
  std::optional<seconds> visible_after = std::nullopt;   ///< stamped now, visible that much later
  bool auto_assign = true;                               ///< assignment rules give a new record its owner
  bool save_duplicates = false;                          ///< duplicate rules that only warn are passed over
};

/// What a write did. The stamp is the effective one: a record's SystemModstamp never goes back, so a late
/// commit on a record with a newer stamp gets the next second after that one, but none past the clock's.
struct Change {
  std::string object;
  std::string id;
  Timestamp stamp{};
  Timestamp visible_at{};
};

struct Conversion {
  std::string lead;
  std::string contact = {};  ///< empty: a new one
  std::string account = {};  ///< empty: that of `contact`, or a new one
  std::string owner = {};    ///< of what is new; empty: the lead's, or the API user where that is a queue
};
struct Converted {
  Change lead;
  std::string contact;
  std::string account;
};

struct OrgOptions {
  std::function<Timestamp()> now;  ///< must be set
  std::string id = "00D000000000001EAA";
};
class KeyIndex;

/// A custom object as it is described.
struct CustomObject {
  std::string name;
  std::string label;
  std::string label_plural;
  std::string key_prefix = {};  ///< empty or taken: the org finds one
};
constexpr size_t kCustomObjectsMax = 1'000;

constexpr size_t kPendingMax = 100'000;
constexpr size_t kMergeLosersMax = 2;

/// What becomes of a field; what is unset stays.
struct FieldChange {
  std::optional<int> length = std::nullopt;
  std::optional<FieldKind> kind = std::nullopt;
  std::string inactive_value = {};  ///< of a picklist: new records don't take it any more
};

/// A record as it has just been written, or is about to be deleted.
struct WrittenRow {
  const Table& table;
  Row row;
  std::string_view operation;  ///< create, update or delete
};

class Org {
 public:
  explicit Org(OrgOptions options);
  ~Org();

  Timestamp now() const { return options_.now(); }
  const std::string& id() const { return options_.id; }
  /// When the schema last changed; the HTTP validator of describes.
  Timestamp schema_changed() const { return schema_changed_; }

  /// In the order in which parents come first.
  const std::vector<std::unique_ptr<Table>>& tables() { return tables_; }
  const std::vector<std::unique_ptr<Table>>& tables() const { return tables_; }
  /// The table of an object, ignoring ASCII case; nullptr when the org has no such object.
  Table* table(std::string_view object);
  const Table* table(std::string_view object) const;
  /// The table whose key prefix the id has; nullptr when none has.
  Table* table_of_id(std::string_view id);
  const Table* table_of_id(std::string_view id) const;
  /// The user that API and admin writes run as: the first active one, created where there is none.
  std::string run_as_user();
  /// Who writes from now on, as LastModifiedById and CreatedById tell it: a user's id; empty: run_as_user().
  void set_author(std::string user) { author_ = std::move(user); }
  /// An id for a new record of that table; never one that exists or was given before.
  std::string next_id(const Table& table);
  /// The running number of the last id that was given to a record of that table.
  uint64_t last_number(const Table& table) const;
  /// Goes on with the next ids behind that number; never back.
  void set_last_number(const Table& table, uint64_t number);
  /// Every table remembers from now on which rows are touched; see Table::track_changes.
  void track_changes();
  /// Every record as it is now.
  struct Image {
    std::vector<Table::Content> tables;  ///< parallel to tables(); those made later hold nothing
    size_t records = 0;                  ///< live and in the recycle bin
  };
  Image image() const;
  /// Makes the records again what they were, stamps included. Objects, fields and rules stay as they are, ids
  /// that were given since are not given again, and late commits that wait are dropped. Not in a transaction.
  void put_back(const Image& image);
  /// The texts of the schemas that were applied, each once, in their order.
  const std::vector<std::string>& schemas() const { return schemas_; }
  void note_schema(std::string_view text);
  /// Adds a custom text field; see Table::add_custom_text.
  const Field* add_custom_text(Table& table, std::string_view name);
  /// Adds a custom field; see Table::add_custom. None may be added while a transaction is open.
  const Field* add_custom(Table& table, Field field);

  /// Adds a custom object with the fields that each of them has.
  /// **Errors:** INVALID_TYPE for a name that is none or taken; LIMIT_EXCEEDED.
  Outcome<Table*> add_object(const CustomObject& object);
  /// Gives a custom object without records another key prefix; empty, or one that is taken: the org finds
  /// one.
  void set_key_prefix(Table& table, std::string_view prefix);
  /// Changes a field while the org lives. What is stored stays where it fits: a value that doesn't read as
  /// the new type becomes null, a longer text remains.
  /// **Errors:** INVALID_FIELD for a field that isn't there or that the org itself writes; INVALID_INPUT for
  /// a change that is none.
  Outcome<void> change_field(std::string_view object, std::string_view field, const FieldChange& change);
  /// Makes a custom field a formula field, whose value follows from the others of its record; of all records
  /// at once, and without another stamp. Its text is kept in the description even when it is refused.
  /// **Errors:** INVALID_FIELD for what Formula::compile refuses, and for a field that isn't there.
  Outcome<void> set_formula(Table& table, std::string_view field, std::string_view formula);
  /// Sets the rules that run when records of this object are saved, in place of those before.
  /// **Errors:** whatever is wrong with a condition, a field or a value in them.
  Outcome<void> set_rules(const Table& table, ObjectRules rules);

  /// The live records of a table whose field has this value, whatever the letter case unless the field tells
  /// cases apart; in the order of their making. What is no value of the field matches none.
  std::vector<Row> find_by_key(const Table& table, const Field& field, const mapping::Value& value) const;

  /// Gives every record the defaults that it lacks; for who fills tables directly (loader, generator).
  void complete();

  /// Makes visible what was committed late and is due. Every write does it first; a reader has to.
  void settle();
  /// Tells of every change that becomes visible; each write, and each late commit, is a transaction.
  ChangeRecorder& recorder() { return recorder_; }

  /// Who is asked about every create, update and removal of a single record, after all other checks; a
  /// refusal takes the write back. Unset: nobody. Late commits pass it by.
  using WriteGuard = std::function<Outcome<void>(const WrittenRow&)>;
  void guard_writes(WriteGuard guard) { guard_ = std::move(guard); }
  /// Whether a condition of a query holds for a live record; empty: it does.
  /// **Errors:** as bind_query.
  Outcome<bool> row_matches(const Table& table, const std::string& when, Row row) const {
    return condition_holds(table, when, table.id(row));
  }
  /// The live records for which it holds; empty: all. **Errors:** as bind_query.
  Outcome<std::vector<Row>> rows_matching(const Table& table, const std::string& when) const;
  /// **Errors:** whatever is wrong with a condition on records of that object.
  Outcome<void> check_condition(const Table& table, const std::string& when) const;

  /// The record with an id of 15 or 18 characters, live or in the recycle bin, as it is now.
  /// **Errors:** MALFORMED_ID, NOT_FOUND.
  Outcome<std::pair<const Table*, Row>> record(std::string_view id);

  /// Late commits that are not visible yet.
  size_t pending() const { return pending_.size(); }
  /// The earliest stamp among them.
  std::optional<Timestamp> oldest_pending() const;
  /// Writes made so far, late ones when they were made.
  int64_t writes() const { return writes_; }

  // Every `object` is a type name in any letter case; every id has 15 or 18 characters.
  // **Errors:** the codes of SALESFORCE_API §11.2.

  Outcome<Change> create(std::string_view object, const FieldValues& fields, WriteOptions options = {});
  Outcome<Change> update(std::string_view object, std::string_view id, const FieldValues& fields,
                         WriteOptions options = {});
  /// Into the recycle bin; an account's contacts go with it.
  Outcome<Change> remove(std::string_view id);
  Outcome<Change> undelete(std::string_view id);
  /// Gone for good, from the recycle bin or straight away.
  Outcome<Change> purge(std::string_view id);
  /// SALESFORCE_API §14.4. An existing contact keeps what it has and gets what it lacks.
  Outcome<Converted> convert(const Conversion& conversion);
  /// SALESFORCE_API §14.5: one or two losers of the winner's type.
  Outcome<Change> merge(std::string_view winner, const std::vector<std::string>& losers);

  /// Creates, updates, removals and purges that count together: unless commit() was called by the end of the
  /// scope, all of them since the beginning are undone. One inside another is a savepoint. Changes that are
  /// committed late are not covered.
  class Transaction {
   public:
    explicit Transaction(Org& org) : org_(org), mark_(org.undo_.size()), noted_(org.recorder_.noted()) {
      ++org.transactions_;
      org.recorder_.begin();
    }
    ~Transaction() {
      org_.end_transaction(mark_, committed_);
      if (!committed_) org_.recorder_.forget_since(noted_);
      org_.end_recording();
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() { committed_ = true; }

   private:
    Org& org_;
    size_t mark_;
    size_t noted_;
    bool committed_ = false;
  };

 private:
  struct Place {
    Table* table;
    Row row;
  };
  struct Pending {
    Timestamp visible_at;
    int64_t stamp;
    Table* table;
    std::string id;
    bool create;
    std::vector<Assignment> fields;
  };

  struct Undo {
    Place place;
    std::optional<Table::RowImage> before;  // none: the record was made since
  };

  void remember(const Place& place);
  void end_transaction(size_t mark, bool committed);
  Outcome<void> check_unique(const Table& table, const std::vector<Assignment>& fields,
                             std::optional<Row> self) const;
  Outcome<void> check_unique_row(const Place& place) const;
  size_t place_of(const Table& table) const;
  std::string free_prefix(std::string wanted) const;
  Outcome<void> check_unique_late(const Table& table, const Field& field, const std::string& key,
                                  std::string_view self) const;
  KeyIndex& index_of(const Table& table, const Field& field) const;
  void note_keys(const Table& table, Row row);
  void derive(Table& table, Row row);
  std::string author();
  Outcome<bool> condition_holds(const Table& table, const std::string& when, std::string_view id) const;
  Outcome<Change> save(Table& table, std::string id, bool create, std::vector<Assignment> fields,
                       const WriteOptions& options);
  Outcome<void> apply_rules(const Place& place, const ObjectRules& rules, bool create,
                            const WriteOptions& options);
  Outcome<void> check_validations(const Table& table, const std::vector<ValidationRule>& rules,
                                  std::string_view id) const;
  Outcome<void> check_duplicates(const Place& place, const DuplicateRule& rule,
                                 const WriteOptions& options) const;
  std::string owner_named(const std::string& owner) const;
  /// A transaction, from its making to its end.
  class Recording {
   public:
    explicit Recording(Org& org) : org_(org) { org_.recorder_.begin(); }
    ~Recording() { org_.end_recording(); }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

   private:
    Org& org_;
  };
  void end_recording();

  Outcome<Place> find_live(std::string_view object, std::string_view id);
  Outcome<Place> find_any(std::string_view id);
  Outcome<Place> find_reference(std::string_view object, std::string_view id);
  int64_t stamp_for(const Place& place, int64_t wanted) const;
  int64_t now_seconds() const;
  Change touched(const Place& place, int64_t stamp);
  Row insert(Table& table, const std::string& id, const std::vector<Assignment>& fields, int64_t stamp);
  void fill_defaults(Table& table, Row row, std::string_view user);
  Outcome<Change> commit(Table& table, std::string id, bool create, std::vector<Assignment> fields,
                         const WriteOptions& options);
  void apply(const Pending& change);
  std::string owner_of_converted(const Place& lead, const std::string& asked);
  Outcome<Place> converted_account(const Conversion& conversion, const Place& lead, const std::string& owner);
  Outcome<Place> converted_contact(const Conversion& conversion, const Place& lead, const Place& account,
                                   const std::string& owner);
  void move_children(const Table& table, std::string_view from, std::string_view to);

  OrgOptions options_;
  TextArena texts_;
  std::vector<std::unique_ptr<Table>> tables_;
  std::vector<uint64_t> last_number_;  // by table
  bool tracks_changes_ = false;
  std::vector<std::string> schemas_;
  std::vector<Pending> pending_;
  ChangeRecorder recorder_;
  std::string run_as_;
  std::string author_;
  std::map<const Table*, ObjectRules> rules_;
  std::map<const Table*, std::vector<const Field*>> formulas_;  ///< in the order in which they are computed
  WriteGuard guard_;
  std::deque<CustomObject> custom_objects_;  // whose texts the tables refer to
  std::vector<Undo> undo_;
  size_t transactions_ = 0;                                 // open ones
  mutable std::vector<std::unique_ptr<KeyIndex>> indexes_;  // of the fields that were asked for so far
  int64_t writes_ = 0;
  Timestamp schema_changed_{};
};

}  // namespace prospectd::sandbox
