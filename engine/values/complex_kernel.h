/* complex_kernel.h - functions of complex numbers, entry by entry.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_COMPLEX_KERNEL_H
#define MML_COMPLEX_KERNEL_H

#include <complex.h>

#include "calculus/scalar.h"
#include "values/value.h"

/* f(a, b) entry by entry for passive numbers and arrays; dimensions of size 1 stretch. */
Value complex_kernel2(Session *session, double complex (*f)(double complex, double complex), Value a, Value b);
/* An elementary function: sin, exp, abs, … Refuses those that are defined for real numbers only. */
Value complex_function(Session *session, Scalar op, Value a, Value b);

#endif
