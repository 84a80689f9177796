#include "connectors/sandbox/json_text.h"

#include <charconv>
#include <chrono>
#include <cstring>

namespace prospectd::sandbox {
namespace {

constexpr bool needs_escape(unsigned char c) {
  return c < 0x20 || c == '"' || c == '\\';
}

// Any of eight bytes that needs an escape makes its high bit set; others may, which only costs a closer look.
bool block_may_need_escape(const char* at) {
  constexpr uint64_t kOnes = 0x0101010101010101ULL;
  constexpr uint64_t kHigh = 0x8080808080808080ULL;
  uint64_t block = 0;
  std::memcpy(&block, at, sizeof(block));
  const auto has_zero = [](uint64_t v) { return (v - kOnes) & ~v & kHigh; };
  const uint64_t control = (block - kOnes * 0x20) & ~block & kHigh;
  return (control | has_zero(block ^ (kOnes * '"')) | has_zero(block ^ (kOnes * '\\'))) != 0;
}

void append_escape(std::string& out, unsigned char c) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
    case '\\':
      out += static_cast<char>(c);
      return;
    case '\n':
      out += 'n';
      return;
    case '\r':
      out += 'r';
      return;
    case '\t':
      out += 't';
      return;
    default:
      out += "u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

void append_digits(std::string& out, int value, int digits) {
  char text[8];
  for (int i = digits - 1; i >= 0; --i) {
    text[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(text, static_cast<size_t>(digits));
}

void append_day(std::string& out, int64_t days) {
  const std::chrono::year_month_day day{std::chrono::sys_days(std::chrono::days(days))};
  append_digits(out, static_cast<int>(day.year()), 4);
  out += '-';
  append_digits(out, static_cast<int>(static_cast<unsigned>(day.month())), 2);
  out += '-';
  append_digits(out, static_cast<int>(static_cast<unsigned>(day.day())), 2);
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  size_t clean = 0;
  size_t i = 0;
  while (i < text.size()) {
    if (i + sizeof(uint64_t) <= text.size() && !block_may_need_escape(text.data() + i)) {
      i += sizeof(uint64_t);
      continue;
    }
    const auto c = static_cast<unsigned char>(text[i]);
    if (needs_escape(c)) {
      out.append(text, clean, i - clean);
      append_escape(out, c);
      clean = i + 1;
    }
    ++i;
  }
  out.append(text, clean, text.size() - clean);
  out += '"';
}

void append_date(std::string& out, int64_t days) {
  out += '"';
  append_day(out, days);
  out += '"';
}

void append_datetime(std::string& out, int64_t s) {
  constexpr int64_t kDay = 86'400;
  const int64_t day = s >= 0 ? s / kDay : -((-s + kDay - 1) / kDay);
  const int time = static_cast<int>(s - day * kDay);
  out += '"';
  append_day(out, day);
  out += 'T';
  append_digits(out, time / 3600, 2);
  out += ':';
  append_digits(out, time / 60 % 60, 2);
  out += ':';
  append_digits(out, time % 60, 2);
  out += ".000+0000\"";
}

void append_number(std::string& out, int64_t n) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof(text), n).ptr;
  out.append(text, static_cast<size_t>(end - text));
}

void append_number(std::string& out, double d) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof(text), d).ptr;
  const std::string_view written(text, static_cast<size_t>(end - text));
  out += written;
  if (written.find_first_of(".en") == std::string_view::npos) out += ".0";
}

}  // namespace prospectd::sandbox
