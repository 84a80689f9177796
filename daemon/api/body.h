// Bodies: a request's body as JSON, watched while it is read (depth, members given twice), and what every
// reader of one asks of it. Readers end early with BodyFault, which read_body turns into a refusal. Pure, any
// thread.
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "daemon/api/orders.h"
#include "daemon/api/refusal.h"
#include "mapping/value.h"

namespace prospectd::api {

using Body = nlohmann::json;

/// Ends the reading of a body early; never leaves the API's parsers.
struct BodyFault : std::exception {
  explicit BodyFault(Refusal why) : refusal(std::move(why)) {}
  Refusal refusal;
};

/// A member's name in quotes, short enough for a message.
std::string quoted_member(const std::string& name);
/// **Throws:** BodyFault with kInvalidJson, line and column.
Body parse_body(const std::string& body);
/// **Throws:** always.
[[noreturn]] void refuse_member(const std::string& pointer, std::string detail);
/// **Throws:** BodyFault unless it is an object of these members.
void check_members(const Body& object, const std::string& pointer, const std::vector<std::string>& known);
/// The attributes of a resource, where the body is a document of one; else the body itself. `id` is that of
/// the path, or empty. `pointer` becomes theirs. `more` are members that the resource may have besides.
const Body& attributes_in(const Body& body, const std::string& type, std::string& pointer,
                          const std::string& id, const std::vector<std::string>& more = {});
/// **Throws:** BodyFault where it is missing or no text.
std::string text_member(const Body& attributes, const std::string& pointer, const char* name);
/// Empty where it is missing or null. **Throws:** BodyFault where it is no text.
std::string text_or_nothing(const Body& attributes, const std::string& pointer, const char* name);
/// False where it is missing. **Throws:** BodyFault where it is neither true nor false.
bool flag_member(const Body& attributes, const std::string& pointer, const char* name);

/// A single JSON value; nothing for arrays, objects and numbers that can't be kept.
std::optional<mapping::Value> single_value(const Body& given);
/// Whether it is a number with more digits than are kept of one: as a text it would be another.
bool has_too_many_digits(const Body& given);
constexpr const char* kTooManyDigits = " is a number of too many digits: give it as a text, in quotes";
/// A member's name as a part of a JSON pointer, after `pointer`.
std::string pointer_to(const std::string& pointer, const std::string& name);
/// The id of a relationship to one resource, {"data": {"type": "users", "id": "7"}}, or null for {"data":
/// null}; nothing when it is no such relationship.
std::optional<Body> linked_id(const Body& given, const std::string& type);
/// What is wanted in its place.
std::string linkage_words(const std::string& type);

/// Reads a body with `read`, and tells what is wrong with it.
template <class Order, class Read>
std::variant<Order, Refusal> read_body(const std::string& body, Read read) {
  if (body.size() > kBodyBytesMax) return refuse(Refused::kTooLarge, "a body may have 64 KiB here");
  try {
    return read(parse_body(body));
  } catch (const BodyFault& fault) {
    return fault.refusal;
  } catch (const std::exception&) {
    return refuse(Refused::kInvalidJson, "the body can't be read");
  }
}

}  // namespace prospectd::api
