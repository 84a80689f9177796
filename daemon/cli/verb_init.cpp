#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "config/loader.h"
#include "config/starter.h"
#include "config/values.h"
#include "daemon/cli/questions.h"
#include "daemon/cli/text_cells.h"
#include "daemon/cli/verb_functions.h"
#include "daemon/cli/words.h"

namespace prospectd::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* kConfigFile = "prospectd.yaml";
constexpr const char* kSecretFile = "secrets/salesforce";
constexpr int kAsksMax = 3;

Error usage(std::string message) {
  return make_error(ErrorCode::kInvalidInput, std::move(message));
}

// Writes a new file; one that is there stays as it is.
Result<void> write_new(const fs::path& file, std::string_view text, mode_t mode) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) {
    return make_error(ErrorCode::kConfigInvalid,
                      file.string() + (errno == EEXIST ? " is there already" : " can't be written"));
  }
  bool good = true;
  while (good && !text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    good = n > 0;
    if (good) text.remove_prefix(static_cast<size_t>(n));
  }
  good = ::close(fd) == 0 && good;
  if (good) return {};
  return make_error(ErrorCode::kConfigInvalid, file.string() + " can't be written");
}

class Init {
 public:
  Init(const InitOptions& options, const Hooks& hooks, Console& console)
      : options_(options), hooks_(hooks), console_(console), questions_(console), folder_(options.output) {}

  ExitCode run() {
    if (auto failure = refuse_existing()) return console_.fail(*failure);
    if (auto failure = gather()) return console_.fail(*failure);
    if (auto failure = keep_secret()) return console_.fail(*failure);
    console_.hint("Asking the CRM what it has…");
    const Described described = hooks_.describe(config::Config{}, plugin(), {"Account", "Contact", "Lead"});
    if (described.error) return give_up(*described.error);
    std::vector<mapping::ObjectSchema> objects;
    std::string missing;
    for (const auto& schema : described.schemas) {
      if (schema) {
        objects.push_back(*schema);
      } else {
        missing += (missing.empty() ? "" : "; ") + schema.error().text();
      }
    }
    const config::Starter starter = config::make_starter(values_, objects);
    if (starter.files.empty()) {
      return give_up(
          make_error(ErrorCode::kPermission, "neither contacts nor leads can be read with an Email" +
                                                 (missing.empty() ? std::string() : ": " + missing)));
    }
    if (auto failure = write(starter)) return console_.fail(*failure);
    if (!missing.empty()) console_.hint("Left out: " + harmless(missing));
    return say(starter);
  }

 private:
  std::optional<Error> refuse_existing() const {
    std::error_code ignored;
    for (const char* name : {kConfigFile, "mappings", "schema"}) {
      if (fs::exists(folder_ / name, ignored)) {
        return usage((folder_ / name).string() +
                     " is there already, and nothing is overwritten; name another folder with --output");
      }
    }
    return std::nullopt;
  }

  std::optional<Error> gather() {
    values_.login_url = options_.login_url;
    values_.client_id = options_.client_id;
    values_.listen = options_.listen;
    values_.state_directory = options_.state.empty() ? "state" : fs::absolute(options_.state).string();
    const bool all =
        !values_.login_url.empty() && !values_.client_id.empty() && !options_.secret_file.empty();
    if (!all && !questions_.possible()) {
      return usage("there is no terminal to ask on: give --login-url, --client-id and --secret-file");
    }
    if (auto failure = ask_url()) return failure;
    if (values_.client_id.empty()) {
      values_.client_id = questions_.ask("Consumer key of the connected app").value_or("");
      if (values_.client_id.empty()) return usage("without the consumer key nobody can log in");
    }
    return std::nullopt;
  }

  // Until it is good, a few times; one that was given on the command line is not asked for again.
  std::optional<Error> ask_url() {
    for (int i = 0; i < kAsksMax; ++i) {
      const bool given = !options_.login_url.empty();
      if (!given) {
        auto answer = questions_.ask("Address of the organisation (https://YOUR-DOMAIN.my.salesforce.com)");
        if (!answer) return usage("there was no answer");
        values_.login_url = *std::move(answer);
      }
      const auto complaint = complaint_of_url();
      if (!complaint) return std::nullopt;
      const std::string text =
          complaint->message + (complaint->hint.empty() ? "" : " (" + complaint->hint + ")");
      if (given) return usage("--login-url: " + text);
      console_.err() << harmless(text) << "\n" << std::flush;
    }
    return usage("no address of an organisation was given");
  }

