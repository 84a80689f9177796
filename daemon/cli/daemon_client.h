// DaemonClient: a daemon's control API, found through its configuration. One thread; calls block.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "base/secret.h"
#include "config/config.h"

namespace prospectd::cli {

class DaemonClient {
 public:
  /// Finds where the daemon listens (the file <state.directory>/api.address, which it writes itself, before
  /// the configuration) and reads its token.
  /// **Errors:** kNetwork when no daemon has run with this configuration; kConfigInvalid when the token can't
  /// be read.
  static Result<DaemonClient> open(const config::Config& config);

  const std::string& url() const { return base_; }
  /// How long one answer may take; 30 s unless it is said.
  void set_timeout(std::chrono::milliseconds timeout) { timeout_ = timeout; }

  /// The whole answer, {"data": …, "links": …}.
  /// **Errors:** kNetwork when no daemon answers (says how to start one); what the API's error says.
  Result<nlohmann::json> get(const std::string& target) const;
  Result<nlohmann::json> post(const std::string& target, const nlohmann::json& body) const;
  Result<nlohmann::json> patch(const std::string& target, const nlohmann::json& body) const;
  Result<nlohmann::json> remove(const std::string& target) const;
  Result<nlohmann::json> remove(const std::string& target, const nlohmann::json& body) const;

 private:
  Result<nlohmann::json> ask(std::string method, const std::string& target, std::string body) const;

  std::string base_;
  std::string config_path_;
  Secret token_;
  std::chrono::milliseconds timeout_{30'000};
};

/// The file in which a daemon says where it listens: one line, "127.0.0.1:8440".
std::string address_file(const config::Config& config);
/// "http://127.0.0.1:8440", from that file where it is there, else from the configuration; empty when neither
/// names a port.
std::string daemon_url(const config::Config& config);

/// What an error of the API means here.
Error error_of_answer(int status, const nlohmann::json& body);
/// An ERROR of the API (docs/api.md): what a sync or a connection failed with.
Error error_of_json(const nlohmann::json& error);

}  // namespace prospectd::cli
