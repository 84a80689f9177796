#include "tests/bench/bare_pipeline.h"

#include <simdjson.h>
#include <sqlite3.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>

#include "base/text.h"
#include "base/time.h"
#include "connectors/http/message.h"
#include "tests/bench/curl_client.h"

namespace prospectd::bench {
namespace {

namespace od = simdjson::ondemand;

constexpr int kPagesMax = 100'000;
constexpr size_t kColumns = 20;
constexpr size_t kEmailColumn = 3;
constexpr const char* kVersion = "v60.0";

/// What is read of an object, in the order of the table's columns.
struct Selection {
  const char* object;
  std::array<const char*, kColumns> fields;
};
// The fields that the example mappings ask for.
constexpr Selection kSelections[] = {
    {"Contact",
     {"Id",
      "SystemModstamp",
      "IsDeleted",
      "Email",
      "FirstName",
      "LastName",
      "Title",
      "Phone",
      "MobilePhone",
      "MailingStreet",
      "MailingCity",
      "MailingState",
      "MailingPostalCode",
      "MailingCountry",
      "LeadSource",
      "HasOptedOutOfEmail",
      "OwnerId",
      "AccountId",
      "Birthdate",
      "MasterRecordId"}},
    {"Lead",
     {"Id",         "SystemModstamp",     "IsDeleted", "Email",   "FirstName", "LastName",   "Title",
      "Phone",      "MobilePhone",        "Street",    "City",    "State",     "PostalCode", "Country",
      "LeadSource", "HasOptedOutOfEmail", "OwnerId",   "Company", "Website",   "Status"}},
};

// What the CRM writes from now on has this stamp, or a later one.
Timestamp whole_second_now() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return std::chrono::time_point_cast<milliseconds>(now);
}

Error broken(std::string what) {
  return make_error(ErrorCode::kInternal, "the bare pipeline: " + std::move(what));
}

// ---- the database ----

class Table {
 public:
  Table() = default;
  ~Table() { (void)close(); }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  Result<void> open(const std::string& path) {
    if (sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        nullptr) != SQLITE_OK)
      return failed();
    std::string columns;
    std::string marks;
    std::string updates;
    for (size_t i = 0; i < kColumns; ++i) {
      const std::string name = i == kEmailColumn ? "email" : "c" + std::to_string(i);
      const char* comma = i == 0 ? "" : ", ";
      columns += comma + name + " TEXT";
      marks += std::string(comma) + "?";
      updates += comma + name + " = excluded." + name;
    }
    PD_TRY(exec("PRAGMA page_size = 8192; PRAGMA cache_size = -" + std::to_string(kBareCacheBytes / 1024) +
                "; PRAGMA journal_mode = wal; PRAGMA synchronous = full"));
    PD_TRY(exec("CREATE TABLE IF NOT EXISTS people (" + columns +
                "); CREATE UNIQUE INDEX IF NOT EXISTS people_by_email ON people (email)"));
    const std::string upsert =
        "INSERT INTO people VALUES (" + marks + ") ON CONFLICT (email) DO UPDATE SET " + updates;
    if (sqlite3_prepare_v2(db_, upsert.c_str(), -1, &upsert_, nullptr) != SQLITE_OK) return failed();
    return {};
  }

  void bind(size_t column, std::string_view text) {
    sqlite3_bind_text(upsert_, static_cast<int>(column) + 1, text.data(), static_cast<int>(text.size()),
                      SQLITE_STATIC);
  }
  void bind_null(size_t column) { sqlite3_bind_null(upsert_, static_cast<int>(column) + 1); }

  Result<void> upsert() {
    if (pending_ == 0) PD_TRY(exec("BEGIN"));
    if (sqlite3_step(upsert_) != SQLITE_DONE) return failed();
    sqlite3_reset(upsert_);
    return ++pending_ == kBareCommitRecords ? commit() : Result<void>{};
  }
  Result<void> commit() {
    if (pending_ == 0) return {};
    pending_ = 0;
    return exec("COMMIT");
  }
  Result<void> close() {
    sqlite3_finalize(std::exchange(upsert_, nullptr));
    return sqlite3_close(std::exchange(db_, nullptr)) == SQLITE_OK ? Result<void>{}
                                                                   : broken("the database stays open");
  }

 private:
  Error failed() const { return broken(sqlite3_errmsg(db_)); }
  Result<void> exec(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failed();
    return {};
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* upsert_ = nullptr;
  int64_t pending_ = 0;
};

// ---- the pipeline ----

class Pipeline {
 public:
  Pipeline(const BareSource& source, Table* table) : source_(source), table_(table) {}

  /// All that was written at `since` or later; empty: ever.
  Result<void> run(const std::string& since) {
    for (const Selection& selection : kSelections)
      PD_TRY(read(selection, since));
    return table_ == nullptr ? Result<void>{} : table_->commit();
  }
  int64_t records() const { return records_; }
  int64_t calls() const { return client_.calls(); }
  /// In which a request was under way.
  double network_seconds() const { return network_seconds_; }

