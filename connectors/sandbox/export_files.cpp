#include "connectors/sandbox/export_files.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>

#include "base/harmless.h"
#include "base/text.h"
#include "connectors/sandbox/schema.h"
#include "connectors/sandbox/zip_file.h"

namespace prospectd::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCsvEnding = ".csv";
constexpr std::string_view kZipEnding = ".zip";

struct CloseExportFile {
  void operator()(std::FILE* f) const { std::fclose(f); }
};

class DiskSource final : public ByteSource {
 public:
  DiskSource(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}
  size_t read(char* to, size_t size) override {
    const size_t got = failure_.empty() ? std::fread(to, 1, size, file_.get()) : 0;
    if (got == 0 && std::ferror(file_.get()) != 0) failure_ = path_ + " could not be read to its end";
    return got;
  }
  const std::string& failure() const override { return failure_; }

 private:
  std::unique_ptr<std::FILE, CloseExportFile> file_;
  std::string path_;
  std::string failure_;
};

Result<std::unique_ptr<ByteSource>> open_on_disk(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr)
    return make_error(ErrorCode::kConfigInvalid, path + " can't be read; check its permissions");
  return std::unique_ptr<ByteSource>(std::make_unique<DiskSource>(file, path));
}

bool ends_like(std::string_view name, std::string_view ending) {
  return name.size() > ending.size() &&
         equals_ignore_case_ascii(name.substr(name.size() - ending.size()), ending);
}

// "Lead" of "export/Lead.csv"; empty where that names no object.
std::string object_of(std::string_view name) {
  name.remove_prefix(std::min(name.rfind('/') + 1, name.size()));
  if (!ends_like(name, kCsvEnding)) return {};
  name.remove_suffix(kCsvEnding.size());
  return is_api_name(name) ? std::string(name) : std::string();
}

/// "WE_00D…_2.ZIP": what the parts have in common, and which one it is; number 0: none of several.
struct Part {
  std::string stem;
  int number = 0;
};

Part part_of(const std::string& name) {
  Part part{to_lower_ascii(name), 0};
  if (!ends_like(name, kZipEnding)) return part;
  const std::string_view bare = std::string_view(name).substr(0, name.size() - kZipEnding.size());
  const size_t underscore = bare.rfind('_');
  if (underscore == std::string_view::npos) return part;
  const std::string_view digits = bare.substr(underscore + 1);
  int number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = read.ec == std::errc{} && read.ptr == digits.data() + digits.size() && number > 0;
  return whole ? Part{to_lower_ascii(bare.substr(0, underscore)), number} : part;
}

class Finder {
 public:
  Result<ExportFiles> find(const std::string& path) {
    std::error_code failed;
    const fs::file_status status = fs::status(path, failed);
    if (fs::is_directory(status)) {
      PD_TRY(add_folder(path));
    } else if (fs::is_regular_file(status)) {
      PD_TRY(add_zips_beside(path));
    } else {
      return make_error(ErrorCode::kConfigInvalid,
                        harmless(path) +
                            " is neither a folder nor a zip; give one with the CSV files of a data "
                            "export, such as Lead.csv and Contact.csv");
    }
    if (found_.files.empty())
      return make_error(ErrorCode::kConfigInvalid,
                        harmless(path) + " has no CSV file that is named after an object, such as Lead.csv");
    if (found_.files.size() > kExportFilesMax)
      return make_error(ErrorCode::kConfigInvalid, harmless(path) + " has too many CSV files");
    tell_missing_parts();
    std::stable_sort(found_.files.begin(), found_.files.end(), [](const ExportFile& a, const ExportFile& b) {
      return to_lower_ascii(a.object) < to_lower_ascii(b.object);
    });
    return std::move(found_);
  }

 private:
  static Result<std::vector<fs::path>> listed(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code failed;
    for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
      paths.push_back(at->path());
    if (failed)
      return make_error(ErrorCode::kConfigInvalid,
                        harmless(folder.string()) + " can't be read; check its permissions");
    std::sort(paths.begin(), paths.end(), [](const fs::path& a, const fs::path& b) {
      const Part left = part_of(a.filename().string());
      const Part right = part_of(b.filename().string());
      return std::pair(left.stem, left.number) < std::pair(right.stem, right.number);
    });
    return paths;
  }

  Result<void> add_folder(const std::string& folder) {
    PD_ASSIGN(paths, listed(folder));
    for (const fs::path& path : paths) {
      std::error_code failed;
      if (!fs::is_regular_file(path, failed)) continue;
      const std::string name = path.filename().string();
      if (ends_like(name, kZipEnding)) {
        PD_TRY(add_zip(path));
      } else if (const std::string object = object_of(name); !object.empty()) {
        const std::string whole = path.string();
        found_.files.push_back({name, object, static_cast<uint64_t>(fs::file_size(path, failed)),
                                [whole] { return open_on_disk(whole); }});
      } else {
        add_other(name);
      }
    }
    return {};
  }

  // The zip, and the other parts of the same export.
  Result<void> add_zips_beside(const fs::path& path) {
    const Part part = part_of(path.filename().string());
    if (part.number == 0) return add_zip(path);
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    PD_ASSIGN(paths, listed(folder));
    for (const fs::path& other : paths) {
      const Part its = part_of(other.filename().string());
      if (its.number > 0 && its.stem == part.stem) PD_TRY(add_zip(other));
    }
    return {};
  }

  Result<void> add_zip(const fs::path& path) {
    const std::string name = path.filename().string();
    if (const Part part = part_of(name); part.number > 0) parts_[part.stem].insert(part.number);
    PD_ASSIGN(opened, ZipFile::open(path.string()));
    const std::shared_ptr<const ZipFile> zip = std::move(opened);
    // Only the uppermost CSV files are objects; deeper ones are what people have attached to records.
    const auto depth = [](const ZipEntry& e) { return std::count(e.name.begin(), e.name.end(), '/'); };
    auto uppermost = std::numeric_limits<std::ptrdiff_t>::max();
    for (const ZipEntry& entry : zip->entries()) {
      if (!object_of(entry.name).empty()) uppermost = std::min(uppermost, depth(entry));
    }
    for (const ZipEntry& entry : zip->entries()) {
      const std::string object = object_of(entry.name);
      if (object.empty() || depth(entry) > uppermost) {
        add_other(name + "/" + entry.name);
      } else {
        found_.files.push_back(
            {name + "/" + entry.name, object, entry.bytes, [zip, &entry] { return zip->read(entry); }});
      }
    }
    return {};
  }

  void add_other(const std::string& name) {
    ++found_.other_total;
    if (found_.other.size() < kOtherFilesMax) found_.other.push_back(name);
  }

  void tell_missing_parts() {
    for (const auto& [stem, numbers] : parts_) {
      for (int number = 1; number < *numbers.rbegin() && found_.missing.size() < kOtherFilesMax; ++number) {
        if (!numbers.contains(number)) found_.missing.push_back(stem + "_" + std::to_string(number) + ".zip");
      }
    }
  }

  ExportFiles found_;
  std::map<std::string, std::set<int>> parts_;
};

}  // namespace

Result<ExportFiles> find_export(const std::string& path) {
  return Finder().find(path);
}

}  // namespace prospectd::sandbox
