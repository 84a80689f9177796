#include "tests/contract/writer_contract.h"

#include <algorithm>

namespace prospectd::test {

WriteBatch WriterContract::batch(WriteKind kind) const {
  WriteBatch out;
  out.kind = kind;
  out.object = names_.object;
  if (kind == WriteKind::kUpsert) out.key_field = names_.key;
  return out;
}

WriteRow& WriterContract::add(WriteBatch& batch, const std::string& id,
                              std::vector<FieldValue> fields) const {
  WriteRow row;
  row.token = 1'000 + static_cast<int64_t>(batch.rows.size());
  row.id = RemoteId(id);
  row.fields = std::move(fields);
  batch.rows.push_back(std::move(row));
  return batch.rows.back();
}

std::vector<FieldValue> WriterContract::person(const std::string& name) const {
  return {{names_.name, mapping::Value(name)}, {names_.required, mapping::Value("Acme")}};
}

std::vector<RowOutcome> WriterContract::must_write(WriteBatch batch) {
  const size_t rows = batch.rows.size();
  WriteReply reply = write(std::move(batch));
  EXPECT_FALSE(reply.failure) << (reply.failure ? reply.failure->text() : "");
  EXPECT_EQ(reply.rows.size(), rows);
  reply.rows.resize(rows);
  for (size_t i = 0; i < rows; ++i)
    EXPECT_EQ(reply.rows[i].token, 1'000 + static_cast<int64_t>(i));
  return std::move(reply.rows);
}

Lookup WriterContract::lookup(std::vector<mapping::Value> values, const std::string& field) const {
  Lookup out;
  out.object = names_.object;
  out.field = field.empty() ? names_.address : field;
  out.values = std::move(values);
  out.fields = {names_.name, names_.address};
  return out;
}

std::vector<std::string> WriterContract::found(Lookup lookup) {
  const auto page = find(std::move(lookup));
  EXPECT_TRUE(page) << page.error().text();
  std::vector<std::string> ids;
  if (!page) return ids;
  for (const mapping::Record& record : page->records)
    ids.push_back(record.id.str());
  std::sort(ids.begin(), ids.end());
  return ids;
}

Result<Page> WriterContract::read_back(std::vector<std::string> ids) {
  std::vector<RemoteId> wanted;
  for (std::string& id : ids)
    wanted.emplace_back(std::move(id));
  std::vector<std::string> fields = {names_.name, names_.text};
  return ask(writer().read_back(names_.object, std::move(fields), std::move(wanted)));
}

void WriterContract::expect_refused(WriteKind kind, const std::string& id, std::vector<FieldValue> fields,
                                    RefusalClass what, const std::string& field) {
  const auto check = [&](const RowOutcome& row) {
    ASSERT_EQ(row.state, RowState::kRefused);
    EXPECT_EQ(name_of(row.what()), name_of(what)) << row.refusals.at(0).code << row.refusals.at(0).message;
    EXPECT_EQ(row.id, RemoteId(id));
    if (!field.empty()) {
      EXPECT_EQ(row.refusals.at(0).fields, std::vector{field});
    }
  };
  WriteBatch alone = batch(kind);
  add(alone, id, fields);
  check(must_write(std::move(alone)).at(0));
  WriteBatch beside = batch(kind);
  const std::string good = kind == WriteKind::kCreate ? "" : org_->create(names_.object, "Good");
  add(beside, id, std::move(fields));
  add(beside, good, person("Good still"));
  const auto rows = must_write(std::move(beside));
  check(rows.at(0));
  EXPECT_EQ(rows.at(1).state, RowState::kWritten) << "a refused row keeps nothing else back";
}

}  // namespace prospectd::test
