// SqliteReader: the Reader port on a read-only connection of its own (on the writer's for a database in
// memory). Its view begins with the first call and is consistent until the log must be moved: then an idle
// reader gives it up, and its next call sees the newer state. One thread at a time.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "reconcile/store/address_hash.h"
#include "reconcile/store/sqlite_codec.h"
#include "reconcile/store/sqlite_db.h"
#include "reconcile/store/store.h"

namespace prospectd::store {

/// What a reader keeps of its store, and outlives it with.
struct ReaderSetup {
  std::shared_ptr<Database> db;
  std::shared_ptr<const Codec> codec;
  AddressHash hash;
  std::shared_ptr<const std::atomic<bool>> dead;
};

/// A reader's view of the database, which the writer may ask to be given up.
class ReadView {
 public:
  /// `own`: the connection is the reader's alone, so a view is a transaction.
  ReadView(std::shared_ptr<Database> db, bool own) : db_(std::move(db)), own_(own) {}
  /// Begins the view unless it stands; nobody ends it while the lock is held.
  Result<std::unique_lock<std::mutex>> enter();
  /// Ends the view when no call is under way. Any thread.
  void give_up();

 private:
  std::shared_ptr<Database> db_;
  bool own_;
  bool stands_ = false;
  std::mutex mutex_;
};

std::unique_ptr<Reader> make_sqlite_reader(ReaderSetup setup, std::shared_ptr<ReadView> view);

}  // namespace prospectd::store
