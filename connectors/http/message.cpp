#include "connectors/http/message.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace prospectd::http {
namespace {

constexpr size_t kUrlBytesMax = 64 * 1024;
constexpr size_t kHostBytesMax = 253;
constexpr size_t kHostLabelBytesMax = 63;
constexpr size_t kFormPairsMax = 1'000;
constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kHttpsPort = 443;

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_unreserved(char c) {
  return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

uint16_t default_port(std::string_view scheme) {
  return scheme == "https" ? kHttpsPort : kHttpPort;
}

/// Visible ASCII only, and without what one parser reads as a separator and another as text.
bool url_bytes_are_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f && c != '\\' && c != '#';
  });
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > kHostBytesMax) return false;
  size_t label = 0;
  for (const char c : host) {
    if (c == '.') {
      if (label == 0) return false;
      label = 0;
      continue;
    }
    if (!is_alnum(c) && c != '-' && c != '_') return false;
    if (++label > kHostLabelBytesMax) return false;
  }
  return label > 0;
}

bool is_ipv6_literal(const std::string& host) {
  in6_addr ignored{};
  return inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

std::optional<uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  unsigned value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (value == 0 || value > 65'535) return std::nullopt;
  return static_cast<uint16_t>(value);
}

/// Fills host and port from "host[:port]" or "[v6][:port]".
bool parse_authority(std::string_view authority, Url& url) {
  std::string_view port;
  bool port_given = false;
  if (authority.starts_with('[')) {
    const size_t close = authority.find(']');
    if (close == std::string_view::npos) return false;
    url.host = to_lower_ascii(authority.substr(1, close - 1));
    if (!is_ipv6_literal(url.host)) return false;
    const std::string_view rest = authority.substr(close + 1);
    port_given = !rest.empty();
    if (port_given && rest.front() != ':') return false;
    if (port_given) port = rest.substr(1);
  } else {
    const size_t colon = authority.find(':');
    port_given = colon != std::string_view::npos;
    if (port_given) port = authority.substr(colon + 1);
    url.host = to_lower_ascii(authority.substr(0, colon));
    if (!is_host_name(url.host)) return false;
  }
  url.port = default_port(url.scheme);
  if (!port_given) return true;
  const auto parsed = parse_port(port);
  if (parsed) url.port = *parsed;
  return parsed.has_value();
}

std::string media_type_of(const Headers& headers) {
  const std::string_view value = headers.get("content-type").value_or(std::string_view{});
  return to_lower_ascii(trim_ascii(value.substr(0, value.find(';'))));
}

}  // namespace

void Headers::set(std::string_view name, std::string value) {
  const auto same = [name](const auto& field) { return equals_ignore_case_ascii(field.first, name); };
  const auto first = std::find_if(fields_.begin(), fields_.end(), same);
  if (first == fields_.end()) {
    add(std::string(name), std::move(value));
    return;
  }
  first->second = std::move(value);
  fields_.erase(std::remove_if(first + 1, fields_.end(), same), fields_.end());
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [name](const auto& field) { return equals_ignore_case_ascii(field.first, name); });
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (equals_ignore_case_ascii(key, name)) return value;
  }
  return std::nullopt;
}

std::string Response::content_type() const {
  return media_type_of(headers);
}

std::string ServerRequest::content_type() const {
  return media_type_of(headers);
}

std::string_view ServerRequest::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view ServerRequest::query() const {
  const size_t mark = target.find('?');
  return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 0xf];
  }
  return out;
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!text.empty()) {
    const size_t end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (pair.empty()) continue;
    if (pairs.size() == kFormPairsMax) return std::nullopt;
    const size_t equals = pair.find('=');
    auto name = percent_decode(pair.substr(0, equals), true);
    auto value = percent_decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    pairs.emplace_back(*std::move(name), *std::move(value));
  }
  return pairs;
}

std::string Url::origin() const {
  const bool v6 = host.find(':') != std::string::npos;
  std::string text = scheme + "://" + (v6 ? "[" + host + "]" : host);
  if (port != default_port(scheme)) text += ":" + std::to_string(port);
  return text;
}

std::optional<Url> parse_url(std::string_view text) {
  if (text.size() > kUrlBytesMax || !url_bytes_are_plain(text)) return std::nullopt;
  constexpr std::array<std::string_view, 2> kSchemes = {"https", "http"};
  const size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return std::nullopt;
  Url url;
  url.scheme = to_lower_ascii(text.substr(0, scheme_end));
  if (std::find(kSchemes.begin(), kSchemes.end(), url.scheme) == kSchemes.end()) return std::nullopt;
  const std::string_view rest = text.substr(scheme_end + 3);
  const size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  if (!parse_authority(rest.substr(0, authority_end), url)) return std::nullopt;
  const std::string_view target = rest.substr(authority_end);
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  return url;
}

}  // namespace prospectd::http
