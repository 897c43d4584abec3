# cmake -DPACKS=a.yaml;b.yaml -DOUT=builtin.c -P embed.cmake
# Writes the packs as arrays of bytes with a NUL behind them, which their lengths do not count.
cmake_minimum_required(VERSION 3.21)

set(arrays "")
set(rows "")
foreach(pack IN LISTS PACKS)
  get_filename_component(name ${pack} NAME_WE)
  string(MAKE_C_IDENTIFIER ${name} symbol)
  file(READ ${pack} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(................................................................................)"
    "\\1\n\t" bytes "${bytes}")
  string(APPEND arrays "static const unsigned char ${symbol}[] = {\n\t${bytes}0x00,\n};\n\n")
  string(APPEND rows
    "\t{\"${name}\", {(const char *)${symbol}, sizeof ${symbol} - 1}},\n")
endforeach()
file(WRITE ${OUT} "/* Made by embed.cmake. */\n#include \"rules/builtin.h\"\n\n${arrays}"
  "const struct gv_builtin_pack builtin_packs[] = {\n${rows}};\n\n"
  "const size_t builtin_pack_count = sizeof builtin_packs / sizeof *builtin_packs;\n")
