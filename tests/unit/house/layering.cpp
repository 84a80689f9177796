#include "tests/unit/house/layering.h"

#include <algorithm>
#include <iterator>

namespace prospectd::house {
namespace {

using Names = std::vector<std::string_view>;

struct ModuleRow {
  std::string_view name;  ///< a folder, or a file that stands by itself
  Names includes;         ///< directly; what these may include comes along
};

const std::vector<ModuleRow>& module_table() {
  static const std::vector<ModuleRow> table = {
      {"base", {}},
      {"mapping", {"base"}},
      {"reconcile", {"mapping"}},
      {"reconcile/store", {"reconcile"}},
      {"config", {"mapping"}},
      {"connectors", {"mapping"}},  // connector.h and page.h: one CRM behind one interface
      {"connectors/http", {"base"}},
      {"connectors/salesforce_wire", {"base"}},
      {"connectors/salesforce", {"connectors", "connectors/http", "connectors/salesforce_wire", "mapping"}},
      {"connectors/sandbox", {"connectors/http", "connectors/salesforce_wire", "mapping"}},
      {"daemon/engine", {"reconcile/store", "connectors", "connectors/http"}},
      {"daemon/service", {"daemon/engine"}},
      {"daemon/metrics", {"daemon/service", "config"}},
      {"daemon/api", {"daemon/service", "daemon/metrics", "config", "connectors/http"}},
      {"daemon/exit_code.h", {"base"}},  // what every command ends with
      {"daemon/cli", {"config", "daemon/exit_code.h"}},
      {"daemon/wire",
       {"daemon/engine", "daemon/service", "daemon/metrics", "daemon/api", "daemon/cli", "config",
        "connectors/salesforce", "connectors/sandbox"}},
      {"daemon", {"daemon/wire", "daemon/cli"}},  // main.cpp
  };
  return table;
}

const ModuleRow* find_module(std::string_view name) {
  const auto& table = module_table();
  const auto row = std::find_if(table.begin(), table.end(), [&](const auto& r) { return r.name == name; });
  return row == table.end() ? nullptr : &*row;
}

void collect(std::string_view name, std::set<std::string>& into) {
  const ModuleRow* row = find_module(name);
  if (row == nullptr || !into.insert(std::string(name)).second) return;
  for (const std::string_view dep : row->includes)
    collect(dep, into);
}

/// A library, the modules it may show up in, and whether in their headers too. The first row that fits an
/// include decides.
struct LibraryRow {
  Names headers;  ///< what the include starts with
  Names modules;
  bool in_headers;
  std::string_view why;
  Names header_files = {};  ///< headers inside a module that hold it for several of its .cpp files
};

const std::vector<LibraryRow>& library_table() {
  static const std::vector<LibraryRow> table = {
      {{"boost/asio/awaitable.hpp", "boost/asio/io_context.hpp"},
       {"connectors", "connectors/http", "connectors/salesforce", "connectors/sandbox", "daemon/engine",
        "daemon/service", "daemon/metrics", "daemon/api", "daemon/wire"},
       true,
       "coroutines end where the core, the store and the command line begin"},
      {{"boost/asio"},
       {"connectors/http", "connectors/salesforce", "connectors/sandbox", "daemon/engine", "daemon/service",
        "daemon/api", "daemon/wire"},
       false,
       "Asio is expensive to read and belongs to the loop",
       {"connectors/http/peer_watch.h", "connectors/http/session.h", "connectors/http/target_policy.h",
        "daemon/engine/signal.h"}},
      {{"boost/beast"}, {"connectors/http"}, false, "one HTTP server serves all"},
      {{"boost/"}, {}, false, "no other part of Boost is used"},
      {{"curl/"}, {"connectors/http"}, false, "all traffic passes the transport"},
      {{"zlib.h"},
       {"connectors/http", "connectors/sandbox"},
       false,
       "compression is the transport's, and that of zips"},
      {{"simdjson"},
       {"connectors/salesforce", "connectors/sandbox"},
       false,
       "it decodes what comes from outside"},
      {{"nlohmann/json_fwd.hpp"},
       {"connectors/sandbox", "reconcile/store", "daemon/service", "daemon/api", "daemon/cli", "daemon/wire"},
       true,
       "JSON is written at the edges"},
      {{"nlohmann/"},
       {"connectors/sandbox", "reconcile/store", "daemon/service", "daemon/api", "daemon/cli", "daemon/wire"},
       false,
       "a second of compile time a file"},
      {{"yaml-cpp/"}, {"config"}, false, "only config reads YAML"},
      {{"spdlog/", "fmt/"}, {"base"}, false, "logging goes through base/log.h"},
      {{"sqlite3.h"}, {"reconcile/store"}, false, "only the store knows its database"},
      {{"sodium.h"},
       {"base", "reconcile/store", "connectors/sandbox", "daemon/api"},
       false,
       "secrets and keyed hashes only"},
      {{"openssl/"},
       {"connectors/salesforce", "connectors/sandbox"},
       false,
       "signatures of logins, made and checked"},
      {{"idn2.h"}, {"mapping"}, false, "only keys of addresses need it"},
      {{"utf8proc.h"},
       {"mapping", "connectors/sandbox"},
       false,
       "letter case of all scripts, as the CRM folds it"},
      {{"cpprest/", "pplx/"},
       {"daemon/api", "daemon/cli"},
       false,
       "vocabulary of the handlers and client of the command line, nothing else (docs/decisions/0001)"},
      {{"prometheus/"}, {"daemon/metrics"}, false, "its text format, and nothing that listens"},
      {{"CLI/"}, {"daemon/cli"}, false, "2.4 s of compile time a file"},
      {{"date/"},
       {"config", "connectors/sandbox"},
       false,
       "time zones are named in the config, and by the users of the sandbox's org"},
      {{"gtest/", "gmock/", "rapidcheck"}, {}, false, "tests only"},
  };
  return table;
}

/// Headers of the language and the system that a module has no business with.
struct SystemRow {
  Names modules;
  Names headers;
  std::string_view why;
};

const Names kPure = {"mapping", "reconcile"};

const std::vector<SystemRow>& system_table() {
  static const std::vector<SystemRow> table = {
      {kPure,
       {"random", "thread", "mutex", "shared_mutex", "condition_variable", "future", "fstream", "iostream",
        "filesystem", "ctime", "unistd.h", "fcntl.h", "sys/", "netinet/", "arpa/", "signal.h"},
       "the core is pure: no I/O, no clock, no chance, no threads"},
      {{"connectors/salesforce_wire"},
       {"random", "thread", "fstream", "iostream", "filesystem", "coroutine", "ranges", "unistd.h", "sys/"},
       "the wire's formats are pure and are fuzzed"},
      {{"connectors/salesforce", "connectors"},
       {"thread", "fstream", "filesystem", "random", "unistd.h", "fcntl.h", "sys/"},
       "a connector moves bytes over the transport and nothing else"},
  };
  return table;
}

/// Words that must not stand in a module's code.
struct WordRow {
  Names modules;
  Names words;
  std::string_view why;
  Names except = {};  ///< files that are the one place for it
};

const std::vector<WordRow>& word_table() {
  static const std::vector<WordRow> table = {
      {{"base", "mapping", "reconcile", "reconcile/store", "connectors/salesforce_wire", "connectors",
        "connectors/salesforce", "daemon/engine"},
       {"system_clock::now", "steady_clock::now", "high_resolution_clock", "clock_gettime", "gettimeofday",
        "std::time"},
       "time is given, it is not read: the scheduler is the one clock",
       {"daemon/engine/scheduler.cpp"}},
      {{"mapping", "reconcile", "reconcile/store", "connectors/salesforce_wire", "connectors",
        "connectors/salesforce", "daemon/engine"},
       {"random_device", "mt19937", "mt19937_64", "std::rand", "srand"},
       "chance comes from the scheduler, so that a seed replays it",
       {"daemon/engine/scheduler.cpp"}},
      {{"connectors", "connectors/salesforce", "daemon/engine", "daemon/service"},
       {"steady_timer", "system_timer", "deadline_timer", "sleep_for", "sleep_until", "usleep", "nanosleep"},
       "waiting goes through the scheduler, where a simulation can see it",
       // Two timers that never run out: one coroutine wakes another by cancelling them.
       {"daemon/engine/scheduler.cpp", "daemon/engine/signal.h", "connectors/salesforce/session.cpp"}},
      {{"base", "mapping", "reconcile", "reconcile/store", "config", "connectors/salesforce_wire"},
       {"co_await", "co_return", "co_yield"},
       "coroutines belong to the loop",
       {"base/result.h"}},  // its macros for those who have them
      {kPure, {"getenv", "printf", "fprintf", "puts", "fopen", "stdout", "stderr"}, "the core is pure"},
  };
  return table;
}

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A name that ends in '/' or stands for a family fits as a prefix, a whole header name exactly.
bool fits(const Names& headers, std::string_view include, bool prefixes) {
  return std::any_of(headers.begin(), headers.end(), [&](std::string_view h) {
    return include == h || ((prefixes || h.ends_with('/')) && include.starts_with(h));
  });
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

void check_library(const SourceFile& file, const Include& include, std::vector<Violation>& out) {
  const auto& table = library_table();
  const auto row = std::find_if(table.begin(), table.end(),
                                [&](const LibraryRow& r) { return fits(r.headers, include.target, true); });
  if (row == table.end()) return;
  const std::string module = module_of(file.path);
  if (!contains(row->modules, module)) {
    out.push_back({file.path, include.line,
                   module + " must not include <" + include.target + ">: " + std::string(row->why)});
  } else if (file.is_header() && !row->in_headers && !contains(row->header_files, file.path)) {
    out.push_back(
        {file.path, include.line, "<" + include.target + "> stays in .cpp files: " + std::string(row->why)});
  }
}

void check_system(const SourceFile& file, const Include& include, std::vector<Violation>& out) {
  const std::string module = module_of(file.path);
  for (const SystemRow& row : system_table()) {
    if (contains(row.modules, module) && fits(row.headers, include.target, false)) {
      out.push_back({file.path, include.line,
                     module + " must not include <" + include.target + ">: " + std::string(row.why)});
    }
  }
}

}  // namespace

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> found;
  constexpr std::string_view kWord = "include";
  for (size_t hash = file.code.find('#'); hash != std::string::npos; hash = file.code.find('#', hash + 1)) {
    size_t at = file.code.find_first_not_of(" \t", hash + 1);
    if (at == std::string::npos || file.code.compare(at, kWord.size(), kWord) != 0) continue;
    at = file.text.find_first_not_of(" \t", at + kWord.size());
    if (at == std::string::npos || (file.text[at] != '"' && file.text[at] != '<')) continue;
    const bool is_quoted = file.text[at] == '"';
    const size_t end = file.text.find(is_quoted ? '"' : '>', at + 1);
    if (end == std::string::npos) continue;
    found.push_back({line_at(file.text, hash), is_quoted, file.text.substr(at + 1, end - at - 1)});
  }
  return found;
}

std::string module_of(std::string_view path) {
  if (path.starts_with("tests/")) return "tests";
  if (find_module(path) != nullptr) return std::string(path);
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash));
}

