// Which addresses a request may connect to. Checked on the resolved address, right before a connection is
// made and again before a kept one is used, so that a name that points inwards is refused like the address
// itself. Pure, any thread.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace prospectd::http {

enum class Reach {
  kPublic,          ///< public addresses only
  kPublicAndLocal,  ///< public addresses and this machine's loopback: https to a test endpoint
  kLocal,           ///< loopback only: http to a test endpoint
};

/// True when `address` lies within `reach`. Private, link-local, shared, multicast and reserved ranges never
/// do; an IPv6 address that carries an IPv4 one (NAT64, 6to4) is judged by that one, and mapped ones are
/// refused.
bool may_connect(const boost::asio::ip::address& address, Reach reach);

}  // namespace prospectd::http