  Result<void> log_in() {
    PD_ASSIGN(body, client_.post(
                        source_.url + "/services/oauth2/token",
                        "grant_type=client_credentials&client_id=" + http::percent_encode(source_.client_id) +
                            "&client_secret=" + http::percent_encode(source_.client_secret)));
    std::string_view token;
    od::document document;
    if (parser_.iterate(body->data(), body->size(), body->capacity()).get(document) != simdjson::SUCCESS ||
        document["access_token"].get_string().get(token) != simdjson::SUCCESS)
      return broken("no token");
    client_.add_header("Authorization: Bearer " + std::string(token));
    client_.add_header("Sforce-Query-Options: batchSize=2000");
    return {};
  }

 private:
  Result<std::string*> fetch(const std::string& target) {
    const double began = seconds_now();
    auto body = client_.get(source_.url + target);
    network_seconds_ += seconds_now() - began;
    return body;
  }

  Result<void> read(const Selection& selection, const std::string& since) {
    std::string fields;
    for (const char* field : selection.fields)
      fields += (fields.empty() ? "" : ", ") + std::string(field);
    const auto soon =
        std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()) + std::chrono::hours{1};
    const std::string from = since.empty() ? "" : "SystemModstamp >= " + since + " AND ";
    const std::string query = "SELECT " + fields + " FROM " + selection.object + " WHERE " + from +
                              "SystemModstamp < " + format_timestamp(soon) + " ORDER BY SystemModstamp, Id";
    std::string target =
        std::string("/services/data/") + kVersion + "/queryAll?q=" + http::percent_encode(query);
    for (int pages = 0; !target.empty(); ++pages) {
      if (pages == kPagesMax) return broken("a query without end");
      PD_ASSIGN(body, fetch(target));
      PD_ASSIGN(next, take_page(*body, selection));
      target = std::move(next);
    }
    return {};
  }

  /// Upserts a page's records; answers where the next page is, or "".
  Result<std::string> take_page(std::string& body, const Selection& selection) {
    od::document document;
    if (parser_.iterate(body.data(), body.size(), body.capacity()).get(document) != simdjson::SUCCESS)
      return broken("a page that is no JSON");
    std::string next;
    std::string_view url;
    if (document.find_field("nextRecordsUrl").get_string().get(url) == simdjson::SUCCESS) next = url;
    od::array records;
    if (document.find_field_unordered("records").get_array().get(records) != simdjson::SUCCESS)
      return broken("a page without records");
    for (auto element : records) {
      od::object record;
      if (element.get_object().get(record) != simdjson::SUCCESS) return broken("a record that is none");
      PD_TRY(take_record(record, selection));
    }
    return next;
  }

  Result<void> take_record(od::object& record, const Selection& selection) {
    ++records_;
    for (size_t i = 0; i < kColumns; ++i) {
      od::value value;
      if (record.find_field(selection.fields[i]).get(value) != simdjson::SUCCESS)
        return broken(std::string("no field ") + selection.fields[i]);
      take_value(value, i);
    }
    return table_ == nullptr ? Result<void>{} : table_->upsert();
  }

  void take_value(od::value& value, size_t column) {
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) {
      if (column == kEmailColumn) {
        email_ = to_lower_ascii(text);
        text = email_;
      }
      if (table_ != nullptr) table_->bind(column, text);
    } else if (value.is_null()) {
      if (table_ != nullptr) table_->bind_null(column);
    } else if (table_ != nullptr) {
      table_->bind(column, trim_ascii(value.raw_json_token()));
    }
  }

  const BareSource& source_;
  Table* table_;
  CurlClient client_;
  od::parser parser_;
  std::string email_;
  int64_t records_ = 0;
  double network_seconds_ = 0;
};

}  // namespace

struct BareFollower::Parts {
  explicit Parts(BareSource from) : source(std::move(from)) {}

  BareSource source;
  Table table;
  Pipeline pipeline{source, &table};
  Timestamp read_to{};
};

BareFollower::BareFollower(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
BareFollower::~BareFollower() = default;

Result<std::unique_ptr<BareFollower>> BareFollower::open(BareSource source, const std::string& path) {
  auto parts = std::make_unique<Parts>(std::move(source));
  PD_TRY(parts->table.open(path));
  PD_TRY(parts->pipeline.log_in());
  parts->read_to = whole_second_now();
  return std::unique_ptr<BareFollower>(new BareFollower(std::move(parts)));
}

Result<double> BareFollower::follow() {
  const std::string since = format_timestamp(std::exchange(parts_->read_to, whole_second_now()));
  const double began = seconds_now();
  const double network = parts_->pipeline.network_seconds();
  PD_TRY(parts_->pipeline.run(since));
  return seconds_now() - began - (parts_->pipeline.network_seconds() - network);
}

Result<Figures> run_bare_pipeline(const BareSource& source, const std::string& path) {
  Table table;
  if (!path.empty()) PD_TRY(table.open(path));
  Pipeline pipeline(source, path.empty() ? nullptr : &table);
  Meter meter;
  PD_TRY(pipeline.log_in());
  PD_TRY(pipeline.run(""));
  meter.mark_committed();
  PD_TRY(table.close());
  Figures figures;
  figures.records = figures.people = pipeline.records();
  figures.calls = pipeline.calls();
  meter.fill(figures);
  return figures;
}

}  // namespace prospectd::bench
