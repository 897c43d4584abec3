# The unit tests, by module.
