# Makes one C++ file of all examples (```cpp) of a page, so that what a page shows is compiled.
#
#   cmake -DPAGE=docs/testing.md -DOUTPUT=testing_md.cc -P docs_example.cmake

cmake_minimum_required(VERSION 3.25)

file(READ "${PAGE}" rest)
set(fence "```cpp\n")
set(code "")
while(TRUE)
  string(FIND "${rest}" "${fence}" begin)
  if(begin EQUAL -1)
    break()
  endif()
  string(LENGTH "${fence}" length)
  math(EXPR begin "${begin} + ${length}")
  string(SUBSTRING "${rest}" ${begin} -1 rest)
  string(FIND "${rest}" "```" end)
  string(SUBSTRING "${rest}" 0 ${end} example)
  string(APPEND code "${example}\n")
  string(SUBSTRING "${rest}" ${end} -1 rest)
endwhile()
file(WRITE "${OUTPUT}" "${code}")