  std::optional<config::Complaint> complaint_of_url() {
    if (auto complaint = config::check_login_url(values_.login_url)) return complaint;
    const auto origin = config::parse_origin(values_.login_url);
    if (auto complaint = config::check_own_host(*origin)) return complaint;
    values_.test_endpoint = !origin->https;
    if (origin->https || config::is_loopback(origin->host)) return std::nullopt;
    return config::Complaint{"http would send the secret in the clear", "write https://"};
  }

  // Where the secret is, or puts it there when it is typed.
  std::optional<Error> keep_secret() {
    if (!options_.secret_file.empty()) {
      values_.secret_file = fs::absolute(options_.secret_file).lexically_normal().string();
      return std::nullopt;
    }
    const auto secret = questions_.ask_hidden("Consumer secret (not shown; kept in " +
                                              (folder_ / kSecretFile).string() + ", for you alone)");
    if (!secret || secret->empty()) return usage("without the consumer secret nobody can log in");
    values_.secret_file = kSecretFile;
    const fs::path file = folder_ / kSecretFile;
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    ::chmod(file.parent_path().c_str(), S_IRWXU);
    const auto written = write_new(file, *secret + "\n", S_IRUSR | S_IWUSR);
    if (!written) return written.error();
    wrote_secret_ = true;
    return std::nullopt;
  }

  config::Plugin plugin() const {
    config::Plugin plugin;
    plugin.name = "salesforce";
    plugin.login_url = values_.login_url;
    if (plugin.login_url.ends_with('/')) plugin.login_url.pop_back();
    plugin.test_endpoint = values_.test_endpoint;
    plugin.client_id = values_.client_id;
    plugin.client_secret.kind = config::SecretRef::Kind::kFile;
    plugin.client_secret.name = (fs::absolute(folder_) / values_.secret_file).lexically_normal().string();
    plugin.client_secret.place = {wrote_secret_ ? plugin.client_secret.name : "--secret-file", 0, 0};
    return plugin;
  }

  // A secret that was typed for nothing does not stay.
  ExitCode give_up(const Error& error) {
    std::error_code ignored;
    if (wrote_secret_) fs::remove(folder_ / kSecretFile, ignored);
    return console_.fail(error);
  }

  std::optional<Error> write(const config::Starter& starter) const {
    for (const config::StarterFile& file : starter.files) {
      const fs::path path = folder_ / file.name;
      std::error_code error;
      fs::create_directories(path.parent_path(), error);
      const auto written = write_new(path, file.text, S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
      if (!written) return written.error();
    }
    return std::nullopt;
  }

  ExitCode say(const config::Starter& starter) {
    const std::string config = (folder_ / kConfigFile).lexically_normal().string();
    const config::Loaded loaded = config::load(config);
    if (!loaded.config) {  // for instance a variable of the environment that fits nothing
      for (const config::Fault& fault : loaded.faults)
        console_.err() << harmless(config::format_fault(fault)) << '\n';
      return ExitCode::kConfig;
    }
    const std::vector<std::string> next = {"prospectd check --online -c " + shell_word(config),
                                           "prospectd run -c " + shell_word(config)};
    if (console_.json) {
      Json files = Json::array();
      for (const config::StarterFile& file : starter.files)
        files.push_back((folder_ / file.name).lexically_normal().string());
      Json objects = Json::array();
      for (const config::StarterObject& object : starter.objects)
        objects.push_back(
            {{"object", object.name}, {"mapped", object.mapped}, {"suggested", object.suggested}});
      console_.document({{"files", files}, {"objects", objects}, {"next", next}});
      return ExitCode::kOk;
    }
    console_.line("Wrote " + harmless(config) + " and its mappings:");
    for (const config::StarterObject& object : starter.objects) {
      console_.line("  " + pad_to(harmless(object.name), 10) +
                    counted(static_cast<int64_t>(object.mapped), "field") +
                    (object.suggested == 0
                         ? ""
                         : ", " + std::to_string(object.suggested) + " more as suggestions in comments"));
    }
    console_.line("Next:");
    for (const std::string& command : next)
      console_.line("  " + harmless(command));
    return ExitCode::kOk;
  }

  const InitOptions& options_;
  const Hooks& hooks_;
  Console& console_;
  Questions questions_;
  const fs::path folder_;
  config::StarterValues values_;
  bool wrote_secret_ = false;
};

}  // namespace

ExitCode verb_init(const InitOptions& options, const Hooks& hooks, Console& console) {
  return Init(options, hooks, console).run();
}

}  // namespace prospectd::cli
