// Scratch: a folder of its own for one test, gone at its end.
#pragma once

#include <filesystem>
#include <string>

#include "base/secret.h"

namespace prospectd::test {

class Scratch {
 public:
  Scratch() : path_(root() / ("prospectd-test-" + random_hex(8))) {
    std::filesystem::create_directories(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  // In memory where there is such a folder: tests commit thousands of times, and wait for no disk.
  static std::filesystem::path root() {
    const std::filesystem::path memory = "/dev/shm";
    return std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
  }

  std::filesystem::path path_;
};

}  // namespace prospectd::test
