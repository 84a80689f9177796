#include "daemon/wire/refresh_token_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/fingerprint.h"
#include "daemon/wire/private_file.h"

namespace prospectd::wire {
namespace {

namespace fs = std::filesystem;
using salesforce::RefreshTokens;

constexpr std::string_view kTitle = "prospectd refresh token 1";

/// What the file holds: the title, the configured token's fingerprint, the token, the token's fingerprint;
/// a line each.
std::string content_of(std::string_view token, const std::string& root) {
  std::string text(kTitle);
  text += "\n" + root + "\n";
  text += token;
  return text + "\n" + fingerprint_of(token) + "\n";
}

std::string_view next_line(std::string_view& text) {
  const size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

struct Kept {
  std::string root;  ///< the fingerprint of the configured token that it grew from
  Secret token;
};

/// nullopt for anything that is not whole.
std::optional<Kept> parse_kept(const Secret& content) {
  std::string_view text = content.reveal();
  if (next_line(text) != kTitle) return std::nullopt;
  const std::string_view root = next_line(text);
  const std::string_view token = next_line(text);
  const std::string_view proof = next_line(text);
  if (root.empty() || token.empty() || proof != fingerprint_of(token)) return std::nullopt;
  return Kept{std::string(root), Secret(token)};
}

/// Nobody else has it while this lives.
class Lock {
 public:
  static Result<Lock> take(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
      return make_error(ErrorCode::kConfigInvalid,
                        "the lock " + path + " can't be opened: " + std::strerror(errno));
    }
    Lock lock(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return lock;
    return make_error(ErrorCode::kLocked,
                      "another prospectd is logging in with the same refresh token; it will be tried again");
  }
  Lock(Lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Lock& operator=(Lock&&) = delete;
  ~Lock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  explicit Lock(int fd) : fd_(fd) {}
  int fd_;
};

/// A file of root's in there would shut the daemon out of its own token.
Result<void> check_owner(const std::string& folder) {
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) {
    return make_error(ErrorCode::kConfigInvalid, "the state folder " + folder + ": " + std::strerror(errno));
  }
  if (info.st_uid == ::geteuid()) return {};
  return make_error(
      ErrorCode::kConfigInvalid,
      "the state folder " + folder +
          " belongs to another user, and a refresh token may have to be kept in it: run this as "
          "that user (sudo -u USER)");
}

class RefreshTokenFile final : public RefreshTokens {
 public:
  explicit RefreshTokenFile(RefreshTokenFileOptions options)
      : options_(std::move(options)),
        path_(refresh_token_path(options_.folder, options_.connection)),
        root_(fingerprint_of(options_.configured.reveal())) {}

  Result<std::unique_ptr<Turn>> take() override;

 private:
  class FileTurn final : public Turn {
   public:
    FileTurn(RefreshTokenFile& file, Lock lock, Secret token)
        : file_(file), lock_(std::move(lock)), token_(std::move(token)) {}
    const Secret& token() const override { return token_; }
    Result<void> replace(const Secret& fresh) override {
      token_ = fresh.clone();
      return file_.keep(token_);
    }

   private:
    RefreshTokenFile& file_;
    Lock lock_;
    Secret token_;
  };

  std::string fresh_path() const { return path_ + ".new"; }
  bool go_on(KeepStep step) const { return !options_.after || options_.after(step); }
  Result<Secret> current();
  Result<std::optional<Kept>> read(const std::string& path) const;
  Result<void> keep(const Secret& token);

  RefreshTokenFileOptions options_;
  std::string path_;
  std::string root_;
  std::optional<Secret> unkept_;  ///< given by the CRM, and not on disk yet
};

Result<std::unique_ptr<RefreshTokens::Turn>> RefreshTokenFile::take() {
  PD_TRY(make_private_folder(options_.folder));
  PD_TRY(check_owner(options_.folder));
  PD_ASSIGN(lock, Lock::take(path_ + ".lock"));
  if (unkept_) {
    const Secret token = unkept_->clone();
    PD_TRY(keep(token));
  }
  PD_ASSIGN(token, current());
  return std::unique_ptr<Turn>(std::make_unique<FileTurn>(*this, std::move(lock), std::move(token)));
}

/// None where there is no such file, or it was never finished.
Result<std::optional<Kept>> RefreshTokenFile::read(const std::string& path) const {
  std::error_code ignored;
  if (!fs::exists(path, ignored) || fs::file_size(path, ignored) == 0) return std::optional<Kept>();
  PD_ASSIGN(content, read_secret_file(path));
  return parse_kept(content);
}

Result<Secret> RefreshTokenFile::current() {
  // Beside the kept one lies a newer one when a crash came between its last byte and its name.
  PD_ASSIGN(fresh, read(fresh_path()));
  if (fresh && fresh->root == root_) {
    PD_TRY(keep(fresh->token));
    return std::move(fresh->token);
  }
  PD_ASSIGN(kept, read(path_));
  if (kept && kept->root == root_) return std::move(kept->token);
  return options_.configured.clone();
}

Result<void> RefreshTokenFile::keep(const Secret& token) {
  const auto stopped = [] { return make_error(ErrorCode::kCancelled, "stopped while a token was kept"); };
  unkept_ = token.clone();
  if (!go_on(KeepStep::kBegun)) return stopped();
  std::string content = content_of(token.reveal(), root_);
  Result<void> done = write_durably(fresh_path(), content);
  ::explicit_bzero(content.data(), content.size());
  if (done && !go_on(KeepStep::kWritten)) return stopped();
  if (done) done = rename_durably(fresh_path(), path_);
  if (!done) {
    return make_error(ErrorCode::kDiskFull,
                      "the CRM has given a new refresh token, and it can't be kept (" + done.error().message +
                          "): it is held in memory, so don't stop prospectd; make room in the state folder, "
                          "and it goes on by itself");
  }
  unkept_.reset();
  if (!go_on(KeepStep::kRenamed)) return stopped();
  return {};
}

}  // namespace

std::string refresh_token_path(const std::string& folder, const std::string& connection) {
  return folder + "/" + connection + ".refresh_token";
}

std::shared_ptr<RefreshTokens> make_refresh_token_file(RefreshTokenFileOptions options) {
  return std::make_shared<RefreshTokenFile>(std::move(options));
}

std::shared_ptr<RefreshTokens> RefreshTokenFiles::of(RefreshTokenFileOptions options) {
  One& one = files_[refresh_token_path(options.folder, options.connection)];
  std::string root = fingerprint_of(options.configured.reveal());
  if (one.tokens == nullptr || one.root != root)
    one = {std::move(root), make_refresh_token_file(std::move(options))};
  return one.tokens;
}

}  // namespace prospectd::wire
