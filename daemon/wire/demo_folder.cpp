#include "daemon/wire/demo_folder.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "daemon/wire/private_file.h"

namespace prospectd::wire {
namespace {

namespace fs = std::filesystem;

Result<std::string> new_temporary() {
  const char* place = std::getenv("TMPDIR");
  std::string name =
      std::string(place != nullptr && *place != '\0' ? place : "/tmp") + "/prospectd-demo-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    return make_error(ErrorCode::kConfigInvalid,
                      "can't make a temporary folder " + name + ": " + std::strerror(errno));
  }
  return name;
}

}  // namespace

Result<DemoFolder> DemoFolder::make(const std::string& named) {
  std::error_code ignored;
  if (named.empty()) {
    PD_ASSIGN(made, new_temporary());
    return DemoFolder(fs::absolute(made, ignored).string(), true);
  }
  std::string path = fs::absolute(named, ignored).lexically_normal().string();
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  DemoFolder folder(path, false);
  if (fs::exists(folder.path("state"), ignored)) {
    return make_error(ErrorCode::kInvalidInput,
                      path + " holds an earlier demo; name another folder, or remove that one");
  }
  PD_TRY(make_private_folder(path));
  return folder;
}

DemoFolder::DemoFolder(DemoFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), temporary_(other.temporary_) {}

DemoFolder::~DemoFolder() {
  std::error_code ignored;
  if (temporary_ && !path_.empty()) fs::remove_all(path_, ignored);
}

std::string DemoFolder::path(const std::string& name) const {
  return name.empty() ? path_ : path_ + "/" + name;
}

Result<void> DemoFolder::write_config(const config::DemoValues& values) const {
  PD_TRY(make_private_folder(path("state")));
  PD_TRY(make_private_folder(path("mappings")));
  for (const auto& [name, text] : config::example_mappings())
    PD_TRY(write_private_file(path("mappings/" + name), text));
  return write_private_file(config_file(), config::demo_config(values));
}

}  // namespace prospectd::wire
