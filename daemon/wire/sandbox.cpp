#include "daemon/wire/sandbox.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "base/text.h"
#include "config/files.h"
#include "connectors/sandbox/serve.h"
#include "daemon/cli/json.h"
#include "daemon/cli/terminal.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/words.h"
#include "daemon/wire/load_words.h"
#include "daemon/wire/org_file.h"
#include "daemon/wire/private_file.h"

namespace prospectd::wire {
namespace {

namespace fs = std::filesystem;
using cli::SandboxVerb;

constexpr size_t kSecretBytes = 24;
constexpr std::chrono::milliseconds kSandboxStopGrace{1'000};
constexpr size_t kFieldsShown = 10;

/// Where the sandbox keeps what it needs.
struct Files {
  std::string secret;
  std::string token;
  std::string refresh_token;
  std::string password;
  std::string word;  ///< kSandboxFile
};

Files files_of(const SandboxVerb& verb) {
  std::error_code ignored;
  const fs::path folder = fs::absolute(verb.directory, ignored).lexically_normal();
  const auto named = [&](const std::string& given, const char* name) {
    return given.empty() ? (folder / name).string() : fs::absolute(given, ignored).string();
  };
  return {named(verb.secret_file, "sandbox.secret"), named(verb.admin_token_file, "sandbox.token"),
          (folder / "sandbox.refresh").string(), (folder / "sandbox.password").string(),
          (folder / cli::kSandboxFile).string()};
}

/// A record and a user to try a change with; empty where the org has none.
struct Example {
  std::string contact;
  std::string owner;
};

Example example_of(sandbox::Org& org) {
  Example example;
  const sandbox::Table& contacts = *org.table("Contact");
  const int owner_column = contacts.type().column("OwnerId");
  std::string_view owner;
  for (sandbox::Row row = 0; row < contacts.rows() && example.contact.empty(); ++row) {
    if (contacts.state(row) != sandbox::RowState::kLive) continue;
    example.contact = contacts.id(row);
    owner = contacts.text(row, owner_column);
  }
  const sandbox::Table& users = *org.table("User");
  for (sandbox::Row row = 0; row < users.rows() && example.owner.empty(); ++row) {
    const bool active = users.flag(row, users.type().column("IsActive"));
    if (active && users.id(row) != owner) example.owner = users.text(row, users.type().column("Username"));
  }
  return example;
}

int64_t people_of(const sandbox::Org& org) {
  int64_t people = 0;
  for (const char* object : {"Contact", "Lead"}) {
    const sandbox::Table& table = *org.table(object);
    people += static_cast<int64_t>(table.count(sandbox::RowState::kLive) +
                                   table.count(sandbox::RowState::kDeleted));
  }
  return people;
}

// What a supervisor, and `prospectd sandbox edit`, need to know; one line.
std::string word_of(sandbox::Sandbox& sandbox, const Files& files) {
  const Example example = example_of(sandbox.org());
  return "{\"url\":" + json_quote(sandbox.url()) + ",\"port\":" + std::to_string(sandbox.port()) +
         ",\"people\":" + std::to_string(people_of(sandbox.org())) +
         ",\"clientId\":" + json_quote(sandbox.client_id()) + ",\"secretFile\":" + json_quote(files.secret) +
         ",\"refreshTokenFile\":" + json_quote(files.refresh_token) +
         ",\"passwordFile\":" + json_quote(files.password) +
         ",\"adminTokenFile\":" + json_quote(files.token) + ",\"pid\":" + std::to_string(::getpid()) +
         ",\"example\":{\"contact\":" + json_quote(example.contact) +
         ",\"owner\":" + json_quote(example.owner) +
         "},\"restored\":" + (sandbox.restored() ? "true" : "false") + ",\"load\":" +
         (sandbox.load_report() ? cli::dump_json_line(load_json(*sandbox.load_report())) : "null") + "}";
}

void print_load(const sandbox::LoadReport& report) {
  for (const std::string& line : load_lines(report))
    std::fprintf(stderr, "%s\n", line.c_str());
}

void print_fields(const char* what, const std::vector<std::string>& fields) {
  for (size_t i = 0; i < fields.size() && i < kFieldsShown; ++i)
    std::fprintf(stderr, "  %s  %s\n", what, cli::harmless(fields[i]).c_str());
  if (fields.size() > kFieldsShown)
    std::fprintf(stderr, "  %s  %s\n", what,
                 cli::counted(static_cast<int64_t>(fields.size()), "field").c_str());
}

void print_schema(const sandbox::SchemaReport& report) {
  print_fields("not taken", report.passed_over);
  print_fields("note     ", report.notes);
}

void print_words(sandbox::Sandbox& sandbox, const SandboxVerb& verb, const Files& files) {
  const cli::Terminal terminal = cli::terminal_of(STDOUT_FILENO, false);
  const Example example = example_of(sandbox.org());
  const std::string head = cli::painted(terminal, cli::Tone::kStrong, "prospectd sandbox");
  std::printf("%s · a CRM with %s\n", head.c_str(),
              cli::counted(people_of(sandbox.org()), "person", "people").c_str());
  std::printf("  listens at  %s   (Salesforce-style REST)\n", sandbox.url().c_str());
  std::printf("  client id   %s   secret in %s\n", sandbox.client_id().c_str(), files.secret.c_str());
  if (!example.contact.empty()) {
    std::printf("  change it   prospectd sandbox edit %s OwnerId=%s --dir %s\n", example.contact.c_str(),
                cli::shell_word(example.owner).c_str(), cli::shell_word(verb.directory).c_str());
  }
  std::printf("Ctrl-C stops\n");
  std::fflush(stdout);
}

ExitCode fail(const Error& error) {
  std::fprintf(stderr, "prospectd: %s\n", cli::harmless(error.text()).c_str());
  return exit_code_of(error);
}

// What is in a file that the command line names; empty where it names none.
Result<std::string> text_of_file(const std::string& path) {
  if (path.empty()) return std::string();
  config::FileText file = config::read_text_file(path);
  if (file.text) return *std::move(file.text);
  return make_error(ErrorCode::kConfigInvalid, path + ": " + file.problem);
}

Result<sandbox::SandboxOptions> options_of(const SandboxVerb& verb, const Files& files) {
  PD_TRY(make_private_folder(fs::path(files.word).parent_path().string()));
  sandbox::SandboxOptions options;
  PD_ASSIGN(secret, secret_of_file(files.secret, kSecretBytes));
  PD_ASSIGN(token, secret_of_file(files.token, kSecretBytes));
  options.server.port = verb.port;
  options.server.gzip = true;
  options.client_id = verb.client_id;
  options.client_secret = std::move(secret);
  options.admin_token = std::move(token);
  PD_ASSIGN(password, secret_of_file(files.password, kSecretBytes));
  options.user_password = std::move(password);
  PD_ASSIGN(public_key, text_of_file(verb.public_key_file));
  options.public_key = std::move(public_key);
  PD_ASSIGN(schema, text_of_file(verb.schema_file));
  options.schema = std::move(schema);
  options.schema_name = verb.schema_file;
  if (!verb.db.empty()) {
    PD_ASSIGN(store, open_org_file(verb.db, verb.reset));
    options.store = std::move(store);
  }
  options.must_be_new = verb.fills;
  options.load = verb.load;
  PD_ASSIGN(faults, text_of_file(verb.faults_file));
  options.faults = std::move(faults);
  options.faults_name = verb.faults_file;
  options.generator.people = verb.people;
  options.generator.seed = verb.seed;
  return options;
}

void announce_filling(const SandboxVerb& verb) {
  if (verb.quiet || verb.json) return;
  const std::string what = !verb.db.empty() && !verb.fills ? "opening " + cli::harmless(verb.db)
                           : verb.load.empty() ? "making " + cli::counted(verb.people, "person", "people")
                                               : "loading " + cli::harmless(verb.load);
  std::fprintf(stderr, "prospectd sandbox: %s …\n", what.c_str());
}

// A client takes the token that it finds for newer than its own, so there is a new one only where the
// organisation has forgotten that in the file: at each start, unless it is kept.
Result<void> renew_refresh_token(sandbox::Sandbox& sandbox, const std::string& path) {
  const config::FileText known = config::read_text_file(path);
  if (known.text && sandbox.front().knows_refresh_token(trim_ascii(*known.text))) return {};
  PD_TRY(write_private_file(path, sandbox.front().authorize() + "\n"));
  return sandbox.front().keep();
}

void serve(boost::asio::io_context& io, sandbox::Sandbox& sandbox, boost::asio::signal_set& signals) {
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (!error) sandbox.stop(kSandboxStopGrace);
  });
  io.run();
}

}  // namespace

