// JsonWriter: JSON text written member by member, indented for people and the same every time. Pure, one
// thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace prospectd::config {

class JsonWriter {
 public:
  /// `key` is empty for the document itself and for the items of a list.
  void open_object(std::string_view key = {}) { open(key, '{'); }
  void open_list(std::string_view key = {}) { open(key, '['); }
  void close();
  void text(std::string_view key, std::string_view value);
  void number(std::string_view key, int64_t value) { raw(key, std::to_string(value)); }
  void truth(std::string_view key, bool value) { raw(key, value ? "true" : "false"); }
  /// A list of texts, on one line.
  template <class Texts>
  void texts(std::string_view key, const Texts& values) {
    std::string list;
    for (const auto& value : values)
      list += (list.empty() ? "" : ", ") + quoted(value);
    raw(key, "[" + list + "]");
  }

  /// The document, once everything is closed.
  std::string take() && { return std::move(out_) + "\n"; }

 private:
  static std::string quoted(std::string_view text);
  void open(std::string_view key, char bracket);
  void raw(std::string_view key, std::string_view value);
  void new_line();

  std::string out_;
  std::string ends_;  ///< the brackets that are open, by what closes them
  bool first_ = true;
};

}  // namespace prospectd::config
