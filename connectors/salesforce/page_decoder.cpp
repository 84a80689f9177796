#include "connectors/salesforce/page_decoder.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "base/text.h"
#include "connectors/salesforce/column_reader.h"
#include "connectors/salesforce/json_repair.h"

namespace prospectd::salesforce {
namespace {

namespace od = simdjson::ondemand;

constexpr size_t kParserStep = 1024 * 1024;           ///< its buffers grow by whole steps
constexpr size_t kParserKeepBytes = 8 * 1024 * 1024;  ///< buffers for larger pages are given back
constexpr int64_t kReserveMax = 2'000;                ///< what the API puts on a page at most
constexpr size_t kRecordDepth = 3;                    ///< the answer, its list of records, a record

Error bad_page(std::string_view what) {
  return make_error(ErrorCode::kBadPayload, "the answer to a query doesn't parse: " + std::string(what));
}

constexpr std::string_view reason_of(RepairKind kind) {
  return kind == RepairKind::kNotUtf8 ? "bytes that are no UTF-8" : "a control character that is not escaped";
}

/// The JSON of an array or object, which is then behind; nullopt, with nothing moved, for everything else.
std::optional<std::string_view> raw_container(od::value& value, od::json_type type) {
  std::string_view json;
  if (type == od::json_type::object) {
    od::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
    if (object.raw_json().get(json) == simdjson::SUCCESS) return json;
  } else if (type == od::json_type::array) {
    od::array array;
    if (value.get_array().get(array) != simdjson::SUCCESS) return std::nullopt;
    if (array.raw_json().get(json) == simdjson::SUCCESS) return json;
  }
  return std::nullopt;
}

std::optional<std::string_view> raw_container(od::value& value) {
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return std::nullopt;
  return raw_container(value, type);
}

Fault read_number(od::value& value, JsonValue& out) {
  out.text = trim_ascii(value.raw_json_token());
  od::number number;
  if (value.get_number().get(number) != simdjson::SUCCESS) return Fault::kOutOfRange;
  if (number.is_uint64()) return Fault::kOutOfRange;  // what fits is told as signed
  if (number.is_int64()) {
    out.kind = JsonKind::kInteger;
    out.integer = number.get_int64();
    return Fault::kNone;
  }
  out.kind = JsonKind::kReal;
  out.real = number.get_double();
  return std::isfinite(out.real) ? Fault::kNone : Fault::kOutOfRange;
}

/// The content of a string lies in the page itself unless it has escapes, and then needs no copy.
Fault read_string(od::value& value, JsonValue& out) {
  out.kind = JsonKind::kText;
  std::string_view token = value.raw_json_token();
  if (token.back() != '"') token = trim_ascii(token);
  const bool plain =
      token.size() >= 2 && token.back() == '"' && std::memchr(token.data(), '\\', token.size()) == nullptr;
  if (!plain) {
    out.unescaped = true;
    return value.get_string().get(out.text) == simdjson::SUCCESS ? Fault::kNone : Fault::kBadText;
  }
  out.text = token.substr(1, token.size() - 2);
  return value.get_raw_json_string().error() == simdjson::SUCCESS ? Fault::kNone : Fault::kBadText;
}

/// Leaves the iterator before the value or behind it, so that iteration goes on either way.
Fault read_json(od::value& value, JsonValue& out) {
  od::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return Fault::kWrongType;
  switch (type) {
    case od::json_type::string:
      return read_string(value, out);
    case od::json_type::null: {
      bool null = false;
      return value.is_null().get(null) == simdjson::SUCCESS && null ? Fault::kNone : Fault::kWrongType;
    }
    case od::json_type::boolean:
      out.kind = JsonKind::kBoolean;
      return value.get_bool().get(out.flag) == simdjson::SUCCESS ? Fault::kNone : Fault::kWrongType;
    case od::json_type::number:
      return read_number(value, out);
    default: {
      const auto json = raw_container(value, type);
      if (!json) return Fault::kWrongType;
      out.kind = JsonKind::kContainer;
      out.text = trim_ascii(*json);
      return nests_deeper_than(out.text, kJsonDepthMax - kRecordDepth) ? Fault::kTooDeep : Fault::kNone;
    }
  }
}

/// Finds the column of each key, cheapest when keys come in the order of the SELECT, and keys that come
/// twice.
class ColumnFinder {
 public:
  explicit ColumnFinder(const PageLayout& layout)
      : columns_(layout.columns()), seen_(layout.columns().size(), 0) {}

  static constexpr size_t kNone = static_cast<size_t>(-1);

