// Any text inside the quotes of another language: valid UTF-8 comes out, whatever went in.
#pragma once

#include <string>
#include <string_view>

namespace weir {

enum class Language { mermaid, dot, json, open_metrics };

std::string escape(Language language, std::string_view text);

}  // namespace weir
