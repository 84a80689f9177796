#include "config/origin.h"

#include "config/layers.h"

namespace prospectd::config {
namespace {

std::string text_of(const yaml::Node& node) {
  std::string text;
  switch (node.kind) {
    case yaml::Kind::kNull:
      return {};
    case yaml::Kind::kScalar:
      return node.scalar;
    case yaml::Kind::kList:
      for (const yaml::Child& item : node.children)
        text += (text.empty() ? "" : ", ") + text_of(*item.value);
      return "[" + text + "]";
    case yaml::Kind::kMap:
      for (const yaml::Child& entry : node.children)
        text += (text.empty() ? "" : ", ") + entry.key + ": " + text_of(*entry.value);
      return "{" + text + "}";
  }
  return text;
}

class Lister {
 public:
  explicit Lister(const Reader& reader) : reader_(reader) {}

  void section(const Table& table, const At& at) {
    for (const Row& row : table.rows)
      value(row, at);
  }
  std::vector<Listed> take() && { return std::move(listed_); }

 private:
  void value(const Row& row, const At& section_at) {
    const bool there = section_at.node->find(row.key) != nullptr;
    static const yaml::Node nothing;
    At at = reader_.child(section_at, row.key);
    if (!there) at.node = &nothing;
    switch (row.takes) {
      case Takes::kSection:
        return section(*row.table, at);
      case Takes::kSectionList:
        for (size_t i = 0; i < at.node->children.size(); ++i)
          section(*row.table, reader_.item(at, i));
        return;
      case Takes::kNamedSections:
        for (const yaml::Child& entry : at.node->children)
          section(*row.table, At{entry.value.get(), entry.mark, yaml::path_of(at.path, entry.key)});
        return;
      default:
        return leaf(row, at, there);
    }
  }

  void leaf(const Row& row, const At& at, bool there) {
    Listed listed{at.path, "", Layer::kDefault, {}, row.restart};
    if (there) {
      listed.value = text_of(*at.node);
      listed.origin = reader_.source(at).origin;
      listed.place = reader_.place(at);
    } else {
      listed.value = row.fallback.empty() ? std::string(row.fallback_in_words) : std::string(row.fallback);
    }
    listed_.push_back(std::move(listed));
  }

  const Reader& reader_;
  std::vector<Listed> listed_;
};

}  // namespace

std::string_view name_of(Layer layer) {
  constexpr std::string_view kNames[] = {"default", "file", "setting", "environment"};
  return kNames[static_cast<size_t>(layer)];
}

std::vector<Listed> list_values(const Reader& reader, const Table& table, const At& root) {
  Lister lister(reader);
  lister.section(table, root);
  return std::move(lister).take();
}

}  // namespace prospectd::config