  void start_record() {
    ++record_;
    next_ = 0;
  }
  const Column& column(size_t i) const { return columns_[i]; }
  /// The next column when `key` is its name, byte by byte.
  size_t find_next(od::raw_json_string key) {
    if (next_ >= columns_.size() || !key.unsafe_is_equal(columns_[next_].key)) return kNone;
    return next_++;
  }
  /// Any column, ignoring ASCII case.
  size_t find_any(std::string_view key) {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (!equals_ignore_case_ascii(columns_[i].key, key)) continue;
      next_ = i + 1;
      return i;
    }
    return kNone;
  }
  /// False when the record has had this column before.
  bool mark(size_t column) { return std::exchange(seen_[column], record_) != record_; }

 private:
  const std::vector<Column>& columns_;
  std::vector<uint32_t> seen_;  ///< by column: the last record that had it
  uint32_t record_ = 0;
  size_t next_ = 0;
};

/// One pass over one answer. The parser gives out each string once only: its buffer has room for no more.
class PageReader {
 public:
  PageReader(od::document& document, const PageLayout& layout, std::span<const Repair> repairs,
             const char* begin)
      : document_(document), layout_(layout), finder_(layout), repairs_(repairs), begin_(begin) {}

  Result<DecodedPage> read();
  Result<DecodedPage> read_list();

 private:
  /// What is known of a record while it is read.
  struct Draft {
    mapping::Record record;
    bool has_version = false;
    std::string reason;  ///< the first fault; empty while there is none

    void blame(std::string_view what) {
      if (reason.empty()) reason = what;
    }
    void blame(std::string_view key, std::string_view what) {
      if (reason.empty()) reason = std::string(key) + ": " + std::string(what);
    }
  };

  Result<void> read_top_field(od::field& field);
  Result<void> read_records(od::array& records);
  Result<void> read_record(od::value& element);
  bool read_fields(od::object& object, Draft& draft);
  void read_field(od::field& field, Draft& draft);
  void read_column(od::value& value, const Column& column, Draft& draft);
  void skip_unasked(od::value& value, std::string_view key, Draft& draft);
  void check_repairs(const char* start, const char* end, Draft& draft);
  void keep(Draft draft, std::string_view bytes);
  Result<DecodedPage> finish();

