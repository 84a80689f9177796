// The pages keep to what is there: the commands that they name are commands, their links lead somewhere.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/house/source_tree.h"

namespace prospectd::house {
namespace {

namespace fs = std::filesystem;

std::vector<const SourceFile*> pages() {
  std::vector<const SourceFile*> found;
  for (const SourceFile& file : project_tree()) {
    if (file.path.ends_with(".md")) found.push_back(&file);
  }
  return found;
}

const SourceFile& file_at(const std::string& path) {
  for (const SourceFile& file : project_tree()) {
    if (file.path == path) return file;
  }
  throw std::runtime_error("no such file: " + path);
}

// Every first group of `pattern` in `text`.
std::set<std::string> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (auto it = std::sregex_iterator(text.begin(), text.end(), regex); it != std::sregex_iterator(); ++it)
    found.insert((*it)[1]);
  return found;
}

TEST(Docs, NameOnlyCommandsThatDevHas) {
  const std::set<std::string> commands = all_matches(file_at("dev").text, R"(\nrun_([a-z]+)\(\) \{)");
  EXPECT_GE(commands.size(), 7u);
  for (const SourceFile* page : pages()) {
    for (const std::string& word : all_matches(page->text, R"(\./dev ([a-z]+))"))
      EXPECT_TRUE(word == "help" || commands.count(word) == 1) << page->path << ": ./dev " << word;
  }
}

TEST(Docs, DevHelpNamesEveryCommandAtTheStartOfALine) {
  const std::string& dev = file_at("dev").text;
  for (const std::string& command : all_matches(dev, R"(\nrun_([a-z]+)\(\) \{)"))
    EXPECT_NE(dev.find("\n  " + command + " "), std::string::npos) << command;
}

TEST(Docs, LinksLeadSomewhere) {
  size_t links = 0;
  for (const SourceFile* page : pages()) {
    const fs::path folder = fs::path(PROSPECTD_SOURCE_DIR) / fs::path(page->path).parent_path();
    for (const std::string& target : all_matches(page->text, R"(\]\(([^)#]+)\))")) {
      if (target.starts_with("https://")) continue;
      ++links;
      EXPECT_TRUE(fs::exists(folder / target)) << page->path << " links to " << target;
    }
  }
  EXPECT_GT(links, 0u);
}

TEST(Docs, FoldersThatTheReadmeListsAreThere) {
  const auto folders = all_matches(file_at("README.md").text, R"(\n\| `([a-z_/]+)/` \|)");
  EXPECT_GE(folders.size(), 7u);
  for (const std::string& folder : folders)
    EXPECT_TRUE(fs::is_directory(fs::path(PROSPECTD_SOURCE_DIR) / folder)) << folder;
}

TEST(Docs, DecisionsAreNumberedWithoutGaps) {
  size_t next = 1;
  for (const SourceFile* page : pages()) {
    if (!page->path.starts_with("docs/decisions/")) continue;
    char number[8];
    std::snprintf(number, sizeof number, "%04zu", next++);
    EXPECT_TRUE(fs::path(page->path).filename().string().starts_with(number)) << page->path;
    EXPECT_TRUE(page->text.starts_with("# " + std::string(number) + " ")) << page->path;
  }
  EXPECT_GT(next, 4u);
}

}  // namespace
}  // namespace prospectd::house
