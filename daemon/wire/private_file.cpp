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

Result<void> write_private_file(const std::string& path, std::string_view content) {
  const std::string fresh = path + ".new";
  PD_TRY(write_durably(fresh, content));
  return rename_durably(fresh, path);
}

Result<void> write_durably(const std::string& path, std::string_view content) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kOwnerAlone);
  if (fd < 0) return file_error(path, "can't write");
  const ssize_t written = ::write(fd, content.data(), content.size());
  const bool whole = written == static_cast<ssize_t>(content.size()) && ::fsync(fd) == 0;
  if (::close(fd) != 0 || !whole) return file_error(path, "can't write");
  return {};
}

Result<void> rename_durably(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return file_error(to, "can't write");
  const std::string folder = std::filesystem::path(to).parent_path().string();
  const int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool safe = fd >= 0 && ::fsync(fd) == 0;
  const int reason = errno;
  if (fd >= 0) ::close(fd);
  errno = reason;
  return safe ? Result<void>() : file_error(folder, "can't write");
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
