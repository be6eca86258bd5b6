# Holds a mistake in a flow to what the compiler may say about it. With each compiler, SOURCE must
#
#   * not compile, with exactly one `error:`,
#   * in at most 30 lines of output, one of which names the line of SOURCE that is marked `// here`,
#   * and with every text that its comments `// expect: TEXT` name.
#
#   cmake -DROOT=... -DSOURCE=... -DHEADERS=... -DCOMPILERS=g++,clang++-19 -P tests/error_test.cmake
#
# after error_headers.cmake has left something in HEADERS.

set(lines_max 30)

file(STRINGS "${SOURCE}" expectations REGEX "^ *// expect: ")
list(TRANSFORM expectations REPLACE "^ *// expect: " "")
if(NOT expectations)
  message(FATAL_ERROR "${SOURCE}: no // expect: TEXT says what the message has to contain")
endif()

# The line that the user has to look at.
file(READ "${SOURCE}" text)
string(FIND "${text}" "// here" mark)
if(mark EQUAL -1)
  message(FATAL_ERROR "${SOURCE}: no // here marks the line that the message has to name")
endif()
string(SUBSTRING "${text}" 0 ${mark} text)
string(REGEX MATCHALL "\n" line_ends "${text}")
list(LENGTH line_ends line)
math(EXPR line "${line} + 1")

string(REPLACE "," ";" compilers "${COMPILERS}")
foreach(compiler IN LISTS compilers)
  if(compiler MATCHES "NOTFOUND$")
    message(FATAL_ERROR "clang is not installed (scripts/setup test)")
  endif()
  get_filename_component(name "${compiler}" NAME)
  execute_process(COMMAND "${compiler}" -std=c++20 -fsyntax-only "-I${ROOT}"
      -include "${HEADERS}/${name}/headers.h" "${SOURCE}"
    RESULT_VARIABLE status ERROR_VARIABLE output OUTPUT_QUIET)

  set(complaints)
  if(status EQUAL 0)
    list(APPEND complaints "it compiles")
  endif()
  string(REGEX MATCHALL "error: " errors "${output}")
  list(LENGTH errors error_count)
  if(NOT error_count EQUAL 1)
    list(APPEND complaints "it has ${error_count} errors instead of one")
  endif()
  string(REGEX MATCHALL "\n" line_ends "${output}")
  list(LENGTH line_ends line_count)
  if(line_count GREATER lines_max)
    list(APPEND complaints "its message has ${line_count} lines, ${lines_max} are allowed")
  endif()
  foreach(text IN LISTS expectations ITEMS "${SOURCE}:${line}:")
    string(FIND "${output}" "${text}" found)
    if(found EQUAL -1)
      list(APPEND complaints "its message does not contain: ${text}")
    endif()
  endforeach()

  if(complaints)
    list(JOIN complaints "\n  " complaints)
    message(FATAL_ERROR "${SOURCE} with ${compiler}:\n  ${complaints}\nThe message:\n${output}")
  endif()
endforeach()
