#include "connectors/http/target_policy.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace prospectd::http {
namespace {

namespace ip = boost::asio::ip;
using V6Bytes = ip::address_v6::bytes_type;

struct Range4 {
  uint32_t base;
  int bits;
};

/// IANA's special-purpose IPv4 ranges that no CRM lives in; loopback is judged apart.
constexpr std::array<Range4, 15> kRefused4 = {{
    {0x00000000, 8},   // 0/8, this network
    {0x0a000000, 8},   // 10/8
    {0x64400000, 10},  // 100.64/10, carrier NAT
    {0xa9fe0000, 16},  // 169.254/16, link-local and cloud metadata
    {0xac100000, 12},  // 172.16/12
    {0xc0000000, 24},  // 192.0.0/24, protocol assignments
    {0xc0000200, 24},  // 192.0.2/24, documentation
    {0xc0586300, 24},  // 192.88.99/24, 6to4 relays
    {0xc0a80000, 16},  // 192.168/16
    {0xc6120000, 15},  // 198.18/15, benchmarks
    {0xc6336400, 24},  // 198.51.100/24, documentation
    {0xcb007100, 24},  // 203.0.113/24, documentation
    {0xe0000000, 4},   // 224/4, multicast
    {0xf0000000, 4},   // 240/4, reserved, and broadcast
    {0x7f000000, 8},   // 127/8: as public, never
}};

struct Range6 {
  std::array<uint8_t, 8> base;  // no range here is longer than 64 bits
  int bits;
};

constexpr std::array<Range6, 9> kRefused6 = {{
    {{0x00, 0x00}, 64},                          // ::/64: unspecified, loopback, IPv4-compatible and -mapped
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48},  // 64:ff9b:1::/48, local NAT64
    {{0x01, 0x00}, 64},                          // 100::/64, discard
    {{0x20, 0x01, 0x00, 0x00}, 23},              // 2001::/23: Teredo, benchmarks and other protocols
    {{0x20, 0x01, 0x0d, 0xb8}, 32},              // 2001:db8::/32, documentation
    {{0xfc}, 7},                                 // fc00::/7, unique local
    {{0xfe, 0x80}, 10},                          // fe80::/10, link-local
    {{0xfe, 0xc0}, 10},                          // fec0::/10, the old site-local
    {{0xff}, 8},                                 // ff00::/8, multicast
}};

bool within(uint32_t address, Range4 range) {
  return ((address ^ range.base) >> (32 - range.bits)) == 0;
}

bool within(const V6Bytes& address, const Range6& range) {
  for (int bit = 0; bit < range.bits; bit += 8) {
    const int left = std::min(range.bits - bit, 8);
    const auto difference = static_cast<uint8_t>(address[static_cast<size_t>(bit / 8)] ^
                                                 range.base[static_cast<size_t>(bit / 8)]);
    if ((difference >> (8 - left)) != 0) return false;
  }
  return true;
}

bool is_public4(uint32_t address) {
  return std::none_of(kRefused4.begin(), kRefused4.end(),
                      [address](Range4 range) { return within(address, range); });
}

uint32_t word_at(const V6Bytes& bytes, size_t at) {
  return (uint32_t{bytes[at]} << 24) | (uint32_t{bytes[at + 1]} << 16) | (uint32_t{bytes[at + 2]} << 8) |
         uint32_t{bytes[at + 3]};
}

bool is_public6(const V6Bytes& bytes) {
  const bool refused = std::any_of(kRefused6.begin(), kRefused6.end(),
                                   [&bytes](const Range6& range) { return within(bytes, range); });
  if (refused) return false;
  constexpr uint32_t kNat64Prefix = 0x0064ff9b;
  constexpr uint32_t k6To4Prefix = 0x2002;
  if (word_at(bytes, 0) == kNat64Prefix) return is_public4(word_at(bytes, 12));
  if (word_at(bytes, 0) >> 16 == k6To4Prefix) return is_public4(word_at(bytes, 2));
  return true;
}

}  // namespace

bool may_connect(const ip::address& address, Reach reach) {
  if (address.is_loopback()) return reach != Reach::kPublic;
  if (reach == Reach::kLocal) return false;
  return address.is_v4() ? is_public4(address.to_v4().to_uint()) : is_public6(address.to_v6().to_bytes());
}

}  // namespace prospectd::http
