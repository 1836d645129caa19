/* function_text.h - functions and formulas as text: the definition, or the name they are known by.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_FUNCTION_TEXT_H
#define MML_FUNCTION_TEXT_H

#include "memory.h"
#include "values/value.h"

/* The definition as it echoes; a builtin with its parameters and what it is. */
void function_definition(const Function *function, Text *out);
/* What names it inside an expression: f, sin, f'', gradient(f), x -> x^2. */
void function_reference(const Function *function, int depth, Text *out);
void formula_text(const Formula *formula, Text *out);

#endif
