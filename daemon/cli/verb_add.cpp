// `add`: a prospect, a task, … of words, or prospects of a CSV file.
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "daemon/cli/configuration.h"
#include "daemon/cli/csv_rows.h"
#include "daemon/cli/edit_words.h"
#include "daemon/cli/field_words.h"
#include "daemon/cli/json.h"
#include "daemon/cli/progress.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"

namespace prospectd::cli {
namespace {

using Json = nlohmann::json;

Error add_usage(const std::string& message) {
  return make_error(ErrorCode::kInvalidInput, message);
}

std::string with_dry_run(std::string path, bool dry_run) {
  return path + (dry_run ? "?dryRun=true" : "");
}

ExitCode add_one(const DaemonClient& client, const std::string& kind, const Json& fields, bool dry_run,
                 Console& console) {
  const std::string type = type_of_kind(kind);
  const auto answer = client.post(with_dry_run("/v1/" + type, dry_run), fields);
  if (!answer) return console.fail(answer.error());
  Json meta = member(*answer, "meta");
  const std::string id = text_at(member(*answer, "data"), "id");
  const Json& changes = member(meta, "changes");
  const std::string shown_id = dry_run && !changes.empty() ? text_at(changes.front(), "id") : id;
  const std::vector<std::string> lines = change_lines(meta, type, shown_id);
  if (console.json) {
    meta["id"] = dry_run ? Json() : Json(id);
    console.document(meta);
    return ExitCode::kOk;
  }
  console.line(kind_at_start(kind) + (dry_run ? " would be made:" : " " + harmless(id) + " was made:"));
  for (const std::string& line : lines)
    console.line(line);
  return ExitCode::kOk;
}

/// One file, row by row.
class FileImport {
 public:
  FileImport(const DaemonClient& client, CsvRows rows, bool dry_run, Console& console)
      : client_(client),
        rows_(std::move(rows)),
        path_(with_dry_run("/v1/imports", dry_run)),
        dry_run_(dry_run),
        console_(console),
        bar_(console.err(), console.err_terminal) {}

  ExitCode run() {
    if (const auto checked = check_columns(); !checked) return console_.fail(checked.error());
    while (auto chunk = rows_.next()) {
      note_bad(*chunk);
      const auto sent = send(*chunk);
      tell_rows();
      if (!sent) {
        bar_.clear();
        say();
        return fail(sent.error());
      }
      show_progress();
    }
    bar_.clear();
    say();
    return refused_ > 0 ? ExitCode::kPartial : ExitCode::kOk;
  }

 private:
  // A row of nothing but the columns' names: what the daemon has no field for is told once, not row by row.
  Result<void> check_columns() const {
    Json fields = Json::object();
    for (const auto& [field, column] : rows_.columns())
      fields[field] = nullptr;
    const Json body = {{"rows", {{{"line", 1}, {"fields", fields}}}}};
    PD_ASSIGN(answer, client_.post("/v1/imports?dryRun=true", body));
    std::string unknown;
    for (const Json& row : member(member(answer, "meta"), "rows")) {
      for (const Json& error : member(row, "errors")) {
        if (text_at(error, "code") == "field_unknown")
          unknown += (unknown.empty() ? "" : " · ") + text_at(error, "detail");
      }
    }
    if (unknown.empty()) return {};
    return add_usage(unknown +
                     "; name a column's field with --map COLUMN=FIELD, or leave it out with --map COLUMN=");
  }

  void note_bad(const RowChunk& chunk) {
    for (const BadRow& bad : chunk.bad) {
      const Json errors = Json::array({{{"code", "bad_row"}, {"detail", bad.why}}});
      add_row(bad.line, "refused", nullptr, errors);
    }
  }

  Result<void> send(const RowChunk& chunk) {
    if (chunk.count == 0) return {};
    PD_ASSIGN(rows, parse_json(chunk.rows));
    std::set<int64_t> with_address;
    for (const Json& row : rows) {
      if (member(member(row, "fields"), "email").is_string()) with_address.insert(number_at(row, "line"));
    }
    PD_ASSIGN(answer, client_.post(path_, Json{{"rows", rows}}));
    if (const Json& cause = member(member(answer, "meta"), "cause"); cause.is_string())
      causes_.push_back(cause);
    for (const Json& row : member(member(answer, "meta"), "rows")) {
      Json errors = Json::array();
      for (const Json& error : member(row, "errors"))
        errors.push_back({{"code", text_at(error, "code")}, {"detail", text_at(error, "detail")}});
      pushes_ += static_cast<int64_t>(member(row, "pushes").size());
      const Json id = dry_run_ ? Json() : member(row, "prospectId");
      add_row(number_at(row, "line"), text_at(row, "outcome"), id, errors);
      if (text_at(row, "outcome") == "created") note_made(row, with_address);
    }
    return {};
  }

