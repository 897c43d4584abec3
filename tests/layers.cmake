# The order of the source tree: cmake -DROOT=dir -P layers.cmake fails when a file breaks it.

cmake_policy(VERSION 3.21)

# The floors from the bottom: a file includes from its own floor and those before it.
set(floors platform base lock rules knowledge vmx repair config report gpupv cli)

# The floor of each public header, which is where its functions are.
set(header_error base)
set(header_text base)
set(header_rules rules)
set(header_knowledge knowledge)
set(header_vmx vmx)
set(header_edit vmx)
set(header_finding vmx)
set(header_lint vmx)
set(header_plan repair)
set(header_repair repair)
set(header_config config)
set(header_batch repair)
set(header_diff report)
set(header_report report)
set(header_baseline report)
set(header_gpupv_file gpupv)
set(header_gpupv gpupv)

# Text that only some files may have: "what it is|pattern|files that may have it".
set(call "(^|[^a-zA-Z0-9_>.])")
set(systems "_WIN32|__linux__|__APPLE__|__unix__|__FreeBSD__")
set(prints "printf|vprintf|puts|putchar|putc|fputs|fputc|fprintf|vfprintf|fwrite|perror")
set(exits "exit|_exit|abort")
set(system_headers "fcntl|unistd|iconv|dirent|signal|sys/[a-z]+|windows")
set(reserved
  "a difference between systems|# *(if|elif)[a-z]*[^\n]*(${systems})|^src/platform/"
  "a print or an exit|${call}(${prints}|${exits})[ \t]*\\(|^src/cli/"
  "cyaml|(CYAML_|cyaml_|yaml_[a-z]+_t|#include <(cyaml|yaml))|^src/(base/yaml\\.[ch]|(rules/pack|knowledge/knowledge|config/read|gpupv/profile)\\.c)$"
  "cJSON|(cJSON|#include <cjson)|^src/base/json\\.c$"
  "expat|(XML_[A-Z][a-z]|#include <expat)|^src/gpupv/sandbox\\.c$"
  "a system header|#include <(${system_headers})\\.h>|^src/platform/"
  "an assert, gone in a release build or an abort|[^_a-z]assert[ \t]*\\(|^$")

set(problems "")

macro(complain)
  string(APPEND problems "\n${ARGN}")
  set(problems "${problems}" PARENT_SCOPE)
endmacro()

# Sets VARIABLE to the text of FILE without comments and texts, which may name what they like.
# Brackets and semicolons, which would be read as CMake's, go too.
function(read_code variable file)
  file(READ "${ROOT}/${file}" text)
  string(REGEX REPLACE "[][;]" " " text "${text}")
  string(REGEX REPLACE "/\\*([^*]|\\*+[^*/])*\\*+/" "" text "${text}")
  string(REGEX REPLACE "//[^\n]*" "" text "${text}")
  string(REGEX REPLACE "\\\\." "" text "${text}")
  string(REGEX REPLACE "(#include \")([^\"\n]*)\"" "#include <\\2>" text "${text}")
  string(REGEX REPLACE "\"[^\"\n]*\"" "TEXT" text "${text}")
  set(${variable} "${text}" PARENT_SCOPE)
endfunction()

# Sets VARIABLE to the module that a file or an include belongs to, as "floor/name": a header and
# the source of the same name. A public header stands for itself: the modules that its source is
# made of use its types.
function(find_module variable name)
  string(REGEX REPLACE "^(src|include)/" "" module "${name}")
  string(REGEX REPLACE "\\.[ch]$" "" module "${module}")
  if(module MATCHES "^gpuvirt/(.*)$")
    set(module "${header_${CMAKE_MATCH_1}}/public/${CMAKE_MATCH_1}")
  endif()
  set(${variable} "${module}" PARENT_SCOPE)
endfunction()

function(find_floor variable module)
  string(REGEX REPLACE "/.*" "" folder "${module}")
  list(FIND floors "${folder}" floor)
  set(${variable} ${floor} PARENT_SCOPE)
endfunction()

function(check_include file module include)
  find_module(other "${include}")
  find_floor(mine "${module}")
  find_floor(theirs "${other}")
  if(theirs EQUAL -1)
    complain("${file} includes ${include}, which is on no floor")
  elseif(theirs GREATER mine)
    complain("${file} includes ${include}, which is above it")
  endif()
  if(NOT module STREQUAL other)
    set_property(GLOBAL APPEND PROPERTY "needs ${module}" "${other}")
  endif()
endfunction()

# Includes of our own files, in quotes or under gpuvirt/.
function(check_includes file code)
  find_module(module "${file}")
  find_floor(floor "${module}")
  if(floor EQUAL -1)
    complain("${file} is on no floor")
    return()
  endif()
  set_property(GLOBAL APPEND PROPERTY modules "${module}")
  string(REGEX MATCHALL "#include <[^>\n]*>" includes "${code}")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "#include <(.*)>" "\\1" include "${include}")
    if(include MATCHES "^gpuvirt/" OR EXISTS "${ROOT}/src/${include}")
      check_include("${file}" "${module}" "${include}")
    endif()
  endforeach()
  set(problems "${problems}" PARENT_SCOPE)
endfunction()

function(check_reserved file code)
  foreach(rule IN LISTS reserved)
    # A pattern has "|" of its own: the first and the last one part the fields.
    string(REGEX MATCH "^([^|]*)\\|(.*)\\|(\\^[^^]*)$" whole "${rule}")
    set(what "${CMAKE_MATCH_1}")
    set(pattern "${CMAKE_MATCH_2}")
    set(allowed "${CMAKE_MATCH_3}")
    if(NOT file MATCHES "${allowed}" AND code MATCHES "${pattern}")
      complain("${file} has ${what}: ${CMAKE_MATCH_0}")
    endif()
  endforeach()
  set(problems "${problems}" PARENT_SCOPE)
endfunction()

# Modules that need nothing that is left are taken away until none is left: what stays is a cycle.
function(check_cycles)
  get_property(left GLOBAL PROPERTY modules)
  list(REMOVE_DUPLICATES left)
  set(count -1)
  while(NOT count EQUAL 0)
    set(free "")
    foreach(module IN LISTS left)
      get_property(needs GLOBAL PROPERTY "needs ${module}")
      set(stuck FALSE)
      foreach(need IN LISTS needs)
        if(need IN_LIST left)
          set(stuck TRUE)
        endif()
      endforeach()
      if(NOT stuck)
        list(APPEND free "${module}")
      endif()
    endforeach()
    list(LENGTH free count)
    if(free)
      list(REMOVE_ITEM left ${free})
    endif()
  endwhile()
  if(left)
    complain("these modules need each other, or stand above such: ${left}")
  endif()
endfunction()

file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/src/*.[ch]" "${ROOT}/include/*.h")
list(LENGTH files count)
if(count LESS 40)
  message(FATAL_ERROR "only ${count} files found below ${ROOT}")
endif()
foreach(file IN LISTS files)
  read_code(code "${file}")
  check_includes("${file}" "${code}")
  check_reserved("${file}" "${code}")
endforeach()
check_cycles()
if(problems)
  message(FATAL_ERROR "${problems}")
endif()
