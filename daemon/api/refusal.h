// Refusal: why a request is not carried out, before it becomes an error document. Pure data, any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace prospectd::api {

/// Why a request was refused. The status, code and title belong together: answers.cpp has the table.
enum class Refused {
  kInvalidInput,
  kInvalidJson,
  kUnauthorized,
  kForbidden,
  kHostNotAllowed,
  kOriginNotAllowed,
  kCrossSite,
  kNotFound,
  kMethodNotAllowed,
  kNotAcceptable,
  kPreconditionFailed,
  kUnsupportedMediaType,
  kTooLarge,
  kKeyUnderWay,  ///< of an Idempotency-Key
  kKeyReused,
  kTooManyRequests,
};

struct Refusal {
  Refused why = Refused::kInvalidInput;
  std::string detail;     ///< a sentence for a person
  std::string parameter;  ///< the query parameter at fault, or empty
  std::string pointer;    ///< JSON pointer into the body at fault, or empty
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< Allow, Retry-After, WWW-Authenticate
};

inline Refusal refuse(Refused why, std::string detail) {
  Refusal refusal;
  refusal.why = why;
  refusal.detail = std::move(detail);
  return refusal;
}

}  // namespace prospectd::api
