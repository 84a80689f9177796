// Words of English grammar. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

namespace prospectd {

/// "a task", "an account": a word that is written with a vowel takes "an", but for u ("a user").
inline std::string with_article(std::string_view word) {
  const bool vowel =
      !word.empty() && std::string_view("aeioAEIO").find(word.front()) != std::string_view::npos;
  return (vowel ? "an " : "a ") + std::string(word);
}

}  // namespace prospectd
