// The small languages of single settings: durations, addresses, URLs, names. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace prospectd::config {

/// What is wrong with a value, and what to write instead; neither quotes the value.
struct Complaint {
  std::string message;
  std::string hint;
};
using ValueCheck = std::optional<Complaint> (*)(std::string_view);

/// "500ms", "2s", "10m", "1h", "7d": digits and a unit; nullopt for anything else, or over 10,000 days.
std::optional<milliseconds> parse_duration(std::string_view text);

struct Endpoint {
  std::string host;  ///< without brackets
  uint16_t port = 0;
};
/// "127.0.0.1:8440", "[::1]:8440", "localhost:8440".
std::optional<Endpoint> parse_endpoint(std::string_view text);

struct Origin {
  bool https = false;
  std::string host;  ///< without brackets
};
/// A URL of scheme, host and perhaps a port: no user, path, query or fragment (one '/' at the end is let
/// pass).
std::optional<Origin> parse_origin(std::string_view text);

/// True for localhost, 127.0.0.0/8 and ::1, and nothing that merely looks like them.
bool is_loopback(std::string_view host);

/// Checks for single settings; nullopt when the value is good.
std::optional<Complaint> check_listen(std::string_view value);
std::optional<Complaint> check_login_url(std::string_view value);
/// The hosts that all organisations share know no run-as user: client credentials want one's own (API §1.1).
std::optional<Complaint> check_own_host(const Origin& login);
std::optional<Complaint> check_api_version(std::string_view value);
std::optional<Complaint> check_api_name(std::string_view value);     ///< object or field of the CRM
std::optional<Complaint> check_plugin_name(std::string_view value);  ///< letters, digits, '-', '_'
std::optional<Complaint> check_email(std::string_view value);
std::optional<Complaint> check_audience(std::string_view value);  ///< an http or https address
std::optional<Complaint> check_time_zone(std::string_view value);

}  // namespace prospectd::config