  void note_made(const Json& row, const std::set<int64_t>& with_address) {
    if (!with_address.contains(number_at(row, "line"))) ++without_address_;
    if (first_.empty()) first_ = text_at(row, "prospectId");
    last_ = text_at(row, "prospectId");
  }

  void add_row(int64_t line, const std::string& outcome, const Json& prospect, const Json& errors) {
    (outcome == "created" ? created_ : refused_) += 1;
    untold_.emplace(line,
                    Json{{"line", line}, {"outcome", outcome}, {"prospectId", prospect}, {"errors", errors}});
  }

  // In the file's order, whoever refused them.
  void tell_rows() {
    for (auto& [line, row] : untold_) {
      if (console_.json) {
        told_.push_back(std::move(row));
      } else if (text_at(row, "outcome") != "created") {
        bar_.clear();
        console_.line("line " + std::to_string(line) + ": " + fault_words(member(row, "errors")));
      }
    }
    untold_.clear();
  }

  // The rows until then have been told: with --json they are the one document.
  ExitCode fail(const Error& error) {
    if (!console_.json) return console_.fail(error);
    console_.err() << "prospectd: " << harmless(error.text()) << "\n";
    return exit_code_of_verb(error);
  }

  void show_progress() {
    if (console_.quiet || console_.json) return;
    Progress progress;
    progress.label = "rows";
    progress.done = created_ + refused_;
    const int64_t read = std::max<int64_t>(rows_.bytes_read(), 1);
    progress.total = static_cast<int64_t>(static_cast<double>(progress.done) *
                                          static_cast<double>(rows_.bytes()) / static_cast<double>(read));
    bar_.update(progress, std::chrono::steady_clock::now());
  }

  void say() {
    if (console_.json) {
      console_.document({{"dryRun", dry_run_},
                         {"created", created_},
                         {"refused", refused_},
                         {"rows", told_},
                         {"causes", causes_}});
      return;
    }
    const std::string made = std::to_string(created_) + (created_ == 1 ? " prospect" : " prospects");
    const std::string not_made = std::to_string(refused_) + (refused_ == 1 ? " row" : " rows");
    console_.line(made + (dry_run_ ? " would be made, " : " made, ") + not_made + " refused" +
                  (pushes_ > 0 ? "; " + std::to_string(pushes_) + " to be written to the CRM" : "") + ".");
    if (created_ > 0 && !dry_run_) say_who();
    if (without_address_ > 0) {
      console_.line(
          std::to_string(without_address_) +
          " of them without an address, by which a row is known again: the same file once more makes "
          "them once more.");
    }
  }

  void say_who() {
    console_.line(first_ == last_
                      ? "It has the number " + harmless(first_) + ": prospectd prospects " + harmless(first_)
                      : "Their numbers lie from " + harmless(first_) + " to " + harmless(last_) +
                            ": prospectd prospects --filter 'id:[" + harmless(first_) + " TO " +
                            harmless(last_) + "]'");
  }

  const DaemonClient& client_;
  CsvRows rows_;
  const std::string path_;
  const bool dry_run_;
  Console& console_;
  ProgressLine bar_;
  int64_t created_ = 0;
  int64_t refused_ = 0;
  int64_t pushes_ = 0;
  int64_t without_address_ = 0;  ///< of those created
  std::string first_;            ///< prospect created, by its number
  std::string last_;
  std::multimap<int64_t, Json> untold_;  ///< by line: what came of the rows of one chunk
  Json told_ = Json::array();
  Json causes_ = Json::array();
};

}  // namespace

ExitCode verb_add(const CommonOptions& common, const AddOptions& options, Console& console) {
  Json fields;
  const auto names = split_words(options.words, fields);
  if (!names) return console.fail(names.error());
  if (!names->empty()) return console.fail(add_usage("\"" + names->front() + "\" is no FIELD=VALUE"));
  const bool many = type_of_kind(options.kind).empty();
  if (many == options.file.empty() || many == !fields.empty()) {
    return console.fail(add_usage(
        many ? std::string("say which file: prospectd add prospects --file FILE.csv")
             : "say which fields: prospectd add " + options.kind + " FIELD=VALUE; a file makes prospects"));
  }
  if (!many && !options.columns.empty()) return console.fail(add_usage("--map is for the columns of a file"));
  std::optional<CsvRows> rows;
  if (many) {
    auto opened = CsvRows::open(options.file, options.columns);
    if (!opened) return console.fail(opened.error());
    rows = *std::move(opened);
  }
  const DaemonAccess access = reach_daemon(common, console);
  if (!access.client) return access.code;
  if (!many) return add_one(*access.client, options.kind, fields, options.dry_run, console);
  return FileImport(*access.client, *std::move(rows), options.dry_run, console).run();
}

}  // namespace prospectd::cli
