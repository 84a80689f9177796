#include "config/secrets.h"

#include <cstdlib>

namespace prospectd::config {
namespace {

Result<std::string> file_of(const SecretRef& ref) {
  switch (ref.kind) {
    case SecretRef::Kind::kFile:
      return ref.name;
    case SecretRef::Kind::kCredential: {
      const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
      if (folder != nullptr && *folder != '\0') return std::string(folder) + "/" + ref.name;
      return make_error(ErrorCode::kConfigInvalid,
                        "credential " + ref.name +
                            ": $CREDENTIALS_DIRECTORY is not set; start the daemon with systemd's "
                            "LoadCredential=, or use ${file:…}");
    }
    case SecretRef::Kind::kNone:
      break;
  }
  return make_error(ErrorCode::kConfigInvalid, "no secret is configured");
}

Result<Secret> read(const SecretRef& ref) {
  PD_ASSIGN(file, file_of(ref));
  return read_secret_file(file);
}

}  // namespace

Result<Secret> resolve(const SecretRef& ref) {
  Result<Secret> secret = read(ref);
  if (secret) return secret;
  return std::move(secret).error().within(ref.path).within(format_place(ref.place));
}

std::vector<Fault> check_secrets(const Config& config) {
  std::vector<Fault> faults;
  for (const Plugin& plugin : config.plugins) {
    for (const SecretRef* ref :
         {&plugin.client_secret, &plugin.login.private_key, &plugin.login.refresh_token}) {
      if (ref->kind == SecretRef::Kind::kNone) continue;
      const Result<Secret> secret = read(*ref);
      if (!secret)
        faults.push_back(Fault{Severity::kError, ref->place, ref->path, secret.error().message, ""});
    }
  }
  return faults;
}

}  // namespace prospectd::config
