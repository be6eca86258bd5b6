// What commands write on standard output.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "weir/base/result.h"

namespace weir::tool {

// JSON on one line. What is no UTF-8 in it is replaced.
std::string text_of(nlohmann::ordered_json const& json);

// Fails if nobody can read it, at the latest when finish_saying() does.
Result<void> say(std::string_view text);
Result<void> finish_saying();

// What names in ops would tell a terminal to do, they do not: control characters become '?'.
std::string harmless(std::string_view name);

// "2026-11-20T20:04:16Z"
std::string text_of_time(std::uint64_t unix_microseconds);

}  // namespace weir::tool
