#include "connectors/sandbox/text_arena.h"

namespace prospectd::sandbox {
namespace {
constexpr size_t kBlockBytes = 1024 * 1024;
// A text that would waste a good part of a block gets a block of its own.
constexpr size_t kOwnBlockBytes = kBlockBytes / 8;
}  // namespace

char* TextArena::take(size_t size) {
  if (size > left_) {
    const size_t block = size > kOwnBlockBytes ? size : kBlockBytes;
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    bytes_ += block;
    if (block == size) return blocks_.back().get();
    next_ = blocks_.back().get();
    left_ = block;
  }
  char* at = next_;
  next_ += size;
  left_ -= size;
  return at;
}

const char* TextArena::add(std::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());
  char* at = take(sizeof(size) + text.size());
  std::memcpy(at, &size, sizeof(size));
  if (!text.empty()) std::memcpy(at + sizeof(size), text.data(), text.size());
  return at;
}

const char* TextArena::share(std::string_view text) {
  const auto known = shared_.find(text);
  if (known != shared_.end()) return known->data() - sizeof(uint32_t);
  const char* at = add(text);
  shared_.insert(read(at));
  return at;
}

}  // namespace prospectd::sandbox
