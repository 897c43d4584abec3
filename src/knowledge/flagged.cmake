# cmake -DKEYS=keys.yaml -DOUT=flagged.c -P flagged.cmake
# Writes the rows of KEYS that have a "flag" as a table: check looks them up in every file and must
# not read all the others for that. Takes the lines as keys.yaml has them; a test compares the table
# with what the YAML says.
cmake_minimum_required(VERSION 3.21)

set(field_name "")
set(field_status "")
set(rows "")
file(STRINGS ${KEYS} lines REGEX "^  (- name|  status|  flag): ")
foreach(line IN LISTS lines)
  string(REGEX MATCH "(name|status|flag): (.*)$" whole "${line}")
  set(field_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
  if(CMAKE_MATCH_1 STREQUAL "flag")
    string(TOUPPER "${field_status}" status)
    string(APPEND rows "\t{{\"${field_name}\", sizeof \"${field_name}\" - 1},\n"
      "\t GV_KEY_${status},\n\t \"${field_flag}\"},\n")
  endif()
endforeach()
file(WRITE ${OUT} "/* Made by flagged.cmake. */\n#include <gpuvirt/knowledge.h>\n\n"
  "static const struct gv_flagged_key flagged_keys[GV_FLAGGED_KEYS] = {\n${rows}};\n\n"
  "const struct gv_flagged_key *gv_flagged_keys(void)\n{\n\treturn flagged_keys;\n}\n")
