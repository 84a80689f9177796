// DemoFolder: where a demo keeps everything: its configuration and mappings, secrets, the database, the logs
// of its processes. Temporary unless it is named: then it stays. Blocking; one owner, one thread.
#pragma once

#include <string>

#include "base/result.h"
#include "config/examples.h"

namespace prospectd::wire {

class DemoFolder {
 public:
  /// A new folder under $TMPDIR (else /tmp), or the named one.
  /// **Errors:** kConfigInvalid when it can't be made; kInvalidInput when the named one holds an earlier
  /// demo.
  static Result<DemoFolder> make(const std::string& named);
  DemoFolder(DemoFolder&& other) noexcept;
  DemoFolder& operator=(DemoFolder&&) = delete;
  DemoFolder(const DemoFolder&) = delete;
  DemoFolder& operator=(const DemoFolder&) = delete;
  /// Removes it, when it is temporary.
  ~DemoFolder();

  /// A file in it; the folder itself for "".
  std::string path(const std::string& name = {}) const;
  std::string config_file() const { return path("prospectd.yaml"); }
  bool temporary() const { return temporary_; }

  /// Writes the configuration, the mappings beside it, and makes the state folder.
  Result<void> write_config(const config::DemoValues& values) const;

 private:
  DemoFolder(std::string path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}

  std::string path_;  ///< absolute; empty: moved away
  bool temporary_ = false;
};

}  // namespace prospectd::wire
