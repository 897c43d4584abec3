# Tests of whole trees: stopped, disturbed, and in unusual places. They need Python.

find_package(Python3 REQUIRED COMPONENTS Interpreter)

# Without the sanitizers: it is measured beside what it measures.
add_executable(peak fleet/peak.c)
target_compile_definitions(peak PRIVATE _GNU_SOURCE) # wait4

# fleet/NAME.py is one test: it gets the program, an empty folder, and what else is given here.
function(add_fleet_test name)
  add_test(NAME fleet.${name}
    COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/fleet/${name}.py
      $<TARGET_FILE:gpuvirt_program> ${CMAKE_CURRENT_BINARY_DIR}/fleet/${name} ${ARGN})
  set_tests_properties(fleet.${name} PROPERTIES LABELS fleet TIMEOUT 600 SKIP_RETURN_CODE 77)
endfunction()

# A program with sanitizers takes ten times as long; 200 kills are for one without.
if(GPUVIRT_SANITIZE)
  add_fleet_test(kill 40)
else()
  add_fleet_test(kill 200)
endif()
add_fleet_test(signals)
add_fleet_test(names)
add_fleet_test(contention)
add_fleet_test(powercut)
add_fleet_test(filesystems)
add_fleet_test(locks $<TARGET_FILE:lock_counter>)
add_fleet_test(shapes $<TARGET_FILE:peak>)

# Those that drive the pool hardest; the thread sanitizer watches them.
set_tests_properties(fleet.signals fleet.contention PROPERTIES LABELS "fleet;pool")
# Delays are measured at the start, so that nothing else should come between.
set_tests_properties(fleet.kill fleet.signals fleet.names PROPERTIES RUN_SERIAL ON)
