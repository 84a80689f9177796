#include "tests/bench/bed.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "config/examples.h"
#include "tests/bench/curl_client.h"

namespace prospectd::bench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExampleInterval = "interval: 2s";

fs::path new_folder(const fs::path& parent) {
  static int number = 0;
  return parent / ("work." + std::to_string(::getpid()) + "." + std::to_string(++number));
}

Result<std::vector<std::string>> lines_of(const std::vector<std::string>& words, size_t count) {
  PD_ASSIGN(child, Child::start(words));
  std::vector<std::string> lines;
  for (size_t i = 0; i < count; ++i)
    lines.push_back(child.read_line());
  PD_TRY(child.finish());
  return lines;
}

}  // namespace

WorkFolder::WorkFolder(const fs::path& parent) : path_(new_folder(parent)) {
  fs::create_directories(path_ / "mappings");
  fs::create_directories(path_ / "state");
  fs::permissions(path_ / "state", fs::perms::owner_all);
}
WorkFolder::~WorkFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}
void WorkFolder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name) << text;
}
void WorkFolder::write_private(const std::string& name, const std::string& text) const {
  write(name, text);
  fs::permissions(path_ / name, fs::perms::owner_read | fs::perms::owner_write);
}

Result<std::unique_ptr<Bed>> Bed::make(const std::string& folder, int64_t people, int64_t pages_per_commit) {
  std::unique_ptr<Bed> bed(new Bed(folder, people, pages_per_commit));
  PD_TRY(bed->start());
  return bed;
}

Bed::Bed(const std::string& folder, int64_t people, int64_t pages_per_commit)
    : people_(people), pages_per_commit_(pages_per_commit), work_(fs::absolute(folder)) {}

Result<void> Bed::start() {
  std::fprintf(stderr, "A sandbox CRM with %s people…\n", group_digits(people_).c_str());
  PD_ASSIGN(child, Child::start({own_program(), "role", "sandbox", std::to_string(people_)}));
  sandbox_ = std::move(child);
  std::istringstream line(sandbox_.read_line());
  std::string secret, admin_token;
  line >> url_ >> client_id_ >> secret >> admin_token;
  if (admin_token.empty()) return make_error(ErrorCode::kInternal, "the sandbox did not start");
  work_.write_private("secret", secret + "\n");
  work_.write_private("admin", admin_token + "\n");
  work_.write("prospectd.yaml", config_for(url_));
  for (const auto& [name, text] : config::example_mappings())
    work_.write("mappings/" + name, text);
  return {};
}

std::string Bed::config_for(const std::string& url, const std::string& state) const {
  config::DemoValues values;
  values.login_url = url;
  values.client_id = client_id_;
  values.secret_file = "secret";
  values.state_directory = work_.file(state);
  values.listen = "127.0.0.1:0";
  std::string text = config::demo_config(values);
  const size_t at = text.find(kExampleInterval);
  if (at != std::string::npos) text.replace(at, std::string(kExampleInterval).size(), "interval: 1d");
  return text + "log:\n  level: error\n";
}

std::vector<std::string> Bed::words_of(Program program) const {
  if (program == Program::kBare || program == Program::kBareFetch) {
    return {own_program(), "role", "bare", url_, client_id_, work_.file("secret"), database_of(program)};
  }
  const char* role = program == Program::kAgain        ? "again"
                     : program == Program::kImportIdle ? "import-idle"
                                                       : "import";
  return {own_program(), "role", role, config(), database(), std::to_string(pages_per_commit_)};
}

Result<Figures> Bed::again(Program program) {
  PD_ASSIGN(line, run_child(words_of(program)));
  return figures_of(line);
}

Result<Figures> Bed::afresh(Program program) {
  forget_database(program);
  return again(program);
}

std::string Bed::database_of(Program program) const {
  if (program == Program::kBareFetch) return "";
  return program == Program::kBare ? work_.file("bare.db") : database();
}

bool Bed::has_database(Program program) const {
  return fs::exists(database_of(program));
}

void Bed::forget_database(Program program) const {
  const std::string file = database_of(program);
  if (file.empty()) return;
  for (const char* end : {"", "-wal", "-shm", ".lock"})
    fs::remove(file + end);
}

Result<void> Bed::ensure_imported() {
  if (has_database(Program::kImport)) return {};
  PD_TRY(afresh(Program::kImport));
  return {};
}

Result<std::vector<std::string>> Bed::poll(const std::vector<int64_t>& changes, bool together) {
  PD_TRY(ensure_imported());
  if (!has_database(Program::kBare)) PD_TRY(afresh(Program::kBare));
  std::vector<std::string> words = {own_program(),
                                    "role",
                                    "poll",
                                    config(),
                                    database(),
                                    url_,
                                    work_.file("admin"),
                                    client_id_,
                                    work_.file("secret"),
                                    database_of(Program::kBare)};
  if (together) words.emplace_back("together");
  for (const int64_t count : changes)
    words.push_back(std::to_string(count));
  return lines_of(words, changes.size());
}

Result<std::vector<std::string>> Bed::push(int64_t updates, int rounds) {
  PD_TRY(ensure_imported());
  return lines_of(
      {own_program(), "role", "push", config(), database(), std::to_string(updates), std::to_string(rounds)},
      static_cast<size_t>(rounds));
}

Result<void> Bed::set_delay(int64_t milliseconds) const {
  std::string token;
  std::ifstream file(work_.file("admin"));
  std::getline(file, token);
  CurlClient client;
  client.add_header("X-Sandbox-Admin: " + token);
  PD_TRY(client.post(url_ + "/sandbox/admin/knobs",
                     "{\"answer_delay_milliseconds\": " + std::to_string(milliseconds) + "}"));
  return {};
}

}  // namespace prospectd::bench
