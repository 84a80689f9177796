#include "config/files.h"

#include <filesystem>
#include <fstream>
#include <vector>

#include "base/text.h"

namespace prospectd::config {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFolderEntriesMax = 1000;

}  // namespace

FileText read_text_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return {std::nullopt, true, "file not found"};
  if (error) return {std::nullopt, false, "can't be read: " + error.message()};
  if (status.type() != fs::file_type::regular) return {std::nullopt, false, "not a regular file"};
  std::ifstream in(path, std::ios::binary);
  std::string text(kFileBytesMax + 1, '\0');
  if (!in || (!in.read(text.data(), static_cast<std::streamsize>(text.size())) && !in.eof())) {
    return {std::nullopt, false, "can't be read; its owner or mode may be wrong"};
  }
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.size() > kFileBytesMax) return {std::nullopt, false, "larger than 1 MiB"};
  return {std::move(text), false, ""};
}

std::optional<std::string> nearest_file(const std::string& path) {
  const fs::path wanted(path);
  const fs::path folder = wanted.has_parent_path() ? wanted.parent_path() : fs::path(".");
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (names.size() >= kFolderEntriesMax) break;
    std::error_code ignored;
    if (it->is_regular_file(ignored)) names.push_back(it->path().filename().string());
  }
  const auto meant = did_you_mean(wanted.filename().string(), names);
  if (!meant) return std::nullopt;
  return (wanted.parent_path() / *meant).string();
}

std::optional<At> parse_file(Reader& reader, const std::string& text, yaml::Document& document, int source) {
  document = yaml::parse(text, source);
  for (const yaml::Problem& problem : document.problems)
    reader.fault(At{nullptr, problem.mark, problem.path}, problem.message, problem.hint);
  if (document.root == nullptr) return std::nullopt;
  return At{document.root.get(), document.mark, ""};
}

}  // namespace prospectd::config
