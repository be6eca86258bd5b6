# The few functions the CMakeLists.txt files of this project are made of:
#
#   weir_library(NAME ring SOURCES ... HEADERS ... PRIVATE_HEADERS ... DEPENDS base LINK ...)
#   weir_test(NAME ring_test SOURCES ... DEPENDS ring LABELS ring threads [TIMEOUT 120] [DEFINES ...])
#   weir_error_test(NAME wrong_port SOURCE errors/wrong_port.cc)
#   weir_fuzz(NAME frame_fuzz SOURCES ... DEPENDS net)
#   weir_program(NAME reachability SOURCES ... DEPENDS weir LINK ...)
#
# DEPENDS names folders of weir/ (or `weir` for all of them), LINK names targets of other projects.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
include("${CMAKE_CURRENT_LIST_DIR}/install.cmake")

# ---- settings of the whole build, when this project is the one being built ----

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_EXTENSIONS OFF)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  # Target all_verify_interface_header_sets: every public header must compile alone.
  set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)

  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release unless said otherwise" FORCE)
  endif()

  find_program(WEIR_CCACHE ccache)
  if(WEIR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # The sloppiness is what ccache asks for where precompiled headers are used.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
      "CCACHE_SLOPPINESS=pch_defines,time_macros" "${WEIR_CCACHE}")
  endif()

  find_program(WEIR_MOLD mold)
  if(WEIR_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
endif()

find_package(Threads REQUIRED)

# What every target of ours is compiled with, and no user of ours is.
function(weir_compile_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow)
  # False alarms of g++ 12 about inlined std::string and std::vector (GCC bugs 105329, 105651).
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-array-bounds
      -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
  if(WEIR_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # Lets ccache recognise a precompiled header by its content.
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()

# base ring -> weir::base weir::ring. (The targets themselves are weir_base, weir_ring.)
function(weir_link target scope)
  foreach(folder IN LISTS ARGN)
    target_link_libraries(${target} ${scope} weir::${folder})
  endforeach()
endfunction()

# A misspelt keyword ends up among the unparsed arguments: say so rather than ignore it.
macro(weir_check_arguments)
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "${CMAKE_CURRENT_FUNCTION}(${arg_NAME}): "
      "unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_NAME)
    message(FATAL_ERROR "${CMAKE_CURRENT_FUNCTION}: NAME is missing")
  endif()
endmacro()

# add_subdirectory for a folder that has a CMakeLists.txt, if it is wanted.
function(weir_add_folder folder)
  cmake_parse_arguments(arg "" "IF" "" ${ARGN})
  if(DEFINED arg_IF AND NOT arg_IF)
    return()
  endif()
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/CMakeLists.txt")
    add_subdirectory(${folder})
  endif()
endfunction()

# ---- libraries ----

# One target per folder of weir/: weir_NAME, to be linked as weir::NAME. HEADERS are public and
# installed; PRIVATE_HEADERS are neither. Without SOURCES it is a header-only (INTERFACE) library.
# It is installed with all the rest (cmake/install.cmake); what LINK names has a row there.
function(weir_library)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;HEADERS;PRIVATE_HEADERS;DEPENDS;LINK" ${ARGN})
  weir_check_arguments()
  set(target weir_${arg_NAME})
  set(scope PUBLIC)
  if(arg_SOURCES)
    add_library(${target} ${arg_SOURCES} ${arg_PRIVATE_HEADERS})
    weir_compile_options(${target})
    weir_shared_library(${target})
  else()
    set(scope INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  add_library(weir::${arg_NAME} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${arg_NAME})

  # The repository root is the include root: #include "weir/ring/ring.h".
  target_sources(${target} ${scope} FILE_SET HEADERS
    BASE_DIRS "${PROJECT_SOURCE_DIR}" FILES ${arg_HEADERS})
  target_include_directories(${target} ${scope}
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  target_compile_features(${target} ${scope} cxx_std_20)
  weir_link(${target} ${scope} ${arg_DEPENDS})
  target_link_libraries(${target} ${scope} ${arg_LINK})

  weir_install_library(${arg_NAME} DEPENDS ${arg_DEPENDS} LINK ${arg_LINK})
endfunction()

# A target that gathers libraries under one header at the root of weir/.
function(weir_umbrella)
  cmake_parse_arguments(arg "" "NAME;HEADER" "DEPENDS" ${ARGN})
  weir_check_arguments()
  weir_library(NAME ${arg_NAME} HEADERS ${arg_HEADER} DEPENDS ${arg_DEPENDS})
endfunction()

# ---- tests ----

# gtest.h is most of what a test file costs to compile: it is compiled once, for all of them.
function(weir_test_precompiled_header)
  add_library(weir_test_pch OBJECT "${PROJECT_SOURCE_DIR}/cmake/test_pch.cc")
  target_link_libraries(weir_test_pch PRIVATE GTest::gtest Threads::Threads)
  target_compile_features(weir_test_pch PRIVATE cxx_std_20)
  weir_compile_options(weir_test_pch)
  target_precompile_headers(weir_test_pch PRIVATE <gtest/gtest.h>)
  add_custom_target(tests_threads)  # what the preset tsan builds; weir_test adds to it
endfunction()

# One GoogleTest binary, one ctest entry of the same name (discovering single cases is slow). Build
# the tests of one label with the target tests_LABEL, run them with `ctest -L LABEL`. The label
# `threads` marks what uses several threads: that is what runs under ThreadSanitizer.
function(weir_test)
  cmake_parse_arguments(arg "" "NAME;LABEL;TIMEOUT" "SOURCES;DEPENDS;LINK;LABELS;DEFINES" ${ARGN})
  weir_check_arguments()
  if(NOT WEIR_BUILD_TESTS)
    return()
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  weir_compile_options(${arg_NAME})
  target_precompile_headers(${arg_NAME} REUSE_FROM weir_test_pch)
  target_compile_features(${arg_NAME} PRIVATE cxx_std_20)
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${arg_NAME} PRIVATE ${arg_DEFINES})
  weir_link(${arg_NAME} PRIVATE ${arg_DEPENDS})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LINK} GTest::gtest_main Threads::Threads)
  add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
  weir_test_properties(${arg_NAME} TARGET ${arg_NAME} TIMEOUT ${arg_TIMEOUT}
    LABELS ${arg_LABEL} ${arg_LABELS})
endfunction()

# Labels and time-out of a ctest entry; TARGET is what has to be built for it.
function(weir_test_properties test)
  cmake_parse_arguments(arg "" "TARGET;TIMEOUT" "LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  set_tests_properties(${test} PROPERTIES LABELS "${arg_LABELS}" TIMEOUT ${arg_TIMEOUT})
  foreach(label IN LISTS arg_LABELS)
    if(NOT TARGET tests_${label})
      add_custom_target(tests_${label})
    endif()
    if(arg_TARGET)
      add_dependencies(tests_${label} ${arg_TARGET})
    endif()
  endforeach()
endfunction()

# A mistake in a flow that must be one readable compile error, on both compilers. SOURCE says in
# comments what the message has to contain: `// expect: reached[1]`. See tests/error_test.cmake.
function(weir_error_test)
  cmake_parse_arguments(arg "" "NAME;SOURCE" "" ${ARGN})
  weir_check_arguments()
  if(NOT WEIR_BUILD_TESTS OR CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    return()  # a sanitizer changes no message
  endif()
  find_program(WEIR_CLANG NAMES clang++-19 clang++)
  add_test(NAME ${arg_NAME} COMMAND "${CMAKE_COMMAND}"
    -DROOT=${PROJECT_SOURCE_DIR}
    -DSOURCE=${CMAKE_CURRENT_SOURCE_DIR}/${arg_SOURCE}
    -DHEADERS=${PROJECT_BINARY_DIR}/error_headers
    -DCOMPILERS=${CMAKE_CXX_COMPILER},${WEIR_CLANG}
    -P "${PROJECT_SOURCE_DIR}/tests/error_test.cmake")
  weir_test_properties(${arg_NAME} LABELS errors)
  set_tests_properties(${arg_NAME} PROPERTIES FIXTURES_REQUIRED error_headers)
  if(NOT TEST error_headers)
    add_test(NAME error_headers COMMAND "${CMAKE_COMMAND}"
      -DROOT=${PROJECT_SOURCE_DIR}
      -DHEADERS=${PROJECT_BINARY_DIR}/error_headers
      -DCOMPILERS=${CMAKE_CXX_COMPILER},${WEIR_CLANG}
      -P "${PROJECT_SOURCE_DIR}/tests/error_headers.cmake")
    weir_test_properties(error_headers LABELS errors)
    set_tests_properties(error_headers PROPERTIES FIXTURES_SETUP error_headers)
  endif()
endfunction()

# A function for libFuzzer (LLVMFuzzerTestOneInput). In a fuzz build it is linked with libFuzzer; in
# any other build with tests, it is a test that replays the inputs kept in fuzz/NAME/.
function(weir_fuzz)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;DEPENDS;LINK" ${ARGN})
  weir_check_arguments()
  if(NOT WEIR_BUILD_FUZZ AND NOT WEIR_BUILD_TESTS)
    return()
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  weir_compile_options(${arg_NAME})
  target_compile_features(${arg_NAME} PRIVATE cxx_std_20)
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}")
  weir_link(${arg_NAME} PRIVATE ${arg_DEPENDS})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LINK} Threads::Threads)
  if(WEIR_BUILD_FUZZ)
    target_link_options(${arg_NAME} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}/fuzz/replay.cc")
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} "${PROJECT_SOURCE_DIR}/fuzz/${arg_NAME}")
    weir_test_properties(${arg_NAME} TARGET ${arg_NAME} LABELS fuzz)
  endif()
endfunction()

# ---- programs ----

# An example, a benchmark or a tool: build/<preset>/<folder>/NAME.
function(weir_program)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;DEPENDS;LINK" ${ARGN})
  weir_check_arguments()
  add_executable(${arg_NAME} ${arg_SOURCES})
  weir_compile_options(${arg_NAME})
  target_compile_features(${arg_NAME} PRIVATE cxx_std_20)
  target_include_directories(${arg_NAME} PRIVATE "${PROJECT_SOURCE_DIR}")
  weir_link(${arg_NAME} PRIVATE ${arg_DEPENDS})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LINK})
endfunction()
