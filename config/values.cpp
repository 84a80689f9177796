#include "config/values.h"

#include <arpa/inet.h>
#include <date/tz.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/text.h"
#include "mapping/email_key.h"

namespace prospectd::config {
namespace {

constexpr int64_t kDurationDaysMax = 10'000;
constexpr size_t kNameLengthMax = 80;
constexpr int kApiVersionMin = 45;
constexpr int kApiVersionMax = 99;

struct Unit {
  std::string_view name;
  milliseconds length;
};
constexpr Unit kUnits[] = {{"ms", milliseconds(1)},
                           {"s", std::chrono::seconds(1)},
                           {"m", std::chrono::minutes(1)},
                           {"h", std::chrono::hours(1)},
                           {"d", std::chrono::hours(24)}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::optional<int64_t> parse_number(std::string_view text) {
  int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || !is_digit(text.front()))
    return std::nullopt;
  return n;
}

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '.' || c == '-';
  });
}

bool is_ipv6(std::string_view host) {
  in6_addr address{};
  return ::inet_pton(AF_INET6, std::string(host).c_str(), &address) == 1;
}

// Host and optional port of "host", "host:port" or "[v6]:port"; the port is -1 where there is none.
std::optional<std::pair<std::string, int>> split_host(std::string_view text) {
  std::string_view host;
  std::string_view rest;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1))) return std::nullopt;
    host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const size_t colon = std::min(text.find(':'), text.size());
    host = text.substr(0, colon);
    rest = text.substr(colon);
    if (!is_host_name(host)) return std::nullopt;
  }
  if (rest.empty()) return std::pair{std::string(host), -1};
  if (rest.size() < 2 || rest.front() != ':') return std::nullopt;
  const auto port = parse_number(rest.substr(1));
  if (!port || *port > 65'535) return std::nullopt;
  return std::pair{std::string(host), static_cast<int>(*port)};
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  const auto digits_end = std::find_if_not(text.begin(), text.end(), is_digit);
  const auto digits = static_cast<size_t>(digits_end - text.begin());
  if (digits == 0) return std::nullopt;
  const auto n = parse_number(text.substr(0, digits));
  if (!n) return std::nullopt;
  const milliseconds most = std::chrono::hours(24 * kDurationDaysMax);
  for (const Unit& unit : kUnits) {
    if (text.substr(digits) != unit.name) continue;
    if (*n > most / unit.length) return std::nullopt;
    return *n * unit.length;
  }
  return std::nullopt;
}

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  const auto parts = split_host(text);
  if (!parts || parts->second < 0) return std::nullopt;
  return Endpoint{parts->first, static_cast<uint16_t>(parts->second)};
}

std::optional<Origin> parse_origin(std::string_view text) {
  Origin origin;
  if (starts_with_ignore_case_ascii(text, "https://")) {
    origin.https = true;
    text.remove_prefix(8);
  } else if (starts_with_ignore_case_ascii(text, "http://")) {
    text.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  if (text.ends_with('/')) text.remove_suffix(1);
  const auto parts = split_host(text);
  if (!parts || parts->second == 0) return std::nullopt;
  origin.host = to_lower_ascii(parts->first);
  return origin;
}

bool is_loopback(std::string_view host) {
  if (equals_ignore_case_ascii(host, "localhost")) return true;
  const std::string text(host);
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&v6);
}

std::optional<Complaint> check_listen(std::string_view value) {
  const auto endpoint = parse_endpoint(value);
  if (!endpoint) return Complaint{"not an address and port", "write it like 127.0.0.1:8440"};
  if (is_loopback(endpoint->host)) return std::nullopt;
  return Complaint{
      "not an address of this machine alone; without TLS the control API listens on loopback only",
      "write 127.0.0.1:" + std::to_string(endpoint->port)};
}

std::optional<Complaint> check_login_url(std::string_view value) {
  const auto origin = parse_origin(value);
  if (!origin) {
    return Complaint{"not a URL of scheme and host alone", "write it like https://acme.my.salesforce.com"};
  }
  return std::nullopt;
}

std::optional<Complaint> check_audience(std::string_view value) {
  constexpr size_t kAddressMax = 255;
  const std::string_view rest = value.substr(std::min(value.find("://"), value.size()));
  const bool schemed = value.starts_with("https://") || value.starts_with("http://");
  const bool visible = std::all_of(value.begin(), value.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (schemed && visible && rest.size() > 3 && value.size() <= kAddressMax) return std::nullopt;
  return Complaint{"not a web address",
                   "write https://login.salesforce.com, https://test.salesforce.com, or leave it out"};
}

std::optional<Complaint> check_own_host(const Origin& login) {
  if (login.host != "login.salesforce.com" && login.host != "test.salesforce.com") return std::nullopt;
  return Complaint{"the shared login host doesn't take client credentials",
                   "use the organisation's own host: https://YOUR-DOMAIN.my.salesforce.com"};
}

std::optional<Complaint> check_api_version(std::string_view value) {
  const bool shaped = value.size() == 5 && value[0] == 'v' && is_digit(value[1]) && is_digit(value[2]) &&
                      value.substr(3) == ".0";
  if (!shaped) return Complaint{"not a version of the CRM's API", "write it like v60.0"};
  const int64_t n = *parse_number(value.substr(1, 2));
  if (n >= kApiVersionMin && n <= kApiVersionMax) return std::nullopt;
  return Complaint{"a version that is no longer served", "use v60.0"};
}

std::optional<Complaint> check_api_name(std::string_view value) {
  const bool good =
      !value.empty() && value.size() <= kNameLengthMax && is_letter(value.front()) &&
      std::all_of(value.begin(), value.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
  if (good) return std::nullopt;
  return Complaint{"not an API name of the CRM (letters, digits and '_')", ""};
}

std::optional<Complaint> check_plugin_name(std::string_view value) {
  const bool good = !value.empty() && value.size() <= kNameLengthMax &&
                    std::all_of(value.begin(), value.end(),
                                [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; });
  if (good) return std::nullopt;
  return Complaint{"a connection's name has letters, digits, '-' and '_' only", ""};
}

std::optional<Complaint> check_email(std::string_view value) {
  if (mapping::email_key(value)) return std::nullopt;
  return Complaint{"not an email address", ""};
}

std::optional<Complaint> check_time_zone(std::string_view value) {
  if (value == "UTC") return std::nullopt;  // needs no time zone database
  try {
    std::vector<std::string> names;
    for (const auto& zone : date::get_tzdb().zones) {
      if (zone.name() == value) return std::nullopt;
      names.emplace_back(zone.name());
    }
    const auto meant = did_you_mean(value, names);
    return Complaint{"not a time zone",
                     meant ? "did you mean " + *meant + "?" : "write it like America/New_York"};
  } catch (const std::exception&) {
    return Complaint{"this machine has no time zone database", "install the package tzdata, or use UTC"};
  }
}

}  // namespace prospectd::config
