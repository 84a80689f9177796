// What is fuzzed: the readers of what strangers send that are a grammar of their own. Each target takes any
// bytes and aborts where a promise is broken; libFuzzer drives them (./dev fuzz), and the tests replay the
// corpus. Free of coroutines, so that clang can compile them.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace prospectd::fuzz {

/// Ends the process: a target's promise does not hold.
[[noreturn]] inline void broken(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// SOQL: what parses is printed, and parses to the same query again.
void soql(std::string_view bytes);
/// A request: whole or byte by byte, it is taken or refused in the same way (or still waited for), and
/// nothing past it is taken.
void http_request(std::string_view bytes);
/// CSV: whole or byte by byte, the rows are the same, and within their limits.
void csv(std::string_view bytes);
/// The answer to a write: as many outcomes as rows or none, each about the record that was sent, whole and
/// within its limits.
void write_answer(std::string_view bytes);

}  // namespace prospectd::fuzz
