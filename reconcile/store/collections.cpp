#include "reconcile/store/collections.h"

#include <algorithm>

namespace prospectd::store {
namespace {

using mapping::LocalType;
constexpr auto kText = ColumnType::kText;
constexpr auto kInteger = ColumnType::kInteger;
constexpr auto kFlag = ColumnType::kFlag;
constexpr auto kTime = ColumnType::kTime;
constexpr auto kJson = ColumnType::kJson;

// The connection's name, as every list shows it.
const Column& connection() {
  static const Column column{"connection", "(SELECT c.name FROM connections AS c WHERE c.id = t.connection)",
                             kText};
  return column;
}

Column own(const std::string& name, ColumnType type = kText) {
  return {name, "t." + name, type};
}

Column remote_id(const std::string& name = "remote_id", const std::string& sql = "t.remote") {
  return {name, sql, kText, true};
}

Collection users() {
  return {"users",
          "users",
          "a user",
          {own("name"),
           {"email", "t.email_key", kText},
           {"kind", "CASE t.kind WHEN 0 THEN 'person' ELSE 'queue' END", kText},
           own("active", kFlag),
           connection(),
           remote_id()},
          {},
          {"name", "email_key"},
          true};
}

Collection mailboxes() {
  return {"mailboxes",
          "mailboxes",
          "a mailbox",
          {own("address"), own("is_default", kFlag), own("connected", kFlag), own("send_disabled", kFlag),
           own("sync_disabled", kFlag), own("error")},
          {{"user", "t.user", "users"}},
          {"address"},
          true};
}

Collection accounts() {
  return {"accounts",
          "accounts",
          "an account",
          {own("name"), own("website"), own("industry"), own("phone"), connection(), remote_id(),
           own("deleted", kFlag)},
          {{"owner", "t.owner", "users"}},
          {"name"},
          true};
}

Collection stages() {
  return {"stages", "stages", "a stage", {own("name"), own("position", kInteger)}, {}, {"name"}, true};
}

Collection sequences() {
  return {"sequences",
          "sequences",
          "a sequence",
          {own("name"), own("enabled", kFlag), own("definition", kJson)},
          {{"owner", "t.owner", "users"}, {"ruleset", "t.ruleset", "rulesets"}},
          {"name"},
          true};
}

Collection sequence_states() {
  return {"sequenceStates",
          "sequence_states",
          "a sequence state",
          {own("state"), own("reason"), own("step", kInteger), own("changed_at", kTime)},
          {{"prospect", "t.prospect", "prospects"},
           {"sequence", "t.sequence", "sequences"},
           {"sequencer", "t.sequencer", "users"},
           {"mailbox", "t.mailbox", "mailboxes"}},
          {"state"},
          true};
}

Collection rulesets() {
  return {"rulesets",
          "rulesets",
          "a ruleset",
          {own("name"), own("reentry"), own("exclusive", kFlag), own("call_on_opened", kFlag),
           own("call_on_clicked", kFlag)},
          {{"stage_on_added", "t.stage_on_added", "stages"},
           {"stage_on_replied", "t.stage_on_replied", "stages"},
           {"stage_on_completed", "t.stage_on_completed", "stages"},
           {"stage_on_finished", "t.stage_on_finished", "stages"},
           {"stage_on_bounced", "t.stage_on_bounced", "stages"},
           {"stage_on_failed", "t.stage_on_failed", "stages"},
           {"stage_on_opted_out", "t.stage_on_opted_out", "stages"}},
          {"name"},
          true};
}

Collection tasks() {
  return {"tasks",
          "tasks",
          "a task",
          {own("subject"), own("state"), own("kind"), own("source"), own("role"), own("due_at", kTime),
           own("created_at", kTime), own("changed_at", kTime)},
          {{"owner", "t.owner", "users"},
           {"prospect", "t.prospect", "prospects"},
           {"account", "t.account", "accounts"},
           {"sequence_state", "t.sequence_state", "sequenceStates"}},
          {"subject"},
          true};
}

Collection conflicts() {
  return {"conflicts",
          "conflicts",
          "a conflict",
          {own("field"), own("remote", kJson), own("local", kJson), own("opened_at", kTime),
           own("open", kFlag), connection()},
          {{"prospect", "t.prospect", "prospects"}},
          {"field"}};
}

Collection lineage() {
  return {"lineage",
          "lineage",
          "a step of lineage",
          {connection(),
           remote_id("from_remote_id", "t.from_remote"),
           remote_id("to_remote_id", "nullif(t.to_remote, '')"),
           {"to_object", "nullif(t.to_object, '')", kText},
           own("kind"),
           own("at", kTime)},
          {},
          {"kind"}};
}

Collection causes() {
  return {"causes",
          "causes",
          "a cause",
          {own("kind"), own("detail"), own("actor"), own("at", kTime)},
          {{"parent", "t.parent", "causes"}},
          {"kind"}};
}

Collection journal() {
  return {"journalEntries",
          "journal",
          "a journal entry",
          {own("reason"),
           own("object"),
           remote_id(),
           {"row", "t.\"row\"", kInteger},
           own("field"),
           own("before", kJson),
           own("after", kJson),
           own("detail"),
           own("count", kInteger)},
          {{"cause", "t.cause", "causes"},
           {"prospect", "t.prospect", "prospects"},
           {"last", "t.last", "prospects"}},
          {"reason"}};
}

Collection outbox() {
  return {"outboxEntries",
          "outbox",
          "an outbox entry",
          {connection(),
           own("object"),
           remote_id(),
           own("operation"),
           own("lane"),
           own("state"),
           own("attempts", kInteger),
           {"due_at", "CASE WHEN t.state IN ('leased', 'dead') THEN NULL ELSE t.due_at END", kTime},
           {"leased_until", "CASE t.state WHEN 'leased' THEN t.due_at END", kTime},
           own("created_at", kTime),
           own("error_code"),
           own("error")},
          {{"prospect", "t.prospect", "prospects"}, {"cause", "t.cause", "causes"}},
          {"state"}};
}

Collection connections() {
  return {"connections", "connections", "a connection", {own("name")}, {}, {"name"}};
}

Collection tags() {
  return {"tags", "tags", "a tag", {own("name")}, {}, {"name"}, true};
}

bool is_label(const Collection& collection, const Column& column) {
  return std::ranges::any_of(collection.labels,
                             [&](const std::string& label) { return column.sql == "t." + label; });
}

LocalType kind_of(ColumnType type) {
  switch (type) {
    case kInteger:
      return LocalType::kInteger;
    case kFlag:
      return LocalType::kBoolean;
    case kTime:
      return LocalType::kDateTime;
    default:
      return LocalType::kText;
  }
}

// Their list selects from "prospects AS p".
std::vector<Column> prospect_columns_by_name() {
  std::vector<Column> columns;
  for (const char* name : {"last_name", "first_name", "email", "title", "company", "city", "state", "country",
                           "source", "stage"})
    columns.push_back({name, std::string("p.") + name, kText});
  for (const char* name : {"created_at", "updated_at", "touched_at"})
    columns.push_back({name, std::string("p.") + name, kTime});
  return columns;
}

}  // namespace

const std::vector<Collection>& collections() {
  static const std::vector<Collection> table = {
      users(), accounts(),  mailboxes(), stages(), tags(),    sequences(), sequence_states(), rulesets(),
      tasks(), conflicts(), lineage(),   causes(), journal(), outbox(),    connections()};
  return table;
}

const Collection* collection_named(std::string_view type) {
  const auto& all = collections();
  const auto found = std::ranges::find(all, type, &Collection::type);
  return found == all.end() ? nullptr : &*found;
}

const Collection& prospect_collection() {
  static const Collection collection = {"prospects",  "prospects",
                                        "a prospect", prospect_columns_by_name(),
                                        {},           {"first_name", "last_name", "email", "company"}};
  return collection;
}

mapping::expression::Catalogue catalogue_of(const Collection& collection) {
  mapping::expression::Catalogue catalogue;
  catalogue.subject = collection.subject;
  catalogue.fields.push_back({"id", LocalType::kInteger, kIdField, false});
  for (size_t i = 0; i < collection.columns.size(); ++i) {
    const Column& column = collection.columns[i];
    if (column.type == kJson) continue;
    const bool searched = column.type == kText && is_label(collection, column);
    catalogue.fields.push_back(
        {column.name, kind_of(column.type), kFirstColumnField + i, searched, column.record_id});
  }
  for (size_t i = 0; i < collection.references.size(); ++i) {
    catalogue.fields.push_back(
        {collection.references[i].name, LocalType::kText, kFirstReferenceField + i, false});
  }
  return catalogue;
}

}  // namespace prospectd::store
