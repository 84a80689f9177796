#include "connectors/sandbox/search_words.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "connectors/salesforce_wire/soql.h"
#include "connectors/sandbox/text_fold.h"

namespace prospectd::sandbox {
namespace {

namespace soql = salesforce_wire::soql;

// Letters and digits of any script make words; so do the signs that addresses are written with.
bool in_word(char c) {
  const auto u = static_cast<unsigned char>(c);
  return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_';
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  for (size_t i = 0; i < text.size();) {
    const auto* begin = std::find_if(text.begin() + i, text.end(), in_word);
    const auto* end = std::find_if_not(begin, text.end(), in_word);
    if (begin != end) out.push_back(fold_case(std::string_view(begin, static_cast<size_t>(end - begin))));
    i = static_cast<size_t>(end - text.begin());
  }
  return out;
}

bool follow_each_other(const std::vector<std::string>& words, const std::vector<std::string>& patterns) {
  for (size_t at = 0; at + patterns.size() <= words.size(); ++at) {
    size_t same = 0;
    while (same < patterns.size() && soql::like_matches(patterns[same], words[at + same]))
      ++same;
    if (same == patterns.size()) return true;
  }
  return false;
}

/// A piece of what was typed: a bare word, or what stood between quotes.
struct Piece {
  std::string text;
  bool quoted = false;
};

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> out;
  Piece piece;
  bool quoted = false;
  const auto finish = [&] {
    if (!piece.text.empty()) out.push_back(piece);
    piece = {};
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const bool blank = text[i] == ' ' || text[i] == '\t' || text[i] == '\r' || text[i] == '\n';
    if (text[i] == '\\' && i + 1 < text.size()) {
      piece.text += text[i];
      piece.text += text[++i];
    } else if (text[i] == '"') {
      piece.quoted = quoted;
      finish();
      quoted = !quoted;
    } else if (blank && !quoted) {
      finish();
    } else {
      piece.text += text[i];
    }
  }
  piece.quoted = quoted;
  finish();
  return out;
}

// The words of a piece as patterns; a plain sign between them ends a word, as it does in the texts.
std::vector<std::string> patterns_of(std::string_view piece) {
  std::vector<std::string> out;
  std::string pattern;
  const auto finish = [&] {
    if (!pattern.empty()) out.push_back(fold_case(pattern));
    pattern.clear();
  };
  for (size_t i = 0; i < piece.size(); ++i) {
    if (piece[i] == '*') {
      pattern += '%';
    } else if (piece[i] == '?') {
      pattern += '_';
    } else if (piece[i] != '\\' && in_word(piece[i])) {
      pattern += soql::like_escape(piece.substr(i, 1));
    } else {
      finish();
    }
  }
  finish();
  return out;
}

// A single letter, or nothing but wildcards, would find everything.
bool is_too_short(const std::vector<std::string>& patterns) {
  size_t plain = 0;
  for (const std::string& pattern : patterns)
    plain += static_cast<size_t>(
        std::count_if(pattern.begin(), pattern.end(), [](char c) { return c != '%' && c != '_'; }));
  return plain < 2;
}

}  // namespace

std::optional<SearchWords> SearchWords::parse(std::string_view text) {
  SearchWords out;
  out.choices_.emplace_back();
  bool excluded = false;
  for (const Piece& piece : pieces_of(text)) {
    const auto is = [&](std::string_view word) {
      return !piece.quoted && equals_ignore_case_ascii(piece.text, word);
    };
    if (is("AND")) continue;
    if (is("OR")) {
      out.choices_.emplace_back();
    } else if (is("NOT")) {
      excluded = true;
    } else {
      Term term{patterns_of(piece.text), std::exchange(excluded, false)};
      if (is_too_short(term.patterns)) return std::nullopt;
      out.choices_.back().push_back(std::move(term));
    }
  }
  // Something has to be looked for; leaving out alone finds nothing.
  for (const auto& terms : out.choices_) {
    if (std::all_of(terms.begin(), terms.end(), [](const Term& t) { return t.excluded; }))
      return std::nullopt;
  }
  return out;
}

size_t SearchWords::count() const {
  size_t sum = 0;
  for (const auto& terms : choices_) {
    for (const Term& term : terms)
      sum += term.patterns.size();
  }
  return sum;
}

bool SearchWords::match(const std::vector<std::string_view>& texts) const {
  std::vector<std::vector<std::string>> words;
  for (const std::string_view text : texts)
    words.push_back(words_of(text));
  const auto meets = [&](const Term& term) {
    const bool found = std::any_of(words.begin(), words.end(), [&](const auto& of_text) {
      return follow_each_other(of_text, term.patterns);
    });
    return found != term.excluded;
  };
  return std::any_of(choices_.begin(), choices_.end(),
                     [&](const auto& terms) { return std::all_of(terms.begin(), terms.end(), meets); });
}

}  // namespace prospectd::sandbox
