// A YAML document as a tree that keeps the line and column of every key. The one place that knows yaml-cpp.
// What the library lets pass is refused here: duplicate keys, nesting, alias bombs, control characters, a
// second document. Immutable once parsed, any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd::config::yaml {

constexpr size_t kDepthMax = 32;
constexpr size_t kValuesMax = 100'000;  ///< in one document, with every alias counted as what it stands for

/// Line and column count from 1; columns count characters. `file` is the number that the text was parsed
/// under: a tree may be put together from several files (layers.h).
struct Mark {
  int line = 1;
  int column = 1;
  int file = 0;

  bool operator==(const Mark&) const = default;
};

enum class Kind { kNull, kScalar, kList, kMap };

struct Node;

/// A key with its value, or an item of a list (then the key is empty). `mark` is the key's or the item's own
/// place, also where the value is an alias.
struct Child {
  std::string key;
  Mark mark;
  std::shared_ptr<const Node> value;
};

struct Node {
  Kind kind = Kind::kNull;
  bool quoted = false;  ///< scalars: written in quotes or as a block
  Mark mark;            ///< scalars: where the value itself begins
  char opening =
      '\0';  ///< scalars: the character that stands there: a quote, '|', '>', '&', or the text's own
  std::string scalar;
  std::vector<Child> children;
  size_t weight = 1;  ///< values below and including this one

  /// The entry of that key; nullptr when there is none.
  const Child* find(std::string_view key) const;
};

struct Problem {
  Mark mark;
  std::string path;  ///< "plugins.salesforce.poll"; empty where it isn't known
  std::string message;
  std::string hint;
};

/// `root` is null when the text can't be read at all; duplicate keys leave it set (the first one counts).
struct Document {
  std::shared_ptr<const Node> root;
  Mark mark;
  std::vector<Problem> problems;
};

/// A key as it stands in a path: as it is when it is a plain word, else quoted and cut.
std::string key_text(std::string_view key);
/// "parent.key", or the key alone at the top.
std::string path_of(std::string_view parent, std::string_view key);
/// "parent[2]"
std::string path_of(std::string_view parent, size_t index);

/// Parses one document; an empty one has a kNull root. Messages never quote the text. Every mark is of
/// `file`.
Document parse(std::string_view text, int file = 0);

}  // namespace prospectd::config::yaml
