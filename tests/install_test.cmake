# Weir in somebody else's project, in each way that it can get there; tests/consumer/ is that
# project. Each time it is configured, built and run, with nothing but what was installed.
#
#   cmake -DWAY=installed ...   cmake --install into an empty root, found by find_package and by
#                               pkg-config; the Debian package holds the same
#   cmake -DWAY=subdirectory    add_subdirectory, as shared libraries
#
# -DSOURCE -DBUILD -DCONSUMER -DSCRATCH -DCOMPILER -DLAUNCHER -DGENERATOR -DCONFIG say with what.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "failed (${status}): ${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# Into a folder of its own, with these settings.
function(build_and_run_consumer name)
  run("${CMAKE_COMMAND}" -S "${CONSUMER}" -B "${SCRATCH}/${name}" -G "${GENERATOR}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_BUILD_TYPE=${CONFIG}" ${ARGN})
  run("${CMAKE_COMMAND}" --build "${SCRATCH}/${name}" --target consumer)
  run("${SCRATCH}/${name}/consumer")
endfunction()

function(expect_same_files a b)
  foreach(side IN ITEMS a b)
    file(GLOB_RECURSE files_${side} LIST_DIRECTORIES false RELATIVE "${${side}}" "${${side}}/*")
  endforeach()
  if(NOT files_a OR NOT files_a STREQUAL files_b)
    message(FATAL_ERROR "not the same files in ${a} and in ${b}:\n${files_a}\n\n${files_b}")
  endif()
endfunction()

function(test_pkgconfig root)
  file(GLOB_RECURSE files "${root}/*/weir-ring.pc")
  list(GET files 0 file)
  get_filename_component(folder "${file}" DIRECTORY)
  set(ENV{PKG_CONFIG_PATH} "${folder}")
  run(pkg-config --cflags --libs weir-ring)
  separate_arguments(flags UNIX_COMMAND "${output}")
  run("${COMPILER}" -std=c++20 "${CONSUMER}/only_ring.cc" ${flags} -o "${SCRATCH}/only_ring")
  run("${SCRATCH}/only_ring")
  # The umbrella asks for every part, in an order that can be linked.
  run(pkg-config --libs weir)
  string(FIND "${output}" -lweir_net net)
  string(FIND "${output}" -lweir_ring ring)
  string(FIND "${output}" -lweir_base base)
  if(net LESS 0 OR ring LESS net OR base LESS ring)
    message(FATAL_ERROR "pkg-config --libs weir: ${output}")
  endif()
endfunction()

function(test_installed)
  set(ENV{DESTDIR} "${SCRATCH}/root")
  run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix /usr)
  unset(ENV{DESTDIR})
  build_and_run_consumer(whole "-DCMAKE_PREFIX_PATH=${SCRATCH}/root/usr")
  test_pkgconfig("${SCRATCH}/root")

  run("${CMAKE_CPACK_COMMAND}" -G DEB --config "${BUILD}/CPackConfig.cmake" -B "${SCRATCH}/package")
  file(GLOB package "${SCRATCH}/package/libweir-dev_*.deb")
  run(dpkg-deb -x "${package}" "${SCRATCH}/package_root")
  expect_same_files("${SCRATCH}/root/usr" "${SCRATCH}/package_root/usr")
  build_and_run_consumer(part -DONLY_RING=ON
    "-DCMAKE_PREFIX_PATH=${SCRATCH}/package_root/usr")
endfunction()

# The name that a program looks for, and that nothing but ours is to be seen.
function(expect_shared_library path soname)
  run(readelf -d "${path}")
  if(NOT output MATCHES "\\[${soname}\\]")
    message(FATAL_ERROR "${path} is not called ${soname}:\n${output}")
  endif()
  run(nm -D -C --defined-only "${path}")
  string(REGEX REPLACE "\n$" "" output "${output}")
  string(REPLACE ";" "" output "${output}")
  string(REPLACE "\n" ";" symbols "${output}")
  list(LENGTH symbols count)
  list(FILTER symbols EXCLUDE REGEX "weir::| A WEIR_")
  if(symbols OR count LESS 10)
    message(FATAL_ERROR "${path} shows what is not Weir's, or nothing:\n${symbols}")
  endif()
endfunction()

function(test_subdirectory)
  build_and_run_consumer(subdirectory "-DWEIR_SOURCE=${SOURCE}" -DBUILD_SHARED_LIBS=ON)
  file(GLOB_RECURSE libraries "${SCRATCH}/subdirectory/*/libweir_*.so")
  if(NOT libraries)
    message(FATAL_ERROR "no shared library was built")
  endif()
  file(STRINGS "${SOURCE}/weir/base/version.h" version REGEX "^inline constexpr Version version{")
  string(REGEX REPLACE ".*{([0-9]+), ([0-9]+),.*" "\\1.\\2" version "${version}")
  foreach(library IN LISTS libraries)
    get_filename_component(name "${library}" NAME)
    expect_shared_library("${library}" "${name}.${version}")
  endforeach()
endfunction()

file(REMOVE_RECURSE "${SCRATCH}")
set(ENV{CMAKE_CXX_COMPILER_LAUNCHER} "${LAUNCHER}")
if(WAY STREQUAL installed)
  test_installed()
elseif(WAY STREQUAL subdirectory)
  test_subdirectory()
else()
  message(FATAL_ERROR "WAY is neither installed nor subdirectory: ${WAY}")
endif()
