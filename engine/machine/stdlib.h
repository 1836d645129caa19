/* stdlib.h - the standard library's texts, embedded in the program by cmake/embed.cmake.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_STDLIB_H
#define MML_STDLIB_H

#include <stddef.h>

extern const char *const stdlib_names[]; /* "calculus.mml" …, ends with NULL */
extern const char *const stdlib_texts[]; /* UTF-8, one for each name, ends with NULL */
extern const char *const stdlib_defines[]; /* the names each of them defines, with spaces between them */
extern const size_t stdlib_count;

#endif
