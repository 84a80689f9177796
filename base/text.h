// Small operations on text that several modules need. Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  ///< U+FFFD

/// Without ASCII blanks, tabs and line ends at both ends.
std::string_view trim_ascii(std::string_view text);
/// A–Z to a–z, other bytes as they are.
std::string to_lower_ascii(std::string_view text);
bool equals_ignore_case_ascii(std::string_view a, std::string_view b);
bool starts_with_ignore_case_ascii(std::string_view text, std::string_view prefix);

/// True when the bytes are well-formed UTF-8 (no surrogates, no overlong forms).
bool is_valid_utf8(std::string_view text);
/// The text with every ill-formed sequence, and every NUL, replaced by U+FFFD.
std::string repair_utf8(std::string_view text);

/// The candidate nearest to `word` by edit distance, when it is near enough to be meant: at most a third of
/// the word's length (at least 1). Swapped neighbours count as one edit, case differences half; a word that
/// differs in nothing but case is always meant. Ties go to the first.
std::optional<std::string> did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

/// `text` as a JSON string literal with its quotes; bad UTF-8 is repaired, control characters are escaped.
std::string json_quote(std::string_view text);

/// "1,234,567"
std::string group_digits(int64_t n);

/// "a task", "an account": a word that is written with a vowel takes "an", but for u ("a user").
std::string with_article(std::string_view word);

}  // namespace prospectd
