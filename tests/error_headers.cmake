# Has each compiler read the headers of flows once for all mistakes (error_test.cmake), which else is
# most of what each of them costs. A mistake that includes them again includes nothing.
#
#   cmake -DROOT=... -DHEADERS=... -DCOMPILERS=g++,clang++-19 -P tests/error_headers.cmake
#
# leaves HEADERS/COMPILER/headers.h with its precompiled form beside it.

string(REPLACE "," ";" compilers "${COMPILERS}")
foreach(compiler IN LISTS compilers)
  if(compiler MATCHES "NOTFOUND$")
    continue()  # which each mistake says
  endif()
  get_filename_component(name "${compiler}" NAME)
  set(header "${HEADERS}/${name}/headers.h")
  file(WRITE "${header}"
    "#include \"weir/flow/flow.h\"\n#include \"weir/flow/operators.h\"\n")
  execute_process(COMMAND "${compiler}" --version OUTPUT_VARIABLE version)
  if(version MATCHES "clang")
    set(suffix pch)
  else()
    set(suffix gch)
  endif()
  execute_process(COMMAND "${compiler}" -std=c++20 "-I${ROOT}" -x c++-header "${header}"
    -o "${header}.${suffix}" RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${compiler} cannot precompile the headers of flows")
  endif()
endforeach()
