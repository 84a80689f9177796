#include "base/secret.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace prospectd {
namespace {

constexpr size_t kSecretBytesMax = 64 * 1024;

void ensure_sodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) throw std::runtime_error("libsodium could not be initialised");
}

// Closes a descriptor at the end of the scope.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

Error bad_secret(const std::string& path, const std::string& why) {
  return make_error(ErrorCode::kConfigInvalid, "secret file " + path + ": " + why);
}

}  // namespace

Secret::Secret(std::string_view text) : size_(text.size()) {
  if (size_ == 0) return;
  ensure_sodium();
  data_ = static_cast<char*>(sodium_malloc(size_));
  if (data_ == nullptr) throw std::bad_alloc();
  std::memcpy(data_, text.data(), size_);
}

Secret::~Secret() {
  release();
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    release();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void Secret::release() {
  if (data_ != nullptr) sodium_free(data_);  // zeroes before it frees
  data_ = nullptr;
  size_ = 0;
}

bool Secret::equals(std::string_view candidate) const {
  return candidate.size() == size_ && size_ > 0 && sodium_memcmp(data_, candidate.data(), size_) == 0;
}

Result<Secret> read_secret_file(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
  if (file.fd < 0) return bad_secret(path, std::strerror(errno));
  struct stat info {};
  if (::fstat(file.fd, &info) != 0) return bad_secret(path, std::strerror(errno));
  if (!S_ISREG(info.st_mode)) return bad_secret(path, "not a regular file");
  if (info.st_uid != ::geteuid() && info.st_uid != 0) return bad_secret(path, "owned by another user");
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return bad_secret(path, "readable by others; run: chmod 600 " + path);
  }
  if (static_cast<size_t>(info.st_size) > kSecretBytesMax) return bad_secret(path, "larger than 64 KiB");
  std::vector<char> bytes(kSecretBytesMax);
  size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t n = ::read(file.fd, bytes.data() + size, bytes.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return bad_secret(path, std::strerror(errno));
    if (n == 0) break;
    size += static_cast<size_t>(n);
  }
  size_t length = size;
  if (length > 0 && bytes[length - 1] == '\n') --length;
  if (length > 0 && bytes[length - 1] == '\r') --length;
  if (length == 0) return bad_secret(path, "empty");
  Secret secret(std::string_view(bytes.data(), length));
  sodium_memzero(bytes.data(), bytes.size());
  return secret;
}

std::string random_hex(size_t bytes) {
  if (bytes == 0) return {};
  ensure_sodium();
  std::vector<unsigned char> raw(bytes);
  randombytes_buf(raw.data(), raw.size());
  std::string hex(bytes * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), raw.data(), raw.size());
  hex.pop_back();
  return hex;
}

}  // namespace prospectd