  od::document& document_;
  const PageLayout& layout_;
  ColumnFinder finder_;
  std::span<const Repair> repairs_;  ///< those not yet met
  const char* begin_;
  DecodedPage page_;
  bool has_total_ = false;
  bool has_done_ = false;
  bool has_next_ = false;
  bool has_records_ = false;
};

Result<DecodedPage> PageReader::read() {
  od::object root;
  if (document_.get_object().get(root) != simdjson::SUCCESS) return bad_page("it is no whole JSON object");
  for (auto result : root) {
    od::field field;
    if (std::move(result).get(field) != simdjson::SUCCESS) return bad_page("it is cut short or broken");
    PD_TRY(read_top_field(field));
  }
  // Where the end isn't reached, something stands behind the object, or the loop ended in the middle of it.
  if (document_.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    return bad_page("it is broken, or something follows it");
  }
  return finish();
}

Result<DecodedPage> PageReader::read_list() {
  od::array list;
  if (document_.get_array().get(list) != simdjson::SUCCESS) return bad_page("it is no whole JSON list");
  for (auto result : list) {
    od::value element;
    od::json_type type{};
    if (std::move(result).get(element) != simdjson::SUCCESS || element.type().get(type) != simdjson::SUCCESS)
      return bad_page("it is cut short or broken");
    if (++page_.total > static_cast<int64_t>(kPageRecordsMax)) return bad_page("it has too many records");
    if (type != od::json_type::null) {
      PD_TRY(read_record(element));
      continue;
    }
    JsonValue nothing;
    if (read_json(element, nothing) != Fault::kNone) return bad_page("it is broken");
  }
  if (document_.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return bad_page("it is broken, or something follows it");
  if (!repairs_.empty()) return bad_page("it has bytes that are no JSON, outside of any record");
  page_.done = true;
  return std::move(page_);
}

Result<void> PageReader::read_top_field(od::field& field) {
  const od::raw_json_string key = field.key();
  od::value& value = field.value();
  if (key.unsafe_is_equal("records")) {
    od::array records;
    if (std::exchange(has_records_, true)) return bad_page("records come twice");
    if (value.get_array().get(records) != simdjson::SUCCESS) return bad_page("records are no list");
    return read_records(records);
  }
  if (key.unsafe_is_equal("totalSize")) {
    if (std::exchange(has_total_, true) || value.get_int64().get(page_.total) != simdjson::SUCCESS ||
        page_.total < 0) {
      return bad_page("totalSize is no count");
    }
    return {};
  }
  if (key.unsafe_is_equal("done")) {
    if (std::exchange(has_done_, true) || value.get_bool().get(page_.done) != simdjson::SUCCESS) {
      return bad_page("done is neither true nor false");
    }
    return {};
  }
  if (key.unsafe_is_equal("nextRecordsUrl")) {
    if (std::exchange(has_next_, true)) return bad_page("nextRecordsUrl comes twice");
    JsonValue json;
    if (read_json(value, json) != Fault::kNone) return bad_page("nextRecordsUrl is no text");
    if (json.kind == JsonKind::kNull) return {};
    if (json.kind != JsonKind::kText) return bad_page("nextRecordsUrl is no text");
    page_.next_records_url = std::string(json.text);
    return {};
  }
  const std::optional<std::string_view> json = raw_container(value);
  if (json && nests_deeper_than(*json, kJsonDepthMax - 1)) return bad_page("it is nested too deep");
  return {};
}

Result<void> PageReader::read_records(od::array& records) {
  // totalSize stands before the records; where it doesn't, growing costs little.
  page_.records.reserve(static_cast<size_t>(std::min<int64_t>(page_.total, kReserveMax)));
  for (auto result : records) {
    od::value element;
    if (std::move(result).get(element) != simdjson::SUCCESS) return bad_page("it is cut short or broken");
    if (page_.records.size() + page_.bad.size() >= kPageRecordsMax) {
      return bad_page("it has more than " + std::to_string(kPageRecordsMax) + " records");
    }
    PD_TRY(read_record(element));
  }
  return {};
}

Result<void> PageReader::read_record(od::value& element) {
  const char* start = nullptr;
  if (document_.current_location().get(start) != simdjson::SUCCESS) return bad_page("it is cut short");
  Draft draft;
  od::object object;
  std::string_view scalar;
  if (element.get_object().get(object) == simdjson::SUCCESS) {
    if (!read_fields(object, draft)) return bad_page("it is cut short or broken inside a record");
    if (draft.record.id.empty()) draft.blame("Id is missing");
    if (!draft.has_version) draft.blame("SystemModstamp is missing");
  } else {
    draft.blame("a record that is no object");
    // A list is moved behind here, a scalar by the iteration itself.
    if (!raw_container(element)) scalar = element.raw_json_token();
  }
  const char* end = nullptr;
  if (document_.current_location().get(end) != simdjson::SUCCESS || end < start) {
    return bad_page("it is cut short");
  }
  const auto size = static_cast<size_t>(end - start) + scalar.size();
  check_repairs(start, start + size, draft);
  if (size > kRecordBytesMax) {
    draft.reason = "too large: " + group_digits(static_cast<int64_t>(size)) + " bytes, the most is " +
                   group_digits(kRecordBytesMax);
  }
  keep(std::move(draft), {start, size});
  return {};
}

/// False when the JSON itself breaks; faults of values are the draft's.
bool PageReader::read_fields(od::object& object, Draft& draft) {
  finder_.start_record();
  draft.record.values.resize(layout_.fields()->size());
  for (auto result : object) {
    od::field field;
    if (std::move(result).get(field) != simdjson::SUCCESS) return false;
    read_field(field, draft);
  }
  for (const auto& [from, to] : layout_.copies())
    draft.record.values[to] = draft.record.values[from];
  return true;
}

void PageReader::read_field(od::field& field, Draft& draft) {
  size_t column = finder_.find_next(field.key());
  if (column == ColumnFinder::kNone) {
    if (field.key().unsafe_is_equal("attributes")) return skip_unasked(field.value(), "attributes", draft);
    std::string_view key;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) {
      return draft.blame("a field name that is not well formed");
    }
    column = finder_.find_any(key);
    if (column == ColumnFinder::kNone) return skip_unasked(field.value(), "a field not asked for", draft);
  }
  const Column& meaning = finder_.column(column);
  if (!finder_.mark(column)) return draft.blame(meaning.key, "comes twice");
  read_column(field.value(), meaning, draft);
}

void PageReader::read_column(od::value& value, const Column& column, Draft& draft) {
  mapping::Value aside;
  const bool asked = column.slot != mapping::FieldList::npos;
  mapping::Value& content = asked ? draft.record.values[column.slot] : aside;
  JsonValue json;
  Fault fault = read_json(value, json);
  if (fault == Fault::kNone) fault = read_value(json, column.kind, content);
  if (fault != Fault::kNone) {
    if (fault == Fault::kWrongType) page_.schema_in_doubt = true;
    return draft.blame(column.key, reason_of(fault));
  }
  if (column.role == Role::kField) return;
  if (!apply_role(column.role, content, draft.record)) return draft.blame(column.key, "no record id");
  if (column.role == Role::kVersion) draft.has_version = !content.is_null();
}

/// What wasn't asked for isn't read, but it must not be a trap for who reads the payload later.
void PageReader::skip_unasked(od::value& value, std::string_view key, Draft& draft) {
  const std::optional<std::string_view> json = raw_container(value);
  if (json && nests_deeper_than(*json, kJsonDepthMax - kRecordDepth)) draft.blame(key, "nested too deep");
}

void PageReader::check_repairs(const char* start, const char* end, Draft& draft) {
  const auto at = [this](const Repair& repair) { return begin_ + repair.offset; };
  if (repairs_.empty() || at(repairs_.front()) < start || at(repairs_.front()) >= end) return;
  draft.reason = reason_of(repairs_.front().kind);
  while (!repairs_.empty() && at(repairs_.front()) < end)
    repairs_ = repairs_.subspan(1);
}

void PageReader::keep(Draft draft, std::string_view bytes) {
  if (draft.reason.empty()) {
    page_.records.push_back(std::move(draft.record));
    return;
  }
  BadRecord bad;
  bad.id = std::move(draft.record.id);
  if (draft.has_version) bad.version = draft.record.version;
  bad.reason = std::move(draft.reason);
  bad.payload = repair_and_cut(trim_ascii(bytes), kBadPayloadBytesMax);
  page_.bad.push_back(std::move(bad));
}

Result<DecodedPage> PageReader::finish() {
  if (!has_total_ || !has_done_ || !has_records_) return bad_page("totalSize, done or records are missing");
  if (!repairs_.empty()) return bad_page("it has bytes that are no JSON, outside of any record");
  if (page_.done != page_.next_records_url.empty()) {
    return bad_page("done and nextRecordsUrl contradict each other");
  }
  const auto rows = static_cast<int64_t>(page_.records.size() + page_.bad.size());
  if (rows > page_.total || (!page_.done && rows == page_.total)) {
    return bad_page("totalSize is " + std::to_string(page_.total) + " with " + std::to_string(rows) +
                    " records on one page");
  }
  return std::move(page_);
}

}  // namespace

