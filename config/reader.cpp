#include "config/reader.h"

#include <charconv>
#include <filesystem>
#include <utility>

#include "base/text.h"
#include "config/rows.h"

namespace prospectd::config {
namespace {

std::string_view found(const yaml::Node& node) {
  switch (node.kind) {
    case yaml::Kind::kNull:
      return "nothing";
    case yaml::Kind::kScalar:
      return "a single value";
    case yaml::Kind::kList:
      return "a list";
    case yaml::Kind::kMap:
      return "a section";
  }
  return "something else";
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

std::string range_text(int64_t least, int64_t most) {
  if (least == most) return "must be " + std::to_string(least);
  return "must be from " + std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

std::string meant_hint(std::string_view word, const std::vector<std::string>& candidates) {
  const auto meant = did_you_mean(word, candidates);
  return meant ? "did you mean " + *meant + "?" : "";
}

int Reader::add_source(Source source) {
  sources_.push_back(std::move(source));
  return static_cast<int>(sources_.size()) - 1;
}

void Reader::fault(const At& at, std::string message, std::string hint, Severity severity) {
  faults_.push_back(Fault{severity, place(at), at.path, std::move(message), std::move(hint)});
}

At Reader::child(const At& section, std::string_view key) const {
  const std::string path = yaml::path_of(section.path, key);
  const yaml::Child* entry = section.node->find(key);
  if (entry == nullptr) return At{section.node, section.mark, path};
  return At{entry->value.get(), entry->mark, path};
}

Place Reader::place_in(const At& at, size_t offset) const {
  const yaml::Node& node = *at.node;
  if (source(at).origin != Layer::kFile || node.kind != yaml::Kind::kScalar ||
      std::string_view("|>&").find(node.opening) != std::string_view::npos)
    return place(at);
  int column = node.mark.column;
  if (node.quoted) ++column;
  for (const char c : std::string_view(node.scalar).substr(0, offset)) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++column;
    const bool written_as_two = node.quoted && (node.opening == '"' ? c == '"' || c == '\\' : c == '\'');
    if (written_as_two) ++column;
  }
  return {source(at).name, node.mark.line, column};
}

At Reader::item(const At& list, size_t index) const {
  const yaml::Child& child = list.node->children[index];
  return At{child.value.get(), child.mark, yaml::path_of(list.path, index)};
}

const yaml::Node* Reader::scalar(const At& at, std::string_view wanted) {
  if (at.node->kind == yaml::Kind::kScalar) return at.node;
  fault(at, "must be " + std::string(wanted) + ", not " + std::string(found(*at.node)));
  return nullptr;
}

std::optional<std::string> Reader::text(const Row& row, const At& at) {
  const yaml::Node* node = scalar(at, "a text");
  if (node == nullptr) return std::nullopt;
  if (node->scalar.empty() && !row.may_be_empty) {
    fault(at, "must not be empty");
    return std::nullopt;
  }
  if (node->scalar.starts_with("${")) {
    fault(at, "references (${…}) are for secrets only");
    return std::nullopt;
  }
  if (row.check == nullptr) return node->scalar;
  if (auto complaint = row.check(node->scalar)) {
    fault(at, std::move(complaint->message), std::move(complaint->hint));
    return std::nullopt;
  }
  return node->scalar;
}

std::optional<bool> Reader::boolean(const At& at) {
  const yaml::Node* node = scalar(at, "true or false");
  if (node == nullptr) return std::nullopt;
  if (!node->quoted && node->scalar == "true") return true;
  if (!node->quoted && node->scalar == "false") return false;
  fault(at, "must be true or false", node->quoted ? "without quotes" : "");
  return std::nullopt;
}

std::optional<int64_t> Reader::integer(const Row& row, const At& at) {
  const yaml::Node* node = scalar(at, "a whole number");
  if (node == nullptr) return std::nullopt;
  int64_t n = 0;
  const char* end = node->scalar.data() + node->scalar.size();
  const auto [stop, error] = std::from_chars(node->scalar.data(), end, n);
  if (node->quoted || error != std::errc() || stop != end) {
    fault(at, "must be a whole number", node->quoted ? "without quotes" : "");
    return std::nullopt;
  }
  if (n < row.least || n > row.most) {
    fault(at, range_text(row.least, row.most));
    return std::nullopt;
  }
  return n;
}

std::optional<milliseconds> Reader::duration(const Row& row, const At& at) {
  const yaml::Node* node = scalar(at, "a duration");
  if (node == nullptr) return std::nullopt;
  if (row.may_be_off && node->scalar == "off") return milliseconds{0};
  const auto length = parse_duration(node->scalar);
  if (!length) {
    fault(at, "not a duration",
          row.may_be_off ? "write a number and ms, s, m, h or d, or off: 30s, 10m"
                         : "write a number and ms, s, m, h or d: 30s, 10m");
    return std::nullopt;
  }
  if (length->count() < row.least || length->count() > row.most) {
    fault(at, "must be from " + format_duration(milliseconds(row.least)) + " to " +
                  format_duration(milliseconds(row.most)));
    return std::nullopt;
  }
  return length;
}

std::optional<int> Reader::choice(const Row& row, const At& at) {
  const yaml::Node* node = scalar(at, "one of " + joined(row.words));
  if (node == nullptr) return std::nullopt;
  for (size_t i = 0; i < row.words.size(); ++i) {
    if (row.words[i] == node->scalar) return row.values[i];
  }
  fault(at, "must be one of " + joined(row.words),
        meant_hint(node->scalar, std::vector<std::string>(row.words.begin(), row.words.end())));
  return std::nullopt;
}

std::optional<SecretRef> Reader::secret(const At& at) {
  constexpr std::string_view kHow =
      "write ${file:secrets/NAME} (a file with mode 600) or ${credential:NAME}, and put the secret there";
  const yaml::Node* node = scalar(at, "a reference to a secret");
  if (node == nullptr) return std::nullopt;
  const std::string_view text = node->scalar;
  SecretRef ref{SecretRef::Kind::kNone, "", place(at), at.path};
  std::string_view rest = text;
  for (const auto& [prefix, kind] :
       {std::pair{std::string_view("${file:"), SecretRef::Kind::kFile},
        std::pair{std::string_view("${credential:"), SecretRef::Kind::kCredential}}) {
    if (!text.starts_with(prefix)) continue;
    ref.kind = kind;
    rest = text.substr(prefix.size());
  }
  if (ref.kind == SecretRef::Kind::kNone && text.starts_with("${")) {
    fault(at, "an unknown kind of reference", std::string(kHow));
    return std::nullopt;
  }
  if (ref.kind == SecretRef::Kind::kNone) {
    fault(at, "a secret must not stand in this file", std::string(kHow));
    return std::nullopt;
  }
  if (!rest.ends_with('}') || rest.size() < 2) {
    fault(at, "a reference that can't be read", std::string(kHow));
    return std::nullopt;
  }
  rest.remove_suffix(1);
  if (ref.kind == SecretRef::Kind::kCredential &&
      (rest.find('/') != std::string_view::npos || rest == "..")) {
    fault(at, "a credential is a file's name, without folders");
    return std::nullopt;
  }
  ref.name = ref.kind == SecretRef::Kind::kFile ? absolute(rest) : std::string(rest);
  return ref;
}

std::optional<std::vector<std::string>> Reader::text_list(const Row& row, const At& at) {
  if (at.node->kind != yaml::Kind::kList) {
    fault(at, "must be a list, not " + std::string(found(*at.node)), "write it like [one, two]");
    return std::nullopt;
  }
  if (at.node->children.size() > mapping::kMapWordsMax) {
    fault(at, "more than " + group_digits(mapping::kMapWordsMax) + " items");
    return std::nullopt;
  }
  std::vector<std::string> texts;
  for (size_t i = 0; i < at.node->children.size(); ++i) {
    if (auto one = text(row, item(at, i))) texts.push_back(std::move(*one));
  }
  return texts;
}

std::optional<std::vector<std::pair<std::string, std::string>>> Reader::text_pairs(const Row& row,
                                                                                   const At& at) {
  if (at.node->kind != yaml::Kind::kMap) {
    fault(at, "must be pairs, not " + std::string(found(*at.node)), "write them like {Theirs: Ours}");
    return std::nullopt;
  }
  if (at.node->children.size() > mapping::kMapWordsMax) {
    fault(at, "more than " + group_digits(mapping::kMapWordsMax) + " pairs");
    return std::nullopt;
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const yaml::Child& entry : at.node->children) {
    const At value{entry.value.get(), entry.mark, yaml::path_of(at.path, entry.key)};
    if (auto one = text(row, value)) pairs.emplace_back(entry.key, std::move(*one));
  }
  return pairs;
}

std::string Reader::shown(std::string_view path) const {
  const std::filesystem::path folder = std::filesystem::path(file()).parent_path();
  return (folder / path).lexically_normal().string();
}

std::string Reader::absolute(std::string_view path) const {
  std::error_code error;
  const auto full = std::filesystem::absolute(shown(path), error);
  return (error ? std::filesystem::path(shown(path)) : full).lexically_normal().string();
}

}  // namespace prospectd::config
