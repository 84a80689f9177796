// Every input of the corpus, found by a fuzzer or thought out, through its target. A target that meets a
// broken promise aborts; the input's name stands above its last words.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/fuzz/targets.h"

namespace prospectd::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr size_t kInputsMin = 10;

std::vector<fs::path> corpus_of(const char* name) {
  std::vector<fs::path> inputs;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(fs::path(PROSPECTD_SOURCE_DIR) / "tests/fuzz/corpus" / name))
    inputs.push_back(entry.path());
  std::ranges::sort(inputs);
  return inputs;
}

void replay(const char* name, void (*target)(std::string_view)) {
  const std::vector<fs::path> inputs = corpus_of(name);
  EXPECT_GE(inputs.size(), kInputsMin);
  for (const fs::path& input : inputs) {
    std::fprintf(stderr, "%s/%s\n", name, input.filename().c_str());
    std::ifstream file(input, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    target(bytes);
  }
}

TEST(FuzzReplay, Soql) {
  replay("soql", soql);
}
TEST(FuzzReplay, HttpRequest) {
  replay("http_request", http_request);
}
TEST(FuzzReplay, Csv) {
  replay("csv", csv);
}
TEST(FuzzReplay, WriteAnswer) {
  replay("write_answer", write_answer);
}

}  // namespace
}  // namespace prospectd::fuzz
