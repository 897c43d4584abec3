# Hyper-V: the scripts in a real PowerShell where there is one, their syntax, what they may not use.

add_executable(run_script gpupv/run_script.c)
target_link_libraries(run_script PRIVATE gpuvirt_test_support gpuvirt_flags)

set(sources ${PROJECT_SOURCE_DIR}/src/gpupv)
set(joined ${PROJECT_BINARY_DIR}/src/observe.ps1 ${PROJECT_BINARY_DIR}/src/apply.ps1)
file(GLOB parts CONFIGURE_DEPENDS ${sources}/*.ps1)

add_test(NAME gpupv.scripts
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/gpupv/scripts.py
    $<TARGET_FILE:run_script> ${CMAKE_CURRENT_BINARY_DIR}/gpupv ${sources})
add_test(NAME gpupv.program
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/gpupv/program.py
    $<TARGET_FILE:gpuvirt_program> ${CMAKE_CURRENT_BINARY_DIR}/gpupv_program)
add_test(NAME gpupv.syntax
  COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/gpupv/syntax.sh ${parts} ${joined})
add_test(NAME gpupv.lint
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/gpupv/lint.py ${parts})
set_tests_properties(gpupv.scripts gpupv.program gpupv.syntax gpupv.lint PROPERTIES
  LABELS gpupv SKIP_RETURN_CODE 77 TIMEOUT 1800)
