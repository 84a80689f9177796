// Spoiler: makes single records of the CRM's answers bad, or whole answers, and heals them again. Sits on the
// wire between the organisation and the connector; outlives the world's transport. One thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "tests/support/json_rows.h"
#include "tests/support/sim_transport.h"

namespace prospectd::test {

class Spoiler {
 public:
  /// The JSON of a record, changed.
  using RowChange = std::function<std::string(std::string row)>;
  using AnswerChange = std::function<void(const http::Request&, http::Response&)>;

  void attach(SimTransport& transport) {
    transport.set_mangler([this](const http::Request& request, http::Response& answer) {
      change_rows(answer);
      if (answer_change_) answer_change_(request, answer);
    });
  }
  /// From now on this record comes changed.
  void spoil(const std::string& id, RowChange change) { rows_.insert_or_assign(id, std::move(change)); }
  /// From now on every answer may be changed.
  void spoil_answers(AnswerChange change) { answer_change_ = std::move(change); }
  void heal() {
    rows_.clear();
    answer_change_ = {};
  }

 private:
  void change_rows(http::Response& answer) const {
    if (rows_.empty()) return;
    auto page = JsonRows::cut(answer.body);
    if (!page) return;
    for (std::string& row : page->rows) {
      const auto change = rows_.find(text_in(row, "Id"));
      if (change != rows_.end()) row = change->second(std::move(row));
    }
    answer.body = page->join();
  }

  std::map<std::string, RowChange> rows_;  ///< by id
  AnswerChange answer_change_;
};

/// A query's answer (also a later page of one) about this object.
inline bool asks_for(const http::Request& request, const std::string& object) {
  const auto target = http::percent_decode(request.url, true);
  return target && target->find(" FROM " + object + " ") != std::string::npos;
}

}  // namespace prospectd::test
