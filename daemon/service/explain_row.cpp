// What there is to say of a task, an account, a user, …: what it is, whose, and what the journal has of it.
#include <algorithm>

#include "daemon/service/explain.h"

namespace prospectd::service {
namespace {

struct Toucher {
  std::string_view type;
  std::string_view what;  ///< "nothing here has changed it yet; " comes before
};

constexpr Toucher kTouchers[] = {
    {"users", "its name and address come from the CRM with a poll, where it follows a user there"},
    {"accounts",
     "its name, website, industry and phone come from the CRM with a poll, where it follows a "
     "record there, and so does its owner where the mapping takes it in"},
    {"mailboxes",
     "it changes when somebody sets it, or when another mailbox of its user becomes the default"},
    {"sequenceStates",
     "it changes when somebody sets it, and pauses when a task of it is deleted while it is active or "
     "pending"},
    {"tasks", "it changes when somebody sets it, and goes with its sequence state when that ends"},
};

std::string_view toucher_of(const std::string& type) {
  const auto found = std::ranges::find(kTouchers, type, &Toucher::type);
  return found == std::end(kTouchers) ? "it changes when somebody sets it" : found->what;
}

std::string plain_name(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string capitalised(std::string words) {
  if (!words.empty() && words[0] >= 'a' && words[0] <= 'z')
    words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

class RowExplainer {
 public:
  RowExplainer(store::Reader& reader, const reconcile::RowKind& kind, int64_t id)
      : reader_(reader), kind_(kind), id_(id), names_(reader) {}

  Result<Explanation> explain() {
    store::ListQuery query;
    query.of = store::collection_named(kind_.type);
    query.ids = std::vector<int64_t>{id_};
    query.limit = 1;
    PD_ASSIGN(rows, reader_.list(query));
    PD_ASSIGN(journal, reader_.journal_of_row({kind_.type, id_}, kJournalRowsMax));
    if (rows.empty() && journal.empty())
      return make_error(ErrorCode::kNotFound, "there is no " + kind_.noun + " " + std::to_string(id_));
    const std::string who = capitalised(kind_.noun) + " " + std::to_string(id_);
    if (rows.empty()) {
      out_.subject = who + " · not there any more";
    } else {
      out_.subject = who + name_in(*query.of, rows.front());
      add_cells(*query.of, rows.front());
    }
    add_journal(journal);
    if (!rows.empty()) add_next(*query.of, rows.front());
    return std::move(out_);
  }

 private:
  static std::string name_in(const store::Collection& of, const store::ListRow& row) {
    const auto at = name_column(of);
    const std::string name = at ? row.values[*at].to_text() : std::string();
    return name.empty() ? name : " · " + name;
  }

  void add_cells(const store::Collection& of, const store::ListRow& row) {
    const auto named = name_column(of);
    for (size_t at = 0; at < of.columns.size(); ++at) {
      if (row.values[at].is_null() || at == named || of.columns[at].type == store::ColumnType::kJson)
        continue;
      out_.facts.emplace_back(plain_name(of.columns[at].name), row.values[at].to_text());
    }
    for (size_t at = 0; at < of.references.size(); ++at) {
      if (row.references[at])
        out_.facts.emplace_back(plain_name(of.references[at].name),
                                names_.of(of.references[at].to, *row.references[at]));
    }
  }

  void add_journal(const std::vector<store::JournalRow>& journal) {
    JournalFocus focus;
    focus.kind = &kind_;
    focus.names = &names_;
    for (const store::JournalRow& row : journal)
      out_.because.push_back(because_of(row, focus));
    if (journal.empty())
      out_.facts.emplace_back("journal",
                              "nothing here has changed it yet; " + std::string(toucher_of(kind_.type)));
    if (journal.size() >= kJournalRowsMax)
      out_.facts.emplace_back(
          "journal", "the newest " + std::to_string(kJournalRowsMax) + " entries; there are older ones");
  }

  void add_next(const store::Collection& of, const store::ListRow& row) {
    for (size_t at = 0; at < of.references.size(); ++at) {
      if (of.references[at].to == "prospects" && row.references[at])
        out_.next.push_back("prospectd explain prospect " + std::to_string(*row.references[at]));
    }
  }

  store::Reader& reader_;
  const reconcile::RowKind& kind_;
  const int64_t id_;
  RowNames names_;
  Explanation out_;
};

}  // namespace

Result<Explanation> explain_row(store::Reader& reader, const reconcile::RowName& row) {
  return RowExplainer(reader, *reconcile::row_kind_named(row.type), row.id).explain();
}

}  // namespace prospectd::service
