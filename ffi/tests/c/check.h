/* What the test programs share. */
#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ropar.h"

/* Ends the program with the place and the library's own words. */
#define CHECK(condition)                                                                     \
    do {                                                                                     \
        if (!(condition)) {                                                                  \
            fprintf(stderr, "%s:%d: %s\n  %s\n", __FILE__, __LINE__, #condition, error.message); \
            exit(1);                                                                         \
        }                                                                                    \
    } while (0)

/* The call succeeds. */
#define OK(call) CHECK((call) == ROPAR_OK)

/* The call fails with this status and says why and what to do. */
#define FAILS(expected, call)                                                     \
    do {                                                                          \
        CHECK((call) == (expected));                                              \
        CHECK(error.status == (expected) && error.message[0] && error.hint[0]);   \
    } while (0)

#define SIZED(type, name)       \
    type name = ROPAR_ZERO;     \
    name.size = sizeof name

#endif
