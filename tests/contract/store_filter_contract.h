// What the filter contract needs beside the store's: prospects made by chance, and both ways to select them.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "reconcile/prospect_expression.h"
#include "tests/contract/store_contract.h"

namespace prospectd::store {

class Chance;

class FilterContract : public StoreContract {
 protected:
  /// Users, accounts and prospects of all sorts.
  void fill(Chance& chance);
  void add_prospect(int64_t id, Chance& chance, std::vector<reconcile::Step>& steps);

  /// The numbers of those that the evaluator, or the store, takes.
  std::set<int64_t> evaluated(const mapping::expression::Expression& expression,
                              const std::map<int64_t, ProspectRow>& rows) const;
  static std::set<int64_t> selected(Reader& reader, const mapping::expression::Expression& expression);

  mapping::expression::Catalogue catalogue_ = reconcile::prospect_catalogue(contract_schema());
  std::map<int64_t, reconcile::User> users_;
  std::map<int64_t, reconcile::Account> accounts_;
};

}  // namespace prospectd::store
