#include "config/layers.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "config/files.h"
#include "config/settings.h"
#include "config/variables.h"

namespace prospectd::config {
namespace {

namespace fs = std::filesystem;
using NodePtr = std::shared_ptr<const yaml::Node>;

constexpr size_t kVariableBytesMax = 4'096;
constexpr size_t kLayersMax = 10'000;
constexpr std::string_view kVersion = "version";  // each file may say it

bool is_section(const yaml::Node& node) {
  return node.kind == yaml::Kind::kMap || node.kind == yaml::Kind::kNull;
}

bool same_scalar(const yaml::Node& a, const yaml::Node& b) {
  return a.kind == yaml::Kind::kScalar && b.kind == yaml::Kind::kScalar && a.scalar == b.scalar;
}

NodePtr scalar_of(std::string_view text) {
  auto node = std::make_shared<yaml::Node>();
  node->kind = yaml::Kind::kScalar;
  node->scalar = text;
  return node;
}

// A copy of `node` in which the value under `keys` is another; sections on the way are made where missing.
NodePtr with_value(const yaml::Node& node, const std::vector<std::string>& keys, size_t depth, NodePtr value,
                   const yaml::Mark& mark) {
  auto copy = std::make_shared<yaml::Node>(node);
  copy->kind = yaml::Kind::kMap;
  const auto child = std::find_if(copy->children.begin(), copy->children.end(),
                                  [&](const yaml::Child& c) { return c.key == keys[depth]; });
  const bool last = depth + 1 == keys.size();
  if (child == copy->children.end()) {
    NodePtr made =
        last ? std::move(value) : with_value(yaml::Node{}, keys, depth + 1, std::move(value), mark);
    copy->children.push_back(yaml::Child{keys[depth], mark, std::move(made)});
  } else if (last) {
    *child = yaml::Child{keys[depth], mark, std::move(value)};
  } else if (is_section(*child->value)) {  // what is none is a fault of the file, and stays to be one
    child->value = with_value(*child->value, keys, depth + 1, std::move(value), mark);
  }
  return copy;
}

// The *.yaml of a folder by name; what ends in .yml too, for it is not read.
std::vector<std::string> parts_of(const fs::path& folder, std::error_code& error) {
  std::vector<std::string> names;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    const bool wanted = it->path().extension() == ".yaml" || it->path().extension() == ".yml";
    if (!name.starts_with('.') && wanted) names.push_back(name);
    if (names.size() > kLayersMax) break;
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string joined(const std::vector<std::string>& keys) {
  std::string path;
  for (const std::string& key : keys)
    path = yaml::path_of(path, key);
  return path;
}

}  // namespace

bool Layers::add_file(const std::string& text) {
  yaml::Document document;
  const auto root = parse_file(reader_, text, document);
  if (!root) return false;
  root_ = document.root;
  mark_ = document.mark;
  return true;
}

void Layers::add_parts() {
  const std::string folder = reader_.shown(kPartsFolder);
  std::error_code error;
  if (!fs::exists(fs::status(folder, error)) && !error) return;
  const std::vector<std::string> names = error ? std::vector<std::string>{} : parts_of(folder, error);
  const auto fault = [&](const std::string& file, std::string message, std::string hint, Severity severity) {
    reader_.faults().push_back(Fault{severity, Place{file, 0, 0}, "", std::move(message), std::move(hint)});
  };
  if (error && error != std::errc::no_such_file_or_directory) {
    return fault(folder, "can't be read: " + error.message(), "its files are part of the configuration",
                 Severity::kError);
  }
  if (names.size() > kPartsMax) {
    return fault(folder, "more than " + std::to_string(kPartsMax) + " files", "", Severity::kError);
  }
  for (const std::string& name : names) {
    const std::string file = (fs::path(folder) / name).string();
    if (name.ends_with(".yml")) {
      fault(file, "is not read", "only *.yaml is: rename it", Severity::kWarning);
    } else {
      add_part(file);
    }
  }
}

void Layers::add_part(const std::string& file) {
  const int number = reader_.add_source(Source{Layer::kFile, file});
  const FileText text = read_text_file(file);
  if (!text.text) {
    reader_.fault(At{nullptr, {0, 0, number}, ""}, text.problem);
    return;
  }
  yaml::Document document;
  const auto part = parse_file(reader_, *text.text, document, number);
  if (!part || part->node->kind == yaml::Kind::kNull) return;
  if (part->node->kind != yaml::Kind::kMap || !is_section(*root_)) {
    if (part->node->kind != yaml::Kind::kMap) reader_.fault(*part, "must be a section of keys");
    return;
  }
  root_ = merged(*root_, *part->node, "");
}

Layers::NodePtr Layers::merged(const yaml::Node& base, const yaml::Node& part, const std::string& path) {
  auto copy = std::make_shared<yaml::Node>(base);
  copy->kind = yaml::Kind::kMap;
  for (const yaml::Child& child : part.children) {
    const auto there = std::find_if(copy->children.begin(), copy->children.end(),
                                    [&](const yaml::Child& c) { return c.key == child.key; });
    const std::string inside = yaml::path_of(path, child.key);
    if (there == copy->children.end()) {
      copy->children.push_back(child);
    } else if (is_section(*there->value) && is_section(*child.value)) {
      there->value = merged(*there->value, *child.value, inside);
    } else if (inside != kVersion || !same_scalar(*there->value, *child.value)) {
      const At other{there->value.get(), there->mark, inside};
      reader_.fault(At{child.value.get(), child.mark, inside},
                    "stands at " + format_place(reader_.place(other)) + " already", "keep one of them");
    }
  }
  return copy;
}

void Layers::add_settings(const std::vector<Setting>& settings) {
  for (const Setting& setting : settings) {
    const int number = reader_.add_source(Source{Layer::kSetting, "setting " + setting.key});
    const yaml::Mark mark{0, 0, number};
    const auto complaint = check_setting(setting);
    if (complaint) {
      reader_.fault(At{nullptr, mark, ""}, "is left out: " + complaint->message,
                    "prospectd settings reset " + setting.key, Severity::kWarning);
      continue;
    }
    std::vector<std::string> keys;
    std::string_view rest = setting.key;
    for (size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      keys.emplace_back(rest.substr(0, dot));
      rest.remove_prefix(dot + 1);
    }
    keys.emplace_back(rest);
    put(keys, setting.value, mark);
  }
}

void Layers::add_environment(const Environment& environment) {
  if (environment.size() > kVariablesMax) {
    reader_.faults().push_back(Fault{
        Severity::kError, Place{"the environment", 0, 0}, "",
        "more than " + group_digits(kVariablesMax) + " variables " + std::string(kVariablePrefix) + "…", ""});
    return;
  }
  for (const auto& [name, value] : environment)
    add_variable(name, value);
}

void Layers::add_variable(const std::string& name, const std::string& value) {
  const int number = reader_.add_source(Source{Layer::kEnvironment, "$" + repair_utf8(name)});
  const yaml::Mark mark{0, 0, number};
  const VariableTarget target = resolve_variable(table_, *root_, name);
  if (target.keys.empty()) {
    reader_.fault(At{nullptr, mark, ""}, target.problem, target.hint);
    return;
  }
  const bool control = std::any_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
  });
  if (control || value.size() > kVariableBytesMax || !is_valid_utf8(value)) {
    reader_.fault(At{nullptr, mark, joined(target.keys)}, "not a text of one line of UTF-8",
                  "at most 4,096 bytes");
    return;
  }
  put(target.keys, value, mark);
}

void Layers::put(const std::vector<std::string>& keys, std::string_view value, const yaml::Mark& mark) {
  if (!is_section(*root_)) return;
  note_overridden(keys, mark);
  root_ = with_value(*root_, keys, 0, scalar_of(value), mark);
}

void Layers::note_overridden(const std::vector<std::string>& keys, const yaml::Mark& mark) {
  const yaml::Node* node = root_.get();
  const yaml::Child* child = nullptr;
  for (const std::string& key : keys) {
    child = node->find(key);
    if (child == nullptr) return;
    node = child->value.get();
  }
  const Source& by = reader_.source(At{nullptr, mark, ""});
  const std::string path = joined(keys);
  const At at{node, child->mark, path};
  if (reader_.source(at).origin == Layer::kFile) {
    overridden_.push_back(Overridden{path, reader_.place(at), by.origin, by.name});
    return;
  }
  for (Overridden& earlier : overridden_) {
    if (earlier.key != path) continue;
    earlier.by = by.origin;
    earlier.by_name = by.name;
  }
}

}  // namespace prospectd::config
