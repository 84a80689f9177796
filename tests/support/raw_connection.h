// A connection to this machine that says what no proper client would. Blocking, with a bound on every wait;
// one thread.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace prospectd::test {

class RawConnection {
 public:
  /// Throws when nobody listens there.
  explicit RawConnection(uint16_t port) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    const timeval patience{kPatienceSeconds, 0};
    for (const int which : {SO_RCVTIMEO, SO_SNDTIMEO})
      ::setsockopt(socket_.native_handle(), SOL_SOCKET, which, &patience, sizeof patience);
  }

  /// Sends as much as the other side takes; false when it had closed before the end.
  bool send(std::string_view bytes) {
    size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t count =
          ::send(socket_.native_handle(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return false;
      sent += static_cast<size_t>(count);
    }
    return true;
  }

  /// What comes until the other side closes, or gives up on us; `*closed` is false when neither happened in
  /// good time.
  std::string read_all(bool* closed = nullptr) {
    std::string text;
    char piece[16 * 1024];
    ssize_t count = 0;
    while ((count = ::recv(socket_.native_handle(), piece, sizeof piece, 0)) > 0)
      text.append(piece, static_cast<size_t>(count));
    if (closed != nullptr) *closed = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    return text;
  }

 private:
  static constexpr int kPatienceSeconds = 60;  // only what hangs reaches it

  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_{io_};
};

/// The status in the first line of a raw answer; 0 when there is none.
inline int status_of_raw(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::atoi(answer.c_str() + 9) : 0;
}

}  // namespace prospectd::test
