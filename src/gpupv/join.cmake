# cmake -DPARTS=a.ps1;b.ps1 -DOUT=c.ps1 -P join.cmake
# Writes the parts as one script, without comments of whole lines and indentation: a command line
# has little room for it. (So no text in a script may span lines; the test gpupv.lint sees to it.)
cmake_minimum_required(VERSION 3.21)

set(script "\n")
foreach(part IN LISTS PARTS)
  file(READ ${part} text)
  string(APPEND script "${text}")
endforeach()
string(REGEX REPLACE "\n[\n\t ]+" "\n" script "${script}")
string(REGEX REPLACE "\n#[^\n]*" "" script "${script}")
string(REGEX REPLACE "^\n" "" script "${script}")
file(WRITE ${OUT} "${script}")
