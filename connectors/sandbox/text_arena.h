// TextArena: where the texts of an org's records live. Append-only, so that a text's address never moves;
// what an edit replaces stays behind until the org ends. One owner (the org), one thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace prospectd::sandbox {

class TextArena {
 public:
  /// Keeps a copy and gives its address: four bytes of length, then the text.
  const char* add(std::string_view text);
  /// The same, but equal texts share one copy; for what repeats (ids of owners, picklist values, countries).
  const char* share(std::string_view text);

  static std::string_view read(const char* at) {
    uint32_t size = 0;
    std::memcpy(&size, at, sizeof(size));
    return {at + sizeof(size), size};
  }
  /// Bytes taken from the system for texts.
  size_t bytes() const { return bytes_; }

 private:
  char* take(size_t size);

  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t left_ = 0;
  char* next_ = nullptr;
  size_t bytes_ = 0;
  std::unordered_set<std::string_view> shared_;
};

}  // namespace prospectd::sandbox
