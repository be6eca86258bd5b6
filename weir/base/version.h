// Which Weir this is; CMakeLists.txt reads it here. Until 1.0 a new minor version may change
// anything, and then its shared libraries have another name; a new patch changes nothing of that.
#pragma once

namespace weir {

struct Version {
  int major;
  int minor;
  int patch;

  friend constexpr bool operator==(Version const&, Version const&) = default;
};

inline constexpr Version version{0, 1, 0};

// `version` is that one, or a later one: `static_assert(weir::is_at_least({0, 1, 0}));`
constexpr bool is_at_least(Version const& needed) {
  if (version.major != needed.major) return version.major > needed.major;
  if (version.minor != needed.minor) return version.minor > needed.minor;
  return version.patch >= needed.patch;
}

}  // namespace weir
