# cmake -DFILES=a.yaml;b.yaml -DROWS=struct\ a\ b -DHEADER=a/b.h -DOUT=c.c -P embed.cmake
# Writes the files as arrays of bytes with a NUL behind them, which their lengths do not count, and
# the table ROWS, declared in HEADER as "extern const ROWS[]", of a name and a span each.
cmake_minimum_required(VERSION 3.21)

set(arrays "")
set(rows "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME_WE)
  string(MAKE_C_IDENTIFIER ${name} symbol)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)"
    "\\1\n\t" bytes "${bytes}")
  string(APPEND arrays "static const unsigned char ${symbol}[] = {\n\t${bytes}0x00,\n};\n\n")
  string(APPEND rows
    "\t{\"${name}\", {(const char *)${symbol}, sizeof ${symbol} - 1}},\n")
endforeach()
list(LENGTH FILES count)
string(REGEX REPLACE ".* " "" array "${ROWS}")
file(WRITE ${OUT} "/* Made by embed.cmake. */\n#include \"${HEADER}\"\n\n${arrays}"
  "const ${ROWS}[] = {\n${rows}};\n\n"
  "const size_t ${array}_count = ${count};\n")
