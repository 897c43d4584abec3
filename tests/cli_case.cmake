# Runs one case of fixtures/cli; commands.cmake shows the call.
#
#   args     one argument per line, or
#   run      a sh script that calls "$GPUVIRT"; $CASE is the case's folder, $LOCK_MEMBER a program
#            that prints members of VMware's locks, $LEFTOVER one that prints the names of
#            temporary files that a killed run leaves; $FAKE_POWERSHELL stands in for PowerShell
#   in/      copied to a scratch folder, which is the working directory
#   stdin    standard input; nothing when absent
#   stdout, stderr, status    what is expected; absent: empty, empty, 0
#   out/     the tree afterwards, byte for byte and nothing else; absent: as in/
#   setup, cleanup    sh scripts run in the scratch folder before and after; what setup leaves for
#            the run only (locks, links, modes) cleanup takes away
#
# With GPUVIRT_UPDATE=1 in the environment the expectations are written instead: read the diff.

cmake_policy(VERSION 3.21)

file(GLOB members RELATIVE "${CASE}" "${CASE}/*")
set(known args run in stdin stdout stderr status out setup cleanup)
foreach(member IN LISTS members)
  if(NOT member IN_LIST known)
    message(FATAL_ERROR "unknown file in the case: ${member}")
  endif()
endforeach()
if("args" IN_LIST members AND "run" IN_LIST members OR
   NOT ("args" IN_LIST members OR "run" IN_LIST members))
  message(FATAL_ERROR "a case has either args or run")
endif()

set(tree "${SCRATCH}/tree")
file(REMOVE_RECURSE "${SCRATCH}")
file(MAKE_DIRECTORY "${tree}")
if("in" IN_LIST members)
  file(COPY "${CASE}/in/" DESTINATION "${tree}")
endif()
file(WRITE "${SCRATCH}/empty" "")

# Nothing of the caller's environment reaches the program but what sanitizers need.
set(environment env -i "PATH=$ENV{PATH}" "HOME=${SCRATCH}" "TMPDIR=${SCRATCH}" LC_ALL=C.UTF-8
  TERM=dumb "FAKE_POWERSHELL=${CMAKE_CURRENT_LIST_DIR}/gpupv/fake_powershell" "GPUVIRT=${GPUVIRT}"
  "LOCK_MEMBER=${LOCK_MEMBER}" "LEFTOVER=${LEFTOVER}" "CASE=${CASE}"
  "ASAN_OPTIONS=$ENV{ASAN_OPTIONS}"
  "UBSAN_OPTIONS=$ENV{UBSAN_OPTIONS}")

# Sets COMMAND to the words of the call. A word may hold ";" but no line feed.
function(read_words file)
  file(READ "${file}" text)
  set(command "")
  while(NOT text STREQUAL "")
    string(FIND "${text}" "\n" end)
    if(end EQUAL -1)
      message(FATAL_ERROR "args lacks its last line feed")
    endif()
    string(SUBSTRING "${text}" 0 ${end} word)
    math(EXPR end "${end} + 1")
    string(SUBSTRING "${text}" ${end} -1 text)
    string(REPLACE ";" "\\;" word "${word}")
    list(APPEND command "${word}")
  endwhile()
  set(command "${command}" PARENT_SCOPE)
endfunction()

