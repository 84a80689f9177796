// The configuration as plain structs: what the file says, checked, with every default filled in. Made by
// loader.h; wire turns it into each module's options. Values, any thread. It holds no secret, only references
// to secrets.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/time.h"
#include "mapping/local_schema.h"
#include "mapping/spec.h"

namespace prospectd::config {

/// Where something stands in a file. Line and column count from 1, columns in characters; line 0 is the file
/// as a whole.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;

  bool operator==(const Place&) const = default;
};

/// Where a secret is kept: never the secret itself. secrets.h resolves it.
struct SecretRef {
  enum class Kind { kNone, kFile, kCredential };

  Kind kind = Kind::kNone;
  std::string name;  ///< kFile: absolute path; kCredential: file name in $CREDENTIALS_DIRECTORY
  Place place;
  std::string path;  ///< the key that holds it, for messages
};

struct Organization {
  std::string time_zone = "UTC";  ///< IANA name; in it days are counted
};

struct State {
  std::string directory;  ///< absolute

  std::string database_file() const { return directory + "/prospectd.db"; }
};

struct Api {
  std::string listen = "127.0.0.1:8440";
  std::string host = "127.0.0.1";  ///< of `listen`, without brackets; always a loopback address
  uint16_t port = 8440;            ///< of `listen`; 0 takes a free one
  std::string token_file;          ///< absolute; <state.directory>/api.token unless named
};

enum class LogFormat { kAuto, kTerminal, kJson };  ///< auto: terminal on a terminal, else JSON

struct Log {
  LogFormat format = LogFormat::kAuto;
  log::Level level = log::Level::kInfo;
};

enum class SameEmail { kPrevent, kSelectCrmId };  ///< SEMANTICS §2

struct Prospects {
  SameEmail same_email = SameEmail::kPrevent;
};

struct Users {
  bool create = true;  ///< SEMANTICS §13
  /// A user of the CRM, by id or address: the address of the user here that stands for them (§11).
  std::vector<std::pair<std::string, std::string>> map;
};

enum class OwnerFallback { kUnassigned, kKeep, kDefaultUser };  ///< SEMANTICS §11

struct Owners {
  OwnerFallback fallback = OwnerFallback::kUnassigned;
  std::string default_user;  ///< an email; set when, and only when, the fallback wants it
};

struct Poll {
  milliseconds interval = std::chrono::minutes(10);
  milliseconds overlap = std::chrono::minutes(10);
  int pages_per_commit = 10;
  bool start_jitter = true;
  int mass_change_percent = 20;  ///< SEMANTICS §11
  int mass_change_at_least = 50;
};

struct Push {
  milliseconds reread_after = milliseconds(0);
  int ordinary_percent = 80;
  int urgent_percent = 95;
};

/// The drift scan.
struct Verify {
  milliseconds every = std::chrono::hours(24);  ///< 0: off
  bool repair = true;
};

enum class LoginFlow { kClientCredentials, kJwtBearer, kRefreshToken };
/// As the configuration writes it: "jwt_bearer".
std::string_view name_of(LoginFlow flow);

/// How a plugin logs in, besides its client_id and client_secret.
struct Login {
  LoginFlow flow = LoginFlow::kClientCredentials;
  std::string username;     ///< jwt_bearer
  std::string audience;     ///< jwt_bearer; empty: by login_url
  SecretRef private_key;    ///< jwt_bearer
  SecretRef refresh_token;  ///< refresh_token: the one that the app was authorised with
};

/// One connection to a CRM, with its person types in order of precedence.
struct Plugin {
  std::string name;
  std::string kind = "salesforce";
  std::string login_url;  ///< scheme, host and port; no trailing slash
  std::string api_version = "v60.0";
  std::string client_id;
  SecretRef client_secret;  ///< kNone where the flow can do without
  Login login;
  bool test_endpoint = false;  ///< allows http, to a loopback host alone
  int page_size = 2000;
  Poll poll;
  Push push;
  Verify verify;
  std::optional<mapping::MappingSpec> accounts;  ///< none: accounts are not read
  std::vector<mapping::TypeSpec> types;
};

struct Config {
  int version = 1;
  std::string path;  ///< the file as it was named
  Organization organization;
  State state;
  Api api;
  Log log;
  Prospects prospects;
  Users users;
  Owners owners;
  std::vector<Plugin> plugins;
};

/// The local schema: the standard fields and every custom field that a mapping names.
mapping::LocalSchema local_schema_of(const Config& config);

}  // namespace prospectd::config
