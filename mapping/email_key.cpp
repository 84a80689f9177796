#include "mapping/email_key.h"

#include <algorithm>
#include <array>
#include <memory>

#include <idn2.h>

#include "mapping/unicode.h"

namespace prospectd::mapping {
namespace {

// What is trimmed and still longer can't become a key; it is not even looked at.
constexpr size_t kTypedBytesMax = 1024;
constexpr size_t kLabelBytesMax = 63;
constexpr size_t kDomainBytesMax = 253;
constexpr std::string_view kPunycode = "xn--";

enum : uint8_t { kLocalPart = 1, kDomainLabel = 2 };

// What each ASCII character may stand in. Blanks, controls and RFC 5321's specials stand in nothing.
constexpr std::array<uint8_t, 128> make_classes() {
  std::array<uint8_t, 128> classes{};
  for (char c = '!'; c <= '~'; ++c)
    classes[static_cast<size_t>(c)] = kLocalPart;
  for (const char c : std::string_view("()<>[]:;,\\\"@"))
    classes[static_cast<size_t>(c)] = 0;
  for (char c = '0'; c <= '9'; ++c)
    classes[static_cast<size_t>(c)] |= kDomainLabel;
  for (char c = 'a'; c <= 'z'; ++c) {
    classes[static_cast<size_t>(c)] |= kDomainLabel;
    classes[static_cast<size_t>(c - 'a' + 'A')] |= kDomainLabel;
  }
  classes['-'] |= kDomainLabel;
  return classes;
}
constexpr std::array<uint8_t, 128> kClasses = make_classes();

bool is_a(uint8_t kind, char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 128 && (kClasses[byte] & kind) != 0;
}

void make_lower_ascii(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

// The end of the quoted string that starts `text`, behind its closing quote; 0 when it has no content or no
// end.
size_t quoted_end(std::string_view text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i > 1 ? i + 1 : 0;
    }
  }
  return 0;
}

// The position of the '@' between the sides, the local part before it being well-formed; 0 when there is
// none. Bytes beyond ASCII are the caller's to check.
size_t separator(std::string_view text) {
  if (text[0] == '"') {
    const size_t end = quoted_end(text);
    return end != 0 && end < text.size() && text[end] == '@' ? end : 0;
  }
  const size_t at = text.find('@');
  if (at == std::string_view::npos) return 0;
  const std::string_view local = text.substr(0, at);
  const bool well_formed = std::all_of(local.begin(), local.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 128 || is_a(kLocalPart, c);
  });
  return well_formed ? at : 0;
}

struct Labels {
  bool well_formed = false;
  bool punycode = false;
};

// Letters, digits and inner hyphens, 1 to 63 of them in a label.
Labels check_labels(std::string_view domain) {
  Labels result;
  if (domain.empty() || domain.size() > kDomainBytesMax) return result;
  while (true) {
    const size_t dot = std::min(domain.find('.'), domain.size());
    const std::string_view label = domain.substr(0, dot);
    if (label.empty() || label.size() > kLabelBytesMax || label.front() == '-' || label.back() == '-')
      return result;
    for (const char c : label) {
      if (!is_a(kDomainLabel, c)) return result;
    }
    result.punycode = result.punycode || label.substr(0, kPunycode.size()) == kPunycode;
    if (dot == domain.size()) break;
    domain.remove_prefix(dot + 1);
  }
  result.well_formed = true;
  return result;
}

void drop_trailing_dot(std::string& domain) {
  if (!domain.empty() && domain.back() == '.') domain.pop_back();
}

// The library's flag for STD3 rules is left out on purpose: in 2.3 it drops the characters that the rules
// forbid ("a(b" becomes "ab"), and so would make one domain of two. check_labels refuses them afterwards.
std::optional<std::string> idna_to_ascii(const std::string& domain) {
  uint8_t* raw = nullptr;
  const int rc = idn2_lookup_u8(reinterpret_cast<const uint8_t*>(domain.c_str()), &raw,
                                IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<uint8_t, decltype(&idn2_free)> owned(raw, [](void* p) { idn2_free(p); });
  if (rc != IDN2_OK) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(raw));
}

// Whether an ASCII domain in lower case is a key already. What it encodes must stand the test of IDNA
// unchanged, or a key's key could differ from it.
bool is_domain_key(std::string_view domain) {
  const Labels labels = check_labels(domain);
  return labels.well_formed && (!labels.punycode || idna_to_ascii(std::string(domain)) == domain);
}

std::optional<std::string> key_of_ascii(std::string_view text) {
  const bool printable = std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!printable) return std::nullopt;
  const size_t at = separator(text);
  if (at == 0) return std::nullopt;
  std::string key(text);
  make_lower_ascii(key);
  drop_trailing_dot(key);
  const std::string_view domain = std::string_view(key).substr(at + 1);
  if (key.size() > kEmailKeyBytesMax || !is_domain_key(domain)) return std::nullopt;
  return key;
}

bool all_graphic(std::string_view text) {
  while (!text.empty()) {
    const unicode::Decoded d = unicode::decode(text);
    if (d.bytes == 0 || !unicode::is_graphic(d.code)) return false;
    text.remove_prefix(d.bytes);
  }
  return true;
}

std::optional<std::string> key_of_unicode(std::string_view typed) {
  const std::optional<std::string> text = unicode::nfc(typed);
  if (!text || !all_graphic(*text)) return std::nullopt;
  const size_t at = separator(*text);
  if (at == 0) return std::nullopt;
  // Lower case can undo the normal form, so that it is made again.
  std::optional<std::string> key = unicode::nfc(unicode::lower(std::string_view(*text).substr(0, at)));
  const std::optional<std::string> domain = domain_key(std::string_view(*text).substr(at + 1));
  if (!key || !domain) return std::nullopt;
  *key += '@';
  *key += *domain;
  if (key->size() > kEmailKeyBytesMax) return std::nullopt;
  return key;
}

}  // namespace

std::optional<std::string> domain_key(std::string_view domain) {
  if (domain.empty() || domain.size() > kTypedBytesMax) return std::nullopt;
  std::optional<std::string> key(domain);
  if (unicode::is_ascii(domain)) {
    make_lower_ascii(*key);
  } else {
    key = all_graphic(domain) ? idna_to_ascii(*key) : std::nullopt;
  }
  if (!key) return std::nullopt;
  drop_trailing_dot(*key);
  if (!is_domain_key(*key)) return std::nullopt;
  return key;
}

std::optional<std::string> email_key(std::string_view typed) {
  const std::string_view text = unicode::trim(typed);
  if (text.empty() || text.size() > kTypedBytesMax) return std::nullopt;
  return unicode::is_ascii(text) ? key_of_ascii(text) : key_of_unicode(text);
}

}  // namespace prospectd::mapping