struct PageDecoder::Impl {
  od::parser parser;

  /// **Errors:** the parser's own code, so that a repair can be tried for some.
  simdjson::error_code open(std::string& text, od::document& document) {
    const size_t size = text.size();
    text.append(simdjson::SIMDJSON_PADDING, '\0');
    if (parser.capacity() < size) {
      const size_t capacity = (size / kParserStep + 1) * kParserStep;
      if (const auto error = parser.allocate(capacity, parser.max_depth())) return error;
    }
    return parser.iterate(text.data(), size, text.size()).get(document);
  }
  void give_back() {
    if (parser.capacity() > kParserKeepBytes) parser = od::parser{};
  }
  Result<DecodedPage> decode(std::string body, const PageLayout& layout,
                             Result<DecodedPage> (PageReader::*read)()) {
    const size_t size = body.size();
    od::document document;
    RepairedJson repaired;
    auto error = open(body, document);
    if (error == simdjson::UTF8_ERROR || error == simdjson::UNESCAPED_CHARS) {
      auto attempt = repair_json(std::string_view(body).substr(0, size));
      if (!attempt) return bad_page("it is no UTF-8");
      repaired = *std::move(attempt);
      body = std::move(repaired.text);
      error = open(body, document);
    }
    if (error != simdjson::SUCCESS) {
      give_back();
      return bad_page("it is cut short or no JSON");
    }
    PageReader reader(document, layout, repaired.repairs, body.data());
    auto page = (reader.*read)();
    give_back();
    return page;
  }
};

PageDecoder::PageDecoder() : impl_(std::make_unique<Impl>()) {}
PageDecoder::~PageDecoder() = default;

Result<DecodedPage> PageDecoder::decode(std::string body, const PageLayout& layout) {
  return impl_->decode(std::move(body), layout, &PageReader::read);
}

Result<DecodedPage> PageDecoder::decode_list(std::string body, const PageLayout& layout) {
  return impl_->decode(std::move(body), layout, &PageReader::read_list);
}

}  // namespace prospectd::salesforce
