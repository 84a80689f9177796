// Faults of pages and of the records in them: paging that leads nowhere or elsewhere, and values that no
// client should believe (SALESFORCE_API §18).
#include <algorithm>
#include <nlohmann/json.hpp>

#include "connectors/sandbox/fault_kinds.h"
#include "connectors/sandbox/front_state.h"

namespace prospectd::sandbox {
namespace {

// Fields keep the order of SELECT.
using Tree = nlohmann::ordered_json;

constexpr int kOk = 200;
constexpr const char* kNextUrl = "nextRecordsUrl";

ApiError no_page(const char* what) {
  return api_error("NOT_PLAYED", std::string("the answer is no ") + what);
}

Outcome<Tree> tree_of(const Handled& answer, const char* what) {
  if (answer.response.status != kOk) return no_page(what);
  Tree tree = Tree::parse(answer.response.body, nullptr, false);
  if (tree.is_discarded()) return no_page(what);
  return tree;
}

Outcome<Tree> page_of(const Handled& answer) {
  constexpr const char* kWhat = "page of a query";
  PD_ASSIGN(tree, tree_of(answer, kWhat));
  const bool page = tree.is_object() && tree.contains("records") && tree.contains("done");
  if (!page) return no_page(kWhat);
  return tree;
}

std::string text_of_tree(const Tree& tree) {
  return tree.dump(-1, ' ', false, Tree::error_handler_t::replace);
}

// The members in the order in which the real ones have them: totalSize, done, nextRecordsUrl, records.
void leads_on(Tree& page, const std::string& url) {
  Tree records = std::move(page["records"]);
  page.erase("records");
  page.erase(kNextUrl);
  page["done"] = false;
  page[kNextUrl] = url;
  page["records"] = std::move(records);
}

/// A value that is put into a record in place of what is there.
struct BadValue {
  std::string_view how;
  std::string (*make)(const std::string& field, const std::string& before);
};
constexpr size_t kHugeBytes = 5 * 1024 * 1024;
constexpr size_t kDepth = 200'000;
constexpr size_t kShortId = 15;
constexpr BadValue kBadValues[] = {
    {"bad_utf8",
     [](const std::string&, const std::string&) { return std::string("\"caf\xe9 \xff\xc0\xaf\""); }},
    {"nul", [](const std::string&, const std::string&) { return std::string("\"a\\u0000b\""); }},
    {"control", [](const std::string&, const std::string&) { return std::string("\"a\x01\nb\""); }},
    {"lone_surrogate", [](const std::string&, const std::string&) { return std::string("\"a\\ud83d b\""); }},
    {"huge",
     [](const std::string&, const std::string&) { return "\"" + std::string(kHugeBytes, 'x') + "\""; }},
    {"deep", [](const std::string&,
                const std::string&) { return std::string(kDepth, '[') + std::string(kDepth, ']'); }},
    {"exponent", [](const std::string&, const std::string&) { return std::string("1e400"); }},
    {"big_int", [](const std::string&, const std::string&) { return std::string("9223372036854775808"); }},
    {"duplicate_key",
     [](const std::string& field, const std::string& before) {
       return "\"" + before + "\"," + Tree(field).dump() + ":\"second " + before + "\"";
     }},
    {"wrong_checksum",
     [](const std::string&, const std::string& before) {
       std::string id = before;
       if (!id.empty()) id.back() = id.back() == 'A' ? 'B' : 'A';
       return "\"" + id + "\"";
     }},
    {"short_id",
     [](const std::string&, const std::string& before) { return "\"" + before.substr(0, kShortId) + "\""; }},
};

// Only what can stand between quotes as it is.
std::string plain_text_of(const Tree& value) {
  if (!value.is_string()) return {};
  std::string text = value.get<std::string>();
  std::erase_if(text, [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' '; });
  return text;
}

std::string raw_of(const nlohmann::json& with, const std::string& before) {
  const std::string how = with.value("how", "bad_utf8");
  if (with.contains("raw")) return with["raw"];
  for (const BadValue& value : kBadValues) {
    if (value.how == how) return value.make(with["field"], before);
  }
  return "null";
}

// The records of an answer: of a page, of a list, or the one that it is.
std::vector<Tree*> records_in(Tree& tree) {
  std::vector<Tree*> records;
  Tree* list = tree.is_array() ? &tree : tree.contains("records") ? &tree["records"] : nullptr;
  if (list == nullptr) {
    if (tree.contains("attributes")) records.push_back(&tree);
    return records;
  }
  for (Tree& record : *list) {
    if (record.is_object() && record.contains("attributes")) records.push_back(&record);
  }
  return records;
}

}  // namespace

Outcome<void> play_empty_page(const FaultTurn& turn, Handled& answer) {
  PD_ASSIGN(page, page_of(answer));
  page["records"] = Tree::array();
  const auto next = page.find(kNextUrl);
  leads_on(page, next == page.end() ? turn.request.target : next->get<std::string>());
  answer.response.body = text_of_tree(page);
  return {};
}

Outcome<void> play_page_loop(const FaultTurn& turn, Handled& answer) {
  PD_ASSIGN(page, page_of(answer));
  leads_on(page, turn.request.target);
  answer.response.body = text_of_tree(page);
  return {};
}

Outcome<void> play_next_url(const FaultTurn& turn, Handled& answer) {
  PD_ASSIGN(page, page_of(answer));
  leads_on(page, turn.with["url"]);
  answer.response.body = text_of_tree(page);
  return {};
}

Outcome<void> play_total_size(const FaultTurn& turn, Handled& answer) {
  PD_ASSIGN(page, page_of(answer));
  page["totalSize"] = turn.with["records"].get<int64_t>();
  answer.response.body = text_of_tree(page);
  return {};
}

// What is no JSON can't stand in a tree: marks stand in for it until the tree is text.
Outcome<void> play_bad_value(const FaultTurn& turn, Handled& answer) {
  constexpr const char* kWhat = "answer with records";
  PD_ASSIGN(tree, tree_of(answer, kWhat));
  const std::string field = turn.with["field"];
  const std::string id = turn.with.value("id", "");
  constexpr size_t kBadBytesMax = 64 * 1024 * 1024;  // of one answer, however many rows are asked for
  auto rows = turn.with.value("rows", int64_t{1});
  size_t written = 0;
  std::vector<std::pair<std::string, std::string>> marks;
  for (Tree* record : records_in(tree)) {
    if (rows == 0 || written > kBadBytesMax) break;
    if (!id.empty() && (!record->contains("Id") || (*record)["Id"] != id)) continue;
    const std::string before = record->contains(field) ? plain_text_of((*record)[field]) : std::string();
    std::string mark = "@@" + std::to_string(turn.fired.draw) + "." + std::to_string(marks.size()) + "@@";
    (*record)[field] = mark;
    marks.emplace_back(Tree(mark).dump(), raw_of(turn.with, before));
    written += marks.back().second.size();
    --rows;
  }
  if (marks.empty()) return no_page(kWhat);
  std::string body = text_of_tree(tree);
  size_t at = 0;
  for (const auto& [mark, raw] : marks) {
    at = body.find(mark, at);
    body.replace(at, mark.size(), raw);
    at += raw.size();
  }
  answer.response.body = std::move(body);
  return {};
}

}  // namespace prospectd::sandbox
