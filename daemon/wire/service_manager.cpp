#include "daemon/wire/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/harmless.h"
#include "base/log.h"

namespace prospectd::wire {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::microseconds kWatchdogMax = std::chrono::hours{24};

std::string take_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string taken = value == nullptr ? "" : value;
  ::unsetenv(name);
  return taken;
}

std::optional<int64_t> number_of(const std::string& text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || stop != end) return std::nullopt;
  return number;
}

// "/run/systemd/notify", or "@name" for an abstract one, whose first byte is 0.
struct Address {
  sockaddr_un bytes{};
  socklen_t size = 0;  ///< 0: none that can be used
};

Address address_of(const std::string& text) {
  Address address;
  const bool known = text.starts_with('/') || text.starts_with('@');
  if (!known || text.size() < 2 || text.size() >= sizeof address.bytes.sun_path) return address;
  address.bytes.sun_family = AF_UNIX;
  std::memcpy(address.bytes.sun_path, text.data(), text.size());
  if (text.starts_with('@')) address.bytes.sun_path[0] = '\0';
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size());
  return address;
}

// The manager's clock for reloads is CLOCK_MONOTONIC, whatever a scheduler calls monotonic.
std::string monotonic_usec() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000);
}

class NotifiedManager final : public ServiceManager {
 public:
  NotifiedManager(Address address, std::optional<milliseconds> watchdog)
      : address_(address), watchdog_(watchdog) {
    if (address_.size > 0) socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  }
  ~NotifiedManager() override {
    if (socket_ >= 0) ::close(socket_);
  }
  NotifiedManager(const NotifiedManager&) = delete;
  NotifiedManager& operator=(const NotifiedManager&) = delete;

  std::optional<milliseconds> watchdog() const override { return watchdog_; }

  void ready() override { send("READY=1"); }
  void reloading() override { send("RELOADING=1\nMONOTONIC_USEC=" + monotonic_usec()); }
  void stopping() override { send("STOPPING=1"); }
  void alive() override {
    if (watchdog_) send("WATCHDOG=1");
  }
  void status(const std::string& text) override {
    if (text == last_status_) return;
    last_status_ = text;
    send("STATUS=" + harmless(text));
  }

 private:
  void send(const std::string& message) {
    if (socket_ < 0) return;
    const auto* to = reinterpret_cast<const sockaddr*>(&address_.bytes);
    if (::sendto(socket_, message.data(), message.size(), MSG_NOSIGNAL, to, address_.size) >= 0) return;
    if (std::exchange(told_, true)) return;
    log::warn("service_manager.silent", "the service manager could not be told something",
              {{"errno", std::strerror(errno)}});
  }

  const Address address_;
  const std::optional<milliseconds> watchdog_;
  int socket_ = -1;
  std::string last_status_;
  bool told_ = false;
};

// Meant for us, and a time that can be kept.
std::optional<milliseconds> watchdog_of(const std::string& usec, const std::string& pid) {
  const auto asked = number_of(usec);
  if (!asked || *asked <= 0 || *asked > kWatchdogMax.count()) return std::nullopt;
  if (!pid.empty() && number_of(pid) != ::getpid()) return std::nullopt;
  return std::chrono::duration_cast<milliseconds>(std::chrono::microseconds{*asked});
}

}  // namespace

std::unique_ptr<ServiceManager> take_service_manager() {
  const std::string socket = take_variable("NOTIFY_SOCKET");
  const std::string usec = take_variable("WATCHDOG_USEC");
  const std::string pid = take_variable("WATCHDOG_PID");
  const Address address = address_of(socket);
  if (!socket.empty() && address.size == 0) {
    log::warn("service_manager.unknown",
              "NOTIFY_SOCKET is neither a path nor an abstract address: nobody will be told of the start",
              {});
  }
  return std::make_unique<NotifiedManager>(address, watchdog_of(usec, pid));
}

}  // namespace prospectd::wire