std::set<std::string> may_include(std::string_view module) {
  std::set<std::string> allowed;
  collect(module, allowed);
  return allowed;
}

std::vector<std::string> modules() {
  std::vector<std::string> names;
  for (const ModuleRow& row : module_table())
    names.emplace_back(row.name);
  return names;
}

std::vector<Violation> check_own_includes(const std::vector<SourceFile>& tree) {
  std::vector<Violation> out;
  std::set<std::string> paths;
  for (const SourceFile& file : tree)
    paths.insert(file.path);
  for (const SourceFile& file : tree) {
    if (!file.is_cpp()) continue;
    const std::string from = module_of(file.path);
    if (from != "tests" && find_module(from) == nullptr) {
      out.push_back({file.path, 1, "the folder " + in_quotes(from) + " is no module of the table"});
      continue;
    }
    const std::set<std::string> allowed = may_include(from);
    for (const Include& include : includes_of(file)) {
      if (!include.quoted) continue;
      const std::string to = module_of(include.target);
      if (paths.count(include.target) == 0) {
        out.push_back(
            {file.path, include.line,
             in_quotes(include.target) + " is no file of the tree; name it from the project's root"});
      } else if (from != "tests" && allowed.count(to) == 0) {
        out.push_back({file.path, include.line, from + " must not include " + in_quotes(include.target)});
      }
    }
  }
  return out;
}

std::vector<Violation> check_library_includes(const std::vector<SourceFile>& tree) {
  std::vector<Violation> out;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp() || file.is_test()) continue;
    for (const Include& include : includes_of(file)) {
      if (include.quoted) continue;
      check_library(file, include, out);
      check_system(file, include, out);
    }
  }
  return out;
}

std::vector<Violation> check_forbidden_words(const std::vector<SourceFile>& tree) {
  std::vector<Violation> out;
  for (const SourceFile& file : tree) {
    if (!file.is_cpp()) continue;
    const std::string module = module_of(file.path);
    for (const WordRow& row : word_table()) {
      if (!contains(row.modules, module) || contains(row.except, file.path)) continue;
      for (const std::string_view word : row.words) {
        for (const size_t at : find_words(file.code, word)) {
          out.push_back({file.path, line_at(file.code, at),
                         module + " must not use " + std::string(word) + ": " + std::string(row.why)});
        }
      }
    }
  }
  return out;
}

}  // namespace prospectd::house
