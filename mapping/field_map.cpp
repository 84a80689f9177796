// What a FieldMap does for each record; see field_map_compile.cpp for what happens once.
#include "mapping/field_map.h"

#include <algorithm>

#include "base/text.h"
#include "mapping/coerce.h"
#include "mapping/email_key.h"
#include "mapping/hash.h"
#include "mapping/unicode.h"

namespace prospectd::mapping {
namespace {

bool is_blank_word(const MapEntry& e, std::string_view text) {
  if (e.blank_words.empty()) return false;
  const std::string word = unicode::lower(unicode::trim(text));
  return std::find(e.blank_words.begin(), e.blank_words.end(), word) != e.blank_words.end();
}

// The other side's word for `text`; nullptr when the value map has none, and the text stays as it is.
const std::string* translate(const MapEntry& e, std::string_view text, bool inward) {
  for (const auto& [remote, local] : e.spec.value_map) {
    if ((inward ? remote : local) == text) return inward ? &local : &remote;
  }
  return nullptr;
}

// Value map, then transforms; both work on text, so that other kinds become text when there is one.
void rewrite(Value& value, const MapEntry& e, const std::vector<const Transform*>& transforms, bool inward) {
  if (value.is_absent() || value.is_null()) return;
  if (!e.spec.value_map.empty()) {
    const std::string* word =
        value.is_string() ? translate(e, value.str(), inward) : translate(e, value.to_text(), inward);
    if (word != nullptr) value = Value(*word);
  }
  if (transforms.empty()) return;
  if (!value.is_string()) value = Value(value.to_text());
  for (const Transform* t : transforms)
    value = Value(t->apply(value.str()));
}

// One raw value of the CRM in local terms, in place. Returns what is wrong with it.
std::string_view take_in(Value& value, const MapEntry& e) {
  if (value.is_absent()) return {};
  if (value.is_string() && is_blank_word(e, value.str())) value = Value::null();
  rewrite(value, e, e.in, true);
  const std::string_view problem = coerce(value, e.type);
  if (value.is_null() && !e.default_in.is_absent()) value = e.default_in;
  return problem;
}

uint64_t hash_of_marks(const Record& record, uint64_t seed) {
  uint64_t h = hash_mix(seed, (record.deleted ? 1u : 0u) | (record.lineage.converted ? 2u : 0u));
  h = hash_bytes(record.lineage.merged_into.str(), h);
  h = hash_bytes(record.lineage.converted_contact.str(), h);
  return hash_bytes(record.lineage.converted_account.str(), h);
}

}  // namespace

std::vector<std::string> FieldMap::remote_fields() const {
  std::vector<std::string> names;
  for (const MapEntry& e : entries_) {
    const bool there = std::any_of(names.begin(), names.end(), [&e](const std::string& name) {
      return equals_ignore_case_ascii(name, e.spec.remote);
    });
    if (!there) names.push_back(e.spec.remote);
  }
  return names;
}

std::vector<uint64_t> FieldMap::lines() const {
  std::vector<uint64_t> lines;
  lines.reserve(entries_.size());
  for (const MapEntry& e : entries_)
    lines.push_back(e.line);
  std::sort(lines.begin(), lines.end());
  return lines;
}

const MapEntry* FieldMap::inward(size_t local) const {
  const auto it = std::find_if(entries_.begin(), entries_.end(),
                               [local](const MapEntry& e) { return e.local == local && e.takes_in(); });
  return it == entries_.end() ? nullptr : &*it;
}

std::vector<size_t> FieldMap::bind(const FieldList& layout) const {
  std::vector<size_t> binding;
  binding.reserve(entries_.size());
  const auto& names = layout.names();
  for (const MapEntry& e : entries_) {
    size_t at = layout.find(e.spec.remote);
    if (at == FieldList::npos) {
      const auto it = std::find_if(names.begin(), names.end(), [&e](const std::string& name) {
        return equals_ignore_case_ascii(name, e.spec.remote);
      });
      if (it != names.end()) at = static_cast<size_t>(it - names.begin());
    }
    binding.push_back(at);
  }
  return binding;
}

MappedRecord FieldMap::to_local(const Record& record, const std::vector<size_t>& binding) const {
  return to_local(Record(record), binding);
}

MappedRecord FieldMap::to_local(Record&& record, const std::vector<size_t>& binding) const {
  const Value absent;
  MappedRecord out;
  out.version = record.version;
  out.deleted = record.deleted;
  out.hash = hash_of_marks(record, fingerprint_);
  out.values.resize(entries_.size());
  for (size_t i = 0; i < entries_.size(); ++i) {
    const MapEntry& e = entries_[i];
    // A binding made for another map, or a short record, says nothing of the field.
    const size_t at = i < binding.size() ? binding[i] : FieldList::npos;
    if (at >= record.values.size()) {
      out.hash = absent.hash(out.hash);
      continue;
    }
    Value& raw = record.values[at];
    out.hash = raw.hash(out.hash);
    Value& value = out.values[i];
    if (e.read_again) {
      value = raw;
    } else {
      value = std::move(raw);
    }
    const std::string_view problem = take_in(value, e);
    if (!problem.empty()) out.errors.push_back({i, e.spec.remote + " " + std::string(problem)});
  }
  if (email_entry_ != kNone) out.email_key = email_key(out.values[email_entry_].str());
  out.id = std::move(record.id);
  out.lineage = std::move(record.lineage);
  return out;
}

Value FieldMap::to_remote(const MapEntry& e, const Value& local) const {
  if (!e.gives_out() || local.is_absent()) return {};
  const bool reference = e.type == LocalType::kUser || e.type == LocalType::kAccount;
  if (reference && !local.is_null() && !local.is_string()) return {};
  Value value = local;
  if (value.is_blank() || (value.is_string() && is_blank_word(e, value.str()))) value = Value::null();
  rewrite(value, e, e.out, false);
  if (!value.is_blank()) return value;
  if (!e.default_out.is_absent()) return e.default_out;
  return e.spec.blanks_out == Blanks::kMirror ? Value::null() : Value();
}

}  // namespace prospectd::mapping
