// Terms: the words of an expression, and what a word means for a field of a given kind. Between the parser
// and the tree. Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "mapping/expression.h"

namespace prospectd::mapping::expression {

/// One word or one quoted phrase, its escapes resolved.
struct Term {
  size_t begin = 0;  ///< in the expression
  size_t end = 0;
  std::string text;         ///< without the stars at its ends
  bool plain = true;        ///< neither quoted nor escaped: may be a keyword or a star
  bool star_first = false;  ///< "*" at its start
  bool star_last = false;

  bool is_star() const { return text.empty() && (star_first || star_last); }
  bool is_word(std::string_view word) const { return plain && !star_first && !star_last && text == word; }
};

/// What a comparison wants of a value: equal to it, or on one side of it.
enum class Comparison { kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };

/// What is wrong with a term; without a place, which is the term's own.
using TypedNode = std::variant<Node, std::string>;

/// The test that `field` compares so with the term.
TypedNode compare_node(const Field& field, Comparison comparison, const Term& term, const Setting& setting);

/// The test that `field` lies between two terms; a star is an open end. Of the message's place: `second`
/// says that the upper term is at fault.
struct RangeEnds {
  const Term& low;
  const Term& high;
  bool low_inclusive = true;
  bool high_inclusive = true;
};
TypedNode range_node(const Field& field, const RangeEnds& ends, const Setting& setting, bool& second);

/// The test that a text field holds the words anywhere.
Node contains_node(const Field& field, std::string_view words);
Node exists_node(const Field& field);

}  // namespace prospectd::mapping::expression
