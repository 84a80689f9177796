// The words of a search: "acme* AND NOT (test)" without the parentheses. Letter case doesn't count. Internal
// to the sandbox; pure values, any thread. Source: SALESFORCE_API §5.4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd::sandbox {

class SearchWords {
 public:
  /// Blanks and AND join, OR offers a choice, AND NOT excludes; quotes keep words together; '*' stands for
  /// any characters and '?' for one; a backslash makes the next character plain. nullopt when there is
  /// nothing to look for, or a word is a single character.
  static std::optional<SearchWords> parse(std::string_view text);

  /// How many there are to look for; signs part them, so that an address has several.
  size_t count() const;
  /// Whether the words are among those of a record's texts.
  bool match(const std::vector<std::string_view>& texts) const;

 private:
  /// One or more words that have to follow each other, as folded patterns of LIKE.
  struct Term {
    std::vector<std::string> patterns;
    bool excluded = false;
  };
  /// All terms of one of the choices have to be met.
  std::vector<std::vector<Term>> choices_;
};

}  // namespace prospectd::sandbox
