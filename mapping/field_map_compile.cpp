// From MappingSpec to FieldMap: all that happens once, not for each record.
#include <algorithm>

#include "base/text.h"
#include "mapping/coerce.h"
#include "mapping/field_map.h"
#include "mapping/hash.h"
#include "mapping/unicode.h"

namespace prospectd::mapping {
namespace {

constexpr size_t kRemoteNameBytesMax = 255;
constexpr uint64_t kFingerprintSeed = 0x70726F7370656374ull;

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
  const auto near = did_you_mean(word, candidates);
  return near ? " (did you mean " + *near + "?)" : std::string();
}

// Names go into queries as they are, so that nothing else may be in them.
bool is_remote_name(std::string_view name) {
  return !name.empty() && name.size() <= kRemoteNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

// Compiles the lines one by one and collects what is wrong with each.
class Compiler {
 public:
  explicit Compiler(const std::vector<LocalField>& fields) : fields_(fields) {
    for (const LocalField& f : fields)
      local_names_.push_back(f.name);
  }

  void add(const FieldSpec& spec) {
    where_ = &spec.where;
    MapEntry entry;
    entry.spec = spec;
    const bool known = take_names(entry);
    entry.in = transforms_of(spec.transforms_in);
    entry.out = transforms_of(spec.transforms_out);
    take_words(entry);
    if (known) {
      entry.default_in = default_of(spec.default_in, entry.type, "default_in");
      entry.default_out = default_of(spec.default_out, entry.type, "default_out");
      check_twice(entry);
    }
    entries_.push_back(std::move(entry));
  }

  void fault(const std::string& where, const std::string& message) {
    if (!faults_.empty()) faults_ += '\n';
    faults_ += where.empty() ? message : where + ": " + message;
  }

  const std::string& faults() const { return faults_; }
  std::vector<MapEntry> take() && { return std::move(entries_); }

 private:
  void fault(const std::string& message) { fault(*where_, message); }

  bool take_names(MapEntry& entry) {
    const FieldSpec& spec = entry.spec;
    if (!is_remote_name(spec.remote)) {
      fault("\"" + repair_utf8(spec.remote.substr(0, kRemoteNameBytesMax)) +
            "\" is no name of a CRM field: it has letters, digits and '_' only");
    }
    const auto it = std::find(local_names_.begin(), local_names_.end(), spec.local);
    if (it == local_names_.end()) {
      fault("there is no local field " + spec.local + suggestion(spec.local, local_names_));
      return false;
    }
    entry.local = static_cast<size_t>(it - local_names_.begin());
    entry.type = fields_[entry.local].type;
    return true;
  }

  std::vector<const Transform*> transforms_of(const std::vector<std::string>& names) {
    std::vector<const Transform*> found;
    check_count(names.size(), "transforms");
    for (const std::string& name : names) {
      const Transform* transform = find_transform(name);
      if (transform == nullptr) {
        fault("there is no transform " + name + suggestion(name, transform_names()));
      } else {
        found.push_back(transform);
      }
    }
    return found;
  }

  void take_words(MapEntry& entry) {
    check_count(entry.spec.blank_words.size(), "blank words");
    check_count(entry.spec.value_map.size(), "values in its value map");
    for (const std::string& word : entry.spec.blank_words)
      entry.blank_words.push_back(unicode::lower(unicode::trim(word)));
    std::vector<std::string_view> seen;
    for (const auto& [remote, local] : entry.spec.value_map) {
      if (unicode::is_blank(std::string_view(remote)))
        fault("the value map of " + entry.spec.remote + " names a blank value: use default_in for it");
      seen.push_back(remote);
    }
    std::sort(seen.begin(), seen.end());
    const auto twice = std::adjacent_find(seen.begin(), seen.end());
    if (twice != seen.end())
      fault("the value map of " + entry.spec.remote + " names \"" + std::string(*twice) + "\" twice");
  }

  Value default_of(const std::optional<std::string>& text, LocalType type, std::string_view which) {
    if (!text) return {};
    Value value(*text);
    const std::string_view problem = coerce(value, type);
    if (!problem.empty()) fault(std::string(which) + " " + std::string(problem));
    if (value.is_null()) {
      fault(std::string(which) + " is blank: leave it out");
      return {};
    }
    return value;
  }

  void check_twice(const MapEntry& entry) {
    for (const MapEntry& other : entries_) {
      if (entry.takes_in() && other.takes_in() && other.spec.local == entry.spec.local) {
        fault("the local field " + entry.spec.local + " is filled twice, by " + other.spec.remote + " and " +
              entry.spec.remote);
      }
      if (entry.gives_out() && other.gives_out() &&
          equals_ignore_case_ascii(other.spec.remote, entry.spec.remote)) {
        fault("the CRM's field " + entry.spec.remote + " is written twice, from " + other.spec.local +
              " and " + entry.spec.local + ": give one of them the direction in");
      }
    }
  }

  void check_count(size_t count, std::string_view what) {
    if (count > kMapWordsMax)
      fault("has more than " + std::to_string(kMapWordsMax) + " " + std::string(what));
  }

  const std::vector<LocalField>& fields_;
  std::vector<std::string> local_names_;
  std::vector<MapEntry> entries_;
  std::string faults_;
  const std::string* where_ = nullptr;
};

class Fingerprint {
 public:
  void add(std::string_view text) { hash_ = hash_bytes(text, hash_); }
  void add(uint64_t word) { hash_ = hash_mix(hash_, word); }
  void add(const std::vector<std::string>& texts) {
    add(texts.size());
    for (const std::string& t : texts)
      add(std::string_view(t));
  }
  void add(const std::optional<std::string>& text) {
    add(uint64_t{text.has_value()});
    if (text) add(std::string_view(*text));
  }
  void add(const MapEntry& e) {
    const FieldSpec& s = e.spec;
    add(e.line);
    for (const auto word : {static_cast<int>(s.direction), static_cast<int>(s.conflict),
                            static_cast<int>(s.blanks_in), static_cast<int>(s.blanks_out)})
      add(static_cast<uint64_t>(word));
    add(s.default_out);
    add(s.transforms_out);
  }
  // What of an entry says which values meet (MapEntry::line).
  void add_comparison(const MapEntry& e) {
    const FieldSpec& s = e.spec;
    add(std::string_view(to_lower_ascii(s.remote)));
    add(std::string_view(s.local));
    add(static_cast<uint64_t>(e.type));
    add(s.blank_words);
    add(s.value_map.size());
    for (const auto& [remote, local] : s.value_map) {
      add(std::string_view(remote));
      add(std::string_view(local));
    }
    add(s.default_in);
    add(s.transforms_in);
  }
  uint64_t value() const { return hash_; }

 private:
  uint64_t hash_ = kFingerprintSeed;
};

}  // namespace

Result<FieldMap> FieldMap::compile_against(const MappingSpec& spec, const std::vector<LocalField>& fields,
                                           size_t email) {
  Compiler compiler(fields);
  if (spec.object.empty()) compiler.fault(spec.where, "the mapping names no object");
  if (spec.fields.size() > kMapEntriesMax) {
    return make_error(ErrorCode::kConfigInvalid, spec.where + ": the mapping has more than " +
                                                     std::to_string(kMapEntriesMax) + " fields");
  }
  for (const FieldSpec& field : spec.fields)
    compiler.add(field);
  if (!compiler.faults().empty()) return make_error(ErrorCode::kConfigInvalid, compiler.faults());
  FieldMap map;
  map.object_ = spec.object;
  map.email_local_ = email;
  map.entries_ = std::move(compiler).take();
  map.finish();
  return map;
}

Result<FieldMap> FieldMap::compile(const MappingSpec& spec, const LocalSchema& schema) {
  return compile_against(spec, schema.fields(), field::kEmail);
}

Result<FieldMap> FieldMap::compile_account(const MappingSpec& spec) {
  return compile_against(spec, account_fields(), kNone);
}

void FieldMap::finish() {
  Fingerprint print;
  print.add(std::string_view(object_));
  email_entry_ = kNone;
  for (size_t i = 0; i < entries_.size(); ++i) {
    MapEntry& e = entries_[i];
    Fingerprint line;
    line.add_comparison(e);
    e.line = line.value();
    print.add(e);
    if (e.local == email_local_ && e.takes_in()) email_entry_ = i;
    e.read_again = std::any_of(
        entries_.begin() + static_cast<std::ptrdiff_t>(i) + 1, entries_.end(),
        [&e](const MapEntry& later) { return equals_ignore_case_ascii(later.spec.remote, e.spec.remote); });
  }
  for (MapEntry& e : entries_) {
    const auto of_the_field = [&e](const MapEntry& other) { return other.local == e.local; };
    const MapEntry* fills = inward(e.local);
    e.speaks = fills != nullptr ? fills == &e : &*std::ranges::find_if(entries_, of_the_field) == &e;
    e.goes_elsewhere = std::ranges::any_of(entries_, [&](const MapEntry& other) {
      return &other != &e && of_the_field(other) && other.gives_out();
    });
  }
  fingerprint_ = print.value();
}

FieldMap without(const FieldMap& map, const std::vector<size_t>& dropped) {
  FieldMap rest;
  rest.object_ = map.object_;
  rest.email_local_ = map.email_local_;
  for (size_t i = 0; i < map.entries_.size(); ++i) {
    if (std::find(dropped.begin(), dropped.end(), i) == dropped.end())
      rest.entries_.push_back(map.entries_[i]);
  }
  rest.finish();
  return rest;
}

}  // namespace prospectd::mapping
