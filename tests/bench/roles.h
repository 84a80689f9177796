// Roles: what a child of the bench does in its process: the CRM, the reference, or prospectd itself. Each
// writes lines to standard output: where it can be reached, or its figures.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/result.h"
#include "tests/bench/figures.h"

namespace prospectd::bench {

/// A sandbox CRM with `people` generated records; tells its address, credentials and admin token in one line
/// and answers until standard input ends.
/// **Errors:** as sandbox::make_sandbox.
Result<void> serve_sandbox(int64_t people);

/// Writes an export of an org with `people` generated records: one CSV file an object.
/// **Errors:** kInternal when a file can't be written.
Result<void> write_export(int64_t people, const std::string& folder);
/// Reads the files of an export, row by row, and does nothing with them: "records= seconds=".
Result<void> read_export(const std::string& folder);
/// A sandbox CRM with that export; tells "records= seconds= bytes=" of the load, then its address and
/// credentials, and answers until standard input ends.
/// **Errors:** as sandbox::make_sandbox.
Result<void> load_and_serve(const std::string& folder);

/// A server of the product's kind that answers every request with `bytes` bytes of JSON; tells its port and
/// answers until standard input ends.
/// **Errors:** as http::make_server.
Result<void> serve_bytes(int64_t bytes);

struct ImportOptions {
  std::string config;    ///< a configuration file of prospectd
  std::string database;  ///< a new file, or one that was imported into
  bool again = false;    ///< reads everything once more, and fails when anything is written
  bool idle = false;     ///< stays idle for a while at the end, and tells its memory
  size_t pages_per_commit = 10;
};
/// One cycle of the real engine: transport, connector, core and store, as the daemon wires them.
/// **Errors:** the configuration's, the store's, the cycle's; kInternal when a second reading wrote
/// something.
Result<Figures> run_import(const ImportOptions& options);

struct PollRoleOptions {
  std::string config;
  std::string database;     ///< imported into
  std::string crm;          ///< the sandbox's address
  std::string admin_token;  ///< the sandbox's
  std::string client_id;    ///< … the bare pipeline's at the sandbox
  std::string client_secret;
  std::string bare_database;     ///< filled by the bare pipeline
  std::vector<int64_t> changes;  ///< how many records change before each poll
  bool together = false;         ///< they were imported one after another, else evenly spread over all
};
/// Polls the CRM again and again, each time after so many records have changed there, and writes a line for
/// each poll: changes, read and updated (people), calls, metered, objects, cycle_ms, fetch_ms, and bare_ms:
/// what the bare pipeline takes beyond the network to upsert the same changes into its one table. The same
/// records change each time, so that the overlap reads no others; those that lie together are not those of
/// polls before, and are polled without it. A first poll, which logs in and reads the descriptions, is not
/// told.
/// **Errors:** the configuration's, the store's, the cycles'; kInternal when a change was not noticed.
Result<void> run_polls(const PollRoleOptions& options);

struct PushRoleOptions {
  std::string config;
  std::string database;  ///< imported into
  int64_t updates = 0;   ///< prospects that change before each push
  int rounds = 1;
};
/// Changes prospects here and writes them to the CRM, and then sends the very same calls once more from
/// memory; a line for each round: updates, seconds, cpu_seconds, bare_seconds, write_calls, other_calls.
/// **Errors:** the configuration's, the store's, the cycles'; kInternal when not everything was written.
Result<void> run_pushes(const PushRoleOptions& options);

/// Runs the loop until whoever started this process lets go of its standard input.
void run_until_input_ends(boost::asio::io_context& io);

}  // namespace prospectd::bench
