# layers.cmake must fail on a copy of the tree with one thing wrong: each row is "file|line added".

cmake_policy(VERSION 3.21)

set(breaches
  "src/platform/os.h|#include <gpuvirt/text.h>"
  "src/base/text.c|#include \"vmx/grammar.h\""
  "src/rules/conflict.c|#include <gpuvirt/vmx.h>"
  "src/vmx/lint.c|#include <gpuvirt/plan.h>"
  "include/gpuvirt/text.h|#include <gpuvirt/edit.h>"
  "src/lock/lock.c|#include \"cli/output.h\""
  "src/vmx/grammar.h|#include \"vmx/names.h\""
  "include/gpuvirt/vmx.h|#include <gpuvirt/edit.h>"
  "src/base/file.c|#if defined(__linux__)"
  "src/vmx/edit.c|static void say(void) { printf(1)\; }"
  "src/repair/plan.c|static void say(void) { if (1) abort ()\; }"
  "src/lock/lock.c|static void say(void) { fprintf(stderr, 1)\; }"
  "src/vmx/edit.c|#include <cyaml/cyaml.h>"
  "src/report/baseline.c|#include <cjson/cJSON.h>"
  "src/gpupv/nanabox.c|#include <expat.h>"
  "src/repair/repair.c|#include <unistd.h>"
  "src/cli/main.c|#include <fcntl.h>"
  "src/base/charset.c|#include <iconv.h>"
  "src/vmx/names.c|static void check(int a) { assert(a)\; }")
# What looks alike and is allowed.
set(harmless
  "src/base/text.c|/* printf(x)\; exit(1)\; #include <unistd.h> */"
  "src/base/text.c|static const char text[] = \"abort() or exit(\\\"1\\\")\"\;"
  "src/lock/lock.c|static void say(void) { snprintf(a, 1, b)\; x->exit(1)\; }"
  "src/cli/help.c|static void say(void) { fputs(1, 2)\; }"
  "src/platform/linux.c|#ifdef __linux__")

# Sets RESULT and PROBLEMS for the tree with LINE added to FILE.
function(try breach)
  string(REGEX MATCH "^([^|]*)\\|(.*)$" whole "${breach}")
  set(file "${SCRATCH}/${CMAKE_MATCH_1}")
  set(line "${CMAKE_MATCH_2}")
  file(READ "${file}" before)
  file(WRITE "${file}" "${line}\n${before}")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -DROOT=${SCRATCH} -P ${CMAKE_CURRENT_LIST_DIR}/layers.cmake
    RESULT_VARIABLE result ERROR_VARIABLE problems)
  file(WRITE "${file}" "${before}")
  set(result ${result} PARENT_SCOPE)
  set(problems "${problems}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE "${SCRATCH}")
file(COPY "${ROOT}/src" "${ROOT}/include" DESTINATION "${SCRATCH}")
try("src/base/text.c|")
set(before "${problems}")
foreach(breach IN LISTS breaches)
  try("${breach}")
  if(result EQUAL 0 OR problems STREQUAL before)
    message(SEND_ERROR "not noticed: ${breach}")
  endif()
endforeach()
foreach(line IN LISTS harmless)
  try("${line}")
  if(NOT problems STREQUAL before)
    message(SEND_ERROR "taken for a breach: ${line}${problems}")
  endif()
endforeach()
