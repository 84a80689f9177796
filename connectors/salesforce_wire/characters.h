// ASCII character classes that don't depend on a locale. Owned by salesforce_wire, for its own .cpp files.
#pragma once

namespace prospectd::salesforce_wire {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_letter(char c) {
  return is_upper(c) || is_lower(c);
}
constexpr bool is_alphanumeric(char c) {
  return is_letter(c) || is_digit(c);
}
constexpr char to_upper(char c) {
  return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}
constexpr char to_lower(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
/// True for the characters that a backslash makes plain in a pattern of LIKE.
constexpr bool is_like_special(char c) {
  return c == '%' || c == '_' || c == '\\';
}
/// True for every byte of a UTF-8 character but its first.
constexpr bool is_continuation_byte(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace prospectd::salesforce_wire
