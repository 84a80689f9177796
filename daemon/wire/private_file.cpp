#include "daemon/wire/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace prospectd::wire {
namespace {

constexpr mode_t kOwnerAlone = 0600;
constexpr mode_t kOwnersFolder = 0700;

Error file_error(const std::string& path, const char* what) {
  return make_error(ErrorCode::kConfigInvalid, std::string(what) + " " + path + ": " + std::strerror(errno));
}

}  // namespace

Result<void> write_private_file(const std::string& path, const std::string& content) {
  const std::string fresh = path + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kOwnerAlone);
  if (fd < 0) return file_error(fresh, "can't write");
  const ssize_t written = ::write(fd, content.data(), content.size());
  const bool whole = written == static_cast<ssize_t>(content.size());
  if (::close(fd) != 0 || !whole) return file_error(fresh, "can't write");
  if (::rename(fresh.c_str(), path.c_str()) != 0) return file_error(path, "can't write");
  return {};
}

Result<Secret> secret_of_file(const std::string& path, size_t bytes) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) PD_TRY(write_private_file(path, random_hex(bytes) + "\n"));
  return read_secret_file(path);
}

Result<void> make_private_folder(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return {};
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (::mkdir(path.c_str(), kOwnersFolder) != 0) return file_error(path, "can't make the folder");
  return {};
}

}  // namespace prospectd::wire