function(run_script name)
  if(NOT name IN_LIST members)
    return()
  endif()
  execute_process(COMMAND ${environment} sh -eu "${CASE}/${name}" WORKING_DIRECTORY "${tree}"
    RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${name} failed (${result}): ${output}")
  endif()
endfunction()

if("run" IN_LIST members)
  set(command sh "${CASE}/run")
else()
  read_words("${CASE}/args")
  set(command "${GPUVIRT}" ${command})
endif()
set(input "${SCRATCH}/empty")
if("stdin" IN_LIST members)
  set(input "${CASE}/stdin")
endif()

run_script(setup)
execute_process(COMMAND ${environment} ${command} WORKING_DIRECTORY "${tree}"
  INPUT_FILE "${input}" OUTPUT_FILE "${SCRATCH}/stdout" ERROR_FILE "${SCRATCH}/stderr"
  RESULT_VARIABLE status)
run_script(cleanup)
file(WRITE "${SCRATCH}/status" "${status}\n")

set(problems "")

function(compare_output name default)
  set(want "${CASE}/${name}")
  if(NOT name IN_LIST members)
    file(WRITE "${SCRATCH}/want_${name}" "${default}")
    set(want "${SCRATCH}/want_${name}")
  endif()
  execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${want}" "${SCRATCH}/${name}"
    RESULT_VARIABLE differs ERROR_QUIET)
  if(differs)
    execute_process(COMMAND diff -a -u "${want}" "${SCRATCH}/${name}" OUTPUT_VARIABLE difference)
    set(problems "${problems}\n${name} differs:\n${difference}" PARENT_SCOPE)
  endif()
endfunction()

# Sets VARIABLE to the sorted names below FOLDER, folders too.
function(list_tree variable folder)
  file(GLOB_RECURSE names LIST_DIRECTORIES true RELATIVE "${folder}" "${folder}/*")
  list(SORT names)
  set(${variable} "${names}" PARENT_SCOPE)
endfunction()

function(compare_entry name want)
  set(problem "")
  if(IS_SYMLINK "${want}/${name}" OR IS_SYMLINK "${tree}/${name}")
    file(READ_SYMLINK "${want}/${name}" want_target)
    file(READ_SYMLINK "${tree}/${name}" have_target)
    if(NOT want_target STREQUAL have_target)
      set(problem "is a link to ${have_target}, not ${want_target}")
    endif()
  elseif(NOT IS_DIRECTORY "${want}/${name}")
    execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${want}/${name}" "${tree}/${name}"
      RESULT_VARIABLE differs ERROR_QUIET)
    if(differs)
      execute_process(COMMAND diff -a -u "${want}/${name}" "${tree}/${name}"
        OUTPUT_VARIABLE difference)
      set(problem "differs:\n${difference}")
    endif()
  endif()
  if(problem)
    set(problems "${problems}\n${name} ${problem}" PARENT_SCOPE)
  endif()
endfunction()

function(compare_trees)
  set(want "${CASE}/in")
  if("out" IN_LIST members)
    set(want "${CASE}/out")
  endif()
  list_tree(wanted "${want}")
  list_tree(there "${tree}")
  foreach(name IN LISTS there)
    if(NOT name IN_LIST wanted)
      string(APPEND problems "\n${name} should not be there")
    endif()
  endforeach()
  foreach(name IN LISTS wanted)
    if(NOT name IN_LIST there)
      string(APPEND problems "\n${name} is missing")
    else()
      compare_entry("${name}" "${want}")
    endif()
  endforeach()
  set(problems "${problems}" PARENT_SCOPE)
endfunction()

function(update_output name default)
  file(REMOVE "${CASE}/${name}")
  file(READ "${SCRATCH}/${name}" hex HEX)
  file(WRITE "${SCRATCH}/default" "${default}")
  file(READ "${SCRATCH}/default" default_hex HEX)
  if(NOT hex STREQUAL default_hex)
    file(COPY "${SCRATCH}/${name}" DESTINATION "${CASE}")
  endif()
endfunction()

function(update_tree)
  file(REMOVE_RECURSE "${CASE}/out")
  list(REMOVE_ITEM members out)
  compare_trees()
  if(problems)
    file(COPY "${tree}/" DESTINATION "${CASE}/out")
  endif()
endfunction()

if("$ENV{GPUVIRT_UPDATE}")
  update_output(stdout "")
  update_output(stderr "")
  update_output(status "0\n")
  update_tree()
  return()
endif()

compare_output(stdout "")
compare_output(stderr "")
compare_output(status "0\n")
compare_trees()
if(problems)
  message(FATAL_ERROR "${problems}")
endif()
file(REMOVE_RECURSE "${SCRATCH}")
