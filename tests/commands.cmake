# Tests of the whole program and of the source tree.