ExitCode run_sandbox(const SandboxVerb& verb) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like any other
  const Files files = files_of(verb);
  auto options = options_of(verb, files);
  if (!options) return fail(options.error());
  announce_filling(verb);
  boost::asio::io_context io(1);
  LoadLine line(std::cerr, cli::terminal_of(STDERR_FILENO, false));
  if (!verb.quiet && !verb.json) options->load_progress = [&](const auto& progress) { line.show(progress); };
  auto made = sandbox::make_sandbox(io, *std::move(options));
  line.clear();
  if (!made && made.error().code == ErrorCode::kConflict)
    return fail(make_error(ErrorCode::kConfigInvalid,
                           verb.db +
                               " has an organisation already; leave out --load, --people and --seed to go on "
                               "with it, or begin anew with --reset"));
  if (!made) return fail(made.error());
  sandbox::Sandbox& sandbox = **made;
  // Not before: while the org is being filled, a signal ends the process as it ends any other. Nor later: who
  // has read that Ctrl-C stops it may do so.
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  if (sandbox.load_report() && !verb.quiet && !verb.json) print_load(*sandbox.load_report());
  if (!verb.quiet && !verb.json) print_schema(sandbox.schema_report());
  const std::string word = word_of(sandbox, files);
  if (const auto written = renew_refresh_token(sandbox, files.refresh_token); !written)
    return fail(written.error());
  if (const auto written = write_private_file(files.word, word + "\n"); !written)
    return fail(written.error());
  if (verb.json) {
    std::printf("%s\n", word.c_str());
    std::fflush(stdout);
  } else if (!verb.quiet) {
    print_words(sandbox, verb, files);
  }
  serve(io, sandbox, signals);
  std::error_code ignored;
  fs::remove(files.word, ignored);
  return ExitCode::kOk;
}

}  // namespace prospectd::wire
