// CreateLookup: before a record is created, the addresses of its prospect are looked up in every person type
// (SEMANTICS §3). Loop's thread.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "connectors/writer.h"
#include "daemon/engine/groundwork.h"
#include "daemon/engine/push_ledger.h"

namespace prospectd::engine {

class CreateLookup {
 public:
  /// All outlive it.
  CreateLookup(CycleContext& context, Groundwork& ground, Writer& writer)
      : c_(context), ground_(ground), writer_(writer) {}

  /// What stands for each entry's prospect already; converted leads stand for their contacts.
  /// **Errors:** the connector's. What could not be looked up in a type is not «not found».
  boost::asio::awaitable<Result<std::vector<FoundFor>>> find(
      const std::vector<reconcile::OutboxEntry>& entries, const reconcile::PushScene& scene);
  /// The one record that the CRM has told to stand for it, if it is of a person type.
  boost::asio::awaitable<Result<FoundFor>> fetch(reconcile::OutboxEntry entry, RemoteId record);
  /// The keys of all that was found.
  const reconcile::PageKeys& keys() const { return keys_; }

 private:
  /// Who has an address: positions among the entries, and of the address in the prospect's list.
  struct Wanted {
    size_t entry = 0;
    size_t address = 0;
  };
  boost::asio::awaitable<Result<void>> look_in(size_t type, std::vector<FoundFor>& all);
  boost::asio::awaitable<Result<Page>> ask(size_t type, std::vector<mapping::Value> values);
  boost::asio::awaitable<Result<void>> add_contacts(std::vector<FoundFor>& all);
  void add(size_t type, Page page, std::vector<FoundFor>& all);
  void add_record(size_t type, const mapping::MappedRecord& record, const std::string& owner,
                  std::vector<FoundFor>& all);
  void merge_keys(const reconcile::PageKeys& keys);

  CycleContext& c_;
  Groundwork& ground_;
  Writer& writer_;
  std::map<std::string, Wanted> wanted_;  ///< by address key
  /// Contacts that converted leads became, and whom they stand for.
  std::map<RemoteId, std::vector<Wanted>> contacts_;
  reconcile::PageKeys keys_;
};

}  // namespace prospectd::engine
