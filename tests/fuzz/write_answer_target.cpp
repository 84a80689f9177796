#include <string>

#include "base/text.h"
#include "connectors/salesforce/write_answer.h"
#include "connectors/salesforce_wire/ids.h"
#include "tests/fuzz/targets.h"

namespace prospectd::fuzz {
namespace {

constexpr std::string_view kLeadPrefix = "00Q";
constexpr uint64_t kFirstLead = 1;

/// By the first byte: what was sent, and how many rows of it.
salesforce::SentRows sent_by(unsigned char choice) {
  salesforce::SentRows sent;
  sent.kind = static_cast<WriteKind>(choice % 4);
  sent.object = "Lead";
  const bool by_id = sent.kind == WriteKind::kUpdate || sent.kind == WriteKind::kDelete;
  const size_t rows = 1 + choice / 4 % 4;
  for (size_t i = 0; i < rows; ++i)
    sent.ids.emplace_back(by_id ? salesforce_wire::make_id(kLeadPrefix, kFirstLead + i) : "");
  return sent;
}

bool is_id(const RemoteId& id) {
  return salesforce_wire::canonical_id(id.str()) == id.str();
}

void check_refusal(const Refusal& refusal) {
  if (refusal.message.size() > kRefusalBytesMax) broken("a message beyond its limit");
  if (!is_valid_utf8(refusal.message)) broken("a message that is no UTF-8");
  if (refusal.fields.size() > kRefusalsMax || refusal.others.size() > kRefusalsMax)
    broken("more fields or records than a refusal may name");
  for (const RemoteId& other : refusal.others) {
    if (!is_id(other)) broken("another record that has no id");
  }
}

void check_row(const RowOutcome& row, const RemoteId& sent) {
  if (!sent.empty() && row.id != sent) broken("a row became another record");
  if (row.state == RowState::kWritten && !is_id(row.id)) broken("a row was written to no record");
  if ((row.state == RowState::kRefused) != !row.refusals.empty()) broken("a refusal without a reason");
  if (row.created && row.state != RowState::kWritten) broken("a row was created and not written");
  if (row.refusals.size() > kRefusalsMax) broken("more reasons than a row may have");
  for (const Refusal& refusal : row.refusals)
    check_refusal(refusal);
}

}  // namespace

void write_answer(std::string_view bytes) {
  if (bytes.empty()) return;
  const salesforce::SentRows sent = sent_by(static_cast<unsigned char>(bytes.front()));
  const std::string_view body = bytes.substr(1);
  if (const auto rows = salesforce::read_results(body, sent)) {
    if (rows->size() != sent.ids.size()) broken("rows and results are not as many");
    for (size_t i = 0; i < rows->size(); ++i)
      check_row((*rows)[i], sent.ids[i]);
  }
  if (const auto row = salesforce::read_refusal(body, sent)) check_row(*row, sent.ids.front());
}

}  // namespace prospectd::fuzz
