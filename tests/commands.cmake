# Tests of the whole program and of the source tree.

add_executable(lock_member lock_member.c)
target_link_libraries(lock_member PRIVATE gpuvirt_test_support gpuvirt_flags)
add_executable(lock_counter lock_counter.c)
target_link_libraries(lock_counter PRIVATE gpuvirt_test_support gpuvirt_flags)
add_executable(leftover leftover.c)
target_link_libraries(leftover PRIVATE gpuvirt_test_support gpuvirt_flags)

# Each folder of fixtures/cli is a test; cli_case.cmake says what is in it.
file(GLOB cases CONFIGURE_DEPENDS LIST_DIRECTORIES true ${PROJECT_SOURCE_DIR}/fixtures/cli/*)
foreach(case IN LISTS cases)
  get_filename_component(name ${case} NAME)
  add_test(NAME cli.${name}
    COMMAND ${CMAKE_COMMAND} -DCASE=${case} -DSCRATCH=${CMAKE_CURRENT_BINARY_DIR}/cli/${name}
      -DGPUVIRT=$<TARGET_FILE:gpuvirt_program>
      -DLOCK_MEMBER=$<TARGET_FILE:lock_member> -DLEFTOVER=$<TARGET_FILE:leftover>
      -P ${CMAKE_CURRENT_SOURCE_DIR}/cli_case.cmake)
  set_tests_properties(cli.${name} PROPERTIES LABELS cli TIMEOUT 60)
endforeach()

# Hostile inputs, each with the bytes that every command must leave.
add_executable(test_hostile hostile/test_hostile.c hostile/table.c hostile/giants.c)
target_link_libraries(test_hostile PRIVATE gpuvirt_test_support gpuvirt_flags)
foreach(part rows giants)
  add_test(NAME hostile.${part} COMMAND test_hostile ${part})
  set_tests_properties(hostile.${part} PROPERTIES LABELS cli TIMEOUT 600
    ENVIRONMENT "GPUVIRT=$<TARGET_FILE:gpuvirt_program>")
endforeach()

# The examples of the documentation are true.
add_test(NAME docs.rules COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/docs_rules.sh
  $<TARGET_FILE:gpuvirt_program> ${PROJECT_SOURCE_DIR}/docs/rules.md)
foreach(page config host keys rescue verify)
  add_test(NAME docs.${page} COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/docs_console.sh
    $<TARGET_FILE:gpuvirt_program> ${PROJECT_SOURCE_DIR}/docs/${page}.md)
  set_tests_properties(docs.${page} PROPERTIES LABELS docs)
endforeach()
set_tests_properties(docs.rules PROPERTIES LABELS docs)
set_tests_properties(docs.host PROPERTIES ENVIRONMENT HOME=/home/anna)

# The hooks, with pre-commit where it is installed, and the files for CI systems.
add_test(NAME pre-commit COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/pre_commit.sh
  $<TARGET_FILE:gpuvirt_program> ${PROJECT_SOURCE_DIR})
add_test(NAME ci COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/ci.sh
  $<TARGET_FILE:gpuvirt_program> ${PROJECT_SOURCE_DIR})
set_tests_properties(pre-commit ci PROPERTIES LABELS ci SKIP_RETURN_CODE 77 TIMEOUT 300)

# Who may include what, who may print, where systems may differ; and that the test can fail.
add_test(NAME layers COMMAND ${CMAKE_COMMAND} -DROOT=${PROJECT_SOURCE_DIR}
  -P ${CMAKE_CURRENT_SOURCE_DIR}/layers.cmake)
add_test(NAME layers.can-fail COMMAND ${CMAKE_COMMAND} -DROOT=${PROJECT_SOURCE_DIR}
  -DSCRATCH=${CMAKE_CURRENT_BINARY_DIR}/layers -P ${CMAKE_CURRENT_SOURCE_DIR}/layers_can_fail.cmake)
set_tests_properties(layers layers.can-fail PROPERTIES LABELS tree)

# Reports for hostile files, read back by the parsers of others. Debian's packages are not seen by
# every python3 on the path.
add_executable(report_dump report_dump.c)
target_link_libraries(report_dump PRIVATE gpuvirt_test_support gpuvirt_flags)
find_program(PYTHON3 python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(PYTHON3 python3)
function(add_report_test name asked program)
  add_test(NAME report.${name} COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/report_formats.py
    ${asked} ${program} ${CMAKE_CURRENT_SOURCE_DIR}/schemas ${PROJECT_SOURCE_DIR}/docs/json.md)
  set_tests_properties(report.${name} PROPERTIES LABELS report SKIP_RETURN_CODE 77 TIMEOUT 300)
endfunction()
if(PYTHON3)
  add_report_test(formats library $<TARGET_FILE:report_dump>)
  add_report_test(program program $<TARGET_FILE:gpuvirt_program>)
  add_test(NAME report.verify COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/verify_formats.py
    $<TARGET_FILE:gpuvirt_program> ${CMAKE_CURRENT_SOURCE_DIR}/schemas
    ${PROJECT_SOURCE_DIR}/fixtures/logs)
  set_tests_properties(report.verify PROPERTIES LABELS report SKIP_RETURN_CODE 77 TIMEOUT 300)
else()
  message(STATUS "SKIP: report.formats, report.program, report.verify: python3 is not installed")
endif()

# Each fixtures/doctor/NAME.machine is a machine that the doctor examines.
file(GLOB machines CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/fixtures/doctor/*.machine)
foreach(machine IN LISTS machines)
  get_filename_component(name ${machine} NAME_WE)
  if(NOT PYTHON3)
    message(STATUS "SKIP: doctor.${name}: python3 is not installed")
    continue()
  endif()
  add_test(NAME doctor.${name} COMMAND ${PYTHON3} ${CMAKE_CURRENT_SOURCE_DIR}/doctor_machine.py
    $<TARGET_FILE:gpuvirt_program> ${machine} ${CMAKE_CURRENT_SOURCE_DIR}/schemas)
  set_tests_properties(doctor.${name} PROPERTIES LABELS doctor SKIP_RETURN_CODE 77 TIMEOUT 60)
endforeach()
