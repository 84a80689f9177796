// Result<T>: a value or an Error, with the surface of std::expected (which g++ 12 lacks). Functions that can
// fail return it; exceptions stop in the .cpp that includes the library that throws.
#pragma once

#include <cassert>
#include <utility>
#include <variant>

#include "base/error.h"

namespace prospectd {

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  const T& value() const& {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  Error& error() & {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }
  const Error& error() const& {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    assert(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

  template <class U>
  T value_or(U&& fallback) const& {
    return has_value() ? value() : static_cast<T>(std::forward<U>(fallback));
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const { assert(has_value()); }
  Error& error() & {
    assert(error_);
    return *error_;
  }
  const Error& error() const& {
    assert(error_);
    return *error_;
  }
  Error&& error() && {
    assert(error_);
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace prospectd

/// Returns the error of `expression` from this function when it has one. For functions that return Result<…>
/// themselves.
#define PD_TRY(expression)                                       \
  do {                                                           \
    auto pd_try_result = (expression);                           \
    if (!pd_try_result) return std::move(pd_try_result).error(); \
  } while (false)

/// PD_TRY for coroutines.
#define PD_TRY_CO(expression)                                       \
  do {                                                              \
    auto pd_try_result = (expression);                              \
    if (!pd_try_result) co_return std::move(pd_try_result).error(); \
  } while (false)

/// Declares `name` with the value of `expression`, or returns its error from this function.
#define PD_ASSIGN(name, expression)                                        \
  auto pd_result_of_##name = (expression);                                 \
  if (!pd_result_of_##name) return std::move(pd_result_of_##name).error(); \
  auto name = *std::move(pd_result_of_##name)
