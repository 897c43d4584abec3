# Hyper-V: the scripts with a real PowerShell where there is one, their syntax, what they may not use.

add_executable(run_script gpupv/run_script.c)
target_link_libraries(run_script PRIVATE gpuvirt_test_support gpuvirt_flags)
