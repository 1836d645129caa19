/* constrained.c - minimisation under constraints: the differences behind s.t. handed to the solver, its
 * answer as a record.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "calculus/vectorfunction.h"
#include "machine/session.h"
#include "primitives/problem.h"

Value problem_solve_constrained(const Problem *p) {
  fail(p->session, "constraints are not supported in this version");
}
