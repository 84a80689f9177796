#include "config/variables.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace prospectd::config {
namespace {

constexpr std::string_view kBetween = "__";

std::string in_variable(std::string_view key) {
  std::string text(key);
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == '-') c = '_';
  }
  return text;
}

std::vector<std::string> segments_of(std::string_view name) {
  std::vector<std::string> segments;
  name.remove_prefix(std::min(kVariablePrefix.size(), name.size()));
  while (true) {
    const size_t end = name.find(kBetween);
    segments.push_back(in_variable(name.substr(0, end)));
    if (end == std::string_view::npos) return segments;
    name.remove_prefix(end + kBetween.size());
  }
}

// Goes down the tables, a segment a step.
class Walk {
 public:
  Walk(std::vector<std::string> segments) : segments_(std::move(segments)) {}

  VariableTarget down(const Table& table, const yaml::Node* node) {
    std::vector<std::string> known;
    for (const Row& row : table.rows)
      known.emplace_back(row.key);
    const auto key = one_of(known, "there is no such key");
    if (!key) return std::move(target_);
    const auto row =
        std::find_if(table.rows.begin(), table.rows.end(), [&](const Row& r) { return r.key == *key; });
    const yaml::Child* child = node == nullptr ? nullptr : node->find(*key);
    const yaml::Node* inside = child == nullptr ? nullptr : child->value.get();
    if (row->takes == Takes::kSection) return deeper(*row, inside);
    if (row->takes == Takes::kNamedSections) return named(*row, inside);
    if (at_ < segments_.size() || !is_single(row->takes)) {
      return refuse("this stands for more than one value", "write it into the file");
    }
    if (row->takes == Takes::kSecret)
      return refuse("a secret does not come from the environment",
                    "write ${file:…} or ${credential:…} into the file");
    return std::move(target_);
  }

 private:
  static bool is_single(Takes takes) {
    return takes != Takes::kTextList && takes != Takes::kTextPairs && takes != Takes::kSectionList;
  }

  VariableTarget deeper(const Row& row, const yaml::Node* inside) {
    if (at_ == segments_.size()) return refuse("a section, not a key", "");
    return down(*row.table, inside);
  }

  VariableTarget named(const Row& row, const yaml::Node* inside) {
    if (at_ == segments_.size()) return refuse("a section, not a key", "");
    std::vector<std::string> names;
    if (inside != nullptr) {
      for (const yaml::Child& child : inside->children)
        names.push_back(child.key);
    }
    const auto name = one_of(names, std::string(row.key) + " has no entry of that name");
    if (!name) return std::move(target_);
    const yaml::Child* child = inside->find(*name);
    return deeper(row, child->value.get());
  }

  // The candidate that the next segment names; a nullopt has left the refusal in target_.
  std::optional<std::string> one_of(const std::vector<std::string>& candidates, const std::string& problem) {
    const std::string& segment = segments_[at_];
    std::vector<std::string> spelled;
    std::optional<std::string> found;
    for (const std::string& candidate : candidates) {
      spelled.push_back(in_variable(candidate));
      if (spelled.back() != segment) continue;
      if (found) {
        target_ = refuse("both " + *found + " and " + candidate + " are written like that",
                         "write it into the file");
        return std::nullopt;
      }
      found = candidate;
    }
    if (!found) {
      const auto meant = did_you_mean(segment, spelled);
      target_ = refuse(problem, meant ? "did you mean " + name_with(*meant) + "?" : "");
      return std::nullopt;
    }
    target_.keys.push_back(*found);
    ++at_;
    return found;
  }

  std::string name_with(const std::string& segment) const {
    std::string name(kVariablePrefix);
    for (size_t i = 0; i < segments_.size(); ++i)
      name += (i == 0 ? "" : std::string(kBetween)) + (i == at_ ? segment : segments_[i]);
    return name;
  }

  static VariableTarget refuse(std::string problem, std::string hint) {
    return VariableTarget{{}, std::move(problem), std::move(hint)};
  }

  std::vector<std::string> segments_;
  size_t at_ = 0;
  VariableTarget target_;
};

}  // namespace

Environment process_environment() {
  Environment variables;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || !text.starts_with(kVariablePrefix)) continue;
    variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  std::sort(variables.begin(), variables.end());
  return variables;
}

VariableTarget resolve_variable(const Table& table, const yaml::Node& root, std::string_view name) {
  return Walk(segments_of(name)).down(table, &root);
}

std::string variable_of(std::string_view key) {
  if (key.find('[') != std::string_view::npos) return {};
  std::string name(kVariablePrefix);
  for (const char c : in_variable(key))
    name += c == '.' ? std::string(kBetween) : std::string(1, c);
  return name;
}

}  // namespace prospectd::config
