#include "connectors/salesforce/json_repair.h"

#include <algorithm>

#include "base/text.h"

namespace prospectd::salesforce {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_continuation(unsigned char c) {
  return (c & 0xC0) == 0x80;
}

/// The bytes of the well-formed character of two bytes or more that starts `text`; 0 when there is none.
size_t multibyte_size(std::string_view text) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  size_t size = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  }
  if (size == 0 || text.size() < size || at(1) < low || at(1) > high) return 0;
  for (size_t i = 2; i < size; ++i) {
    if (!is_continuation(at(i))) return 0;
  }
  return size;
}

/// Follows a JSON text just far enough to know whether a byte lies inside a string.
class StringTracker {
 public:
  bool inside() const { return inside_; }
  void pass(char c) {
    if (!inside_) {
      inside_ = c == '"';
    } else if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      inside_ = false;
    }
  }

 private:
  bool inside_ = false;
  bool escaped_ = false;
};

}  // namespace

std::optional<RepairedJson> repair_json(std::string_view text) {
  RepairedJson out;
  out.text.reserve(text.size() + 1024);
  StringTracker strings;
  const auto replace = [&](RepairKind kind) {
    Repair repair;
    repair.offset = out.text.size();
    repair.kind = kind;
    out.repairs.push_back(repair);
    out.text += kReplacement;
    strings.pass('?');
  };
  for (size_t i = 0; i < text.size();) {
    if (out.repairs.size() > kRepairsMax) return std::nullopt;
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80) {
      const size_t size = multibyte_size(text.substr(i, 4));
      if (size == 0) {
        replace(RepairKind::kNotUtf8);
        ++i;
        continue;
      }
      strings.pass('?');
      out.text.append(text, i, size);
      i += size;
      continue;
    }
    if (byte < 0x20 && strings.inside()) {
      replace(RepairKind::kControlCharacter);
    } else {
      strings.pass(text[i]);
      out.text += text[i];
    }
    ++i;
  }
  return out;
}

bool nests_deeper_than(std::string_view json, size_t levels) {
  if (json.size() < 2 * (levels + 1)) return false;  // every level opens and closes
  // Nearly every value has fewer opening brackets than levels allowed, wherever they stand.
  const auto opens = static_cast<size_t>(std::count(json.begin(), json.end(), '{') +
                                         std::count(json.begin(), json.end(), '['));
  if (opens <= levels) return false;
  StringTracker strings;
  size_t depth = 0;
  for (const char c : json) {
    strings.pass(c);
    if (strings.inside()) continue;
    if (c == '{' || c == '[') {
      if (++depth > levels) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

std::string repair_and_cut(std::string_view text, size_t bytes_max) {
  const auto cut_size = [bytes_max](std::string_view s) {
    if (s.size() <= bytes_max) return s.size();
    size_t size = bytes_max;
    // At most three steps in UTF-8; damaged text may have no boundary near, and is then cut anywhere.
    for (int step = 0; step < 3 && size > 0 && is_continuation(static_cast<unsigned char>(s[size])); ++step) {
      --size;
    }
    return size;
  };
  std::string repaired = repair_utf8(text.substr(0, cut_size(text)));
  repaired.resize(cut_size(repaired));
  return repaired;
}

}  // namespace prospectd::salesforce
