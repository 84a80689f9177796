// Outcome<T>: a value, or the error that the CRM would answer with. It has the surface of Result<T>, so that
// PD_TRY and PD_ASSIGN work with it; the error is what goes over the wire (SALESFORCE_API §11.2), so its text
// may hold the value that was sent, as the real one's does. Values, any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace prospectd::sandbox {

/// What a duplicate rule found, for the answer about a single record (SALESFORCE_API §11.1).
struct DuplicateReport {
  bool allow_save = false;
  std::string rule;
  std::string object;  ///< of the record that was to be saved
  struct Matches {
    std::string object;
    std::vector<std::string> ids;
  };
  std::vector<Matches> matches;
};

/// One refusal as a client sees it.
struct ApiError {
  int status = 400;
  std::string code;                      ///< INVALID_FIELD, …
  std::string message;                   ///< in the CRM's words
  std::vector<std::string> fields = {};  ///< API names; left out of the body when empty
  std::shared_ptr<const DuplicateReport> duplicates = nullptr;
  std::vector<ApiError> more = {};  ///< what else was wrong with the same record
};

inline ApiError api_error(std::string code, std::string message, std::vector<std::string> fields = {}) {
  return ApiError{400, std::move(code), std::move(message), std::move(fields)};
}
inline ApiError api_error(int status, std::string code, std::string message) {
  return ApiError{status, std::move(code), std::move(message)};
}

template <class T>
class [[nodiscard]] Outcome {
 public:
  Outcome(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Outcome(ApiError error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& operator*() & { return *std::get_if<0>(&state_); }
  const T& operator*() const& { return *std::get_if<0>(&state_); }
  T&& operator*() && { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return std::get_if<0>(&state_); }
  const T* operator->() const { return std::get_if<0>(&state_); }
  ApiError& error() & { return *std::get_if<1>(&state_); }
  const ApiError& error() const& { return *std::get_if<1>(&state_); }
  ApiError&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  std::variant<T, ApiError> state_;
};

template <>
class [[nodiscard]] Outcome<void> {
 public:
  Outcome() = default;
  Outcome(ApiError error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  ApiError& error() & { return *error_; }
  const ApiError& error() const& { return *error_; }
  ApiError&& error() && { return std::move(*error_); }

 private:
  std::optional<ApiError> error_;
};

}  // namespace prospectd::sandbox
