/* vm_values.h - what vm.c has done elsewhere: the values that single instructions make; nobody else
 * includes it.
 *
 * Results are owned. Parts lie in registers; where they are moved into the result, those are
 * emptied.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_VM_VALUES_H
#define MML_VM_VALUES_H

#include "machine/vm.h"
#include "values/builder.h"

Value vm_vector(Session *session, const double *number, uint32_t count);
Value vm_blocks(Session *session, const Node *node, const Value *element); /* [A, b; c, d] */
Value vm_tuple(Session *session, Value *element, uint32_t count);          /* moves them */
/* The end of the inner loop of a comprehension: rows must be equally long. */
void vm_row_done(Session *session, Builder *builder);
Value vm_format(Session *session, Value x, const Node *node); /* the text of a hole */
Value vm_concatenate(Session *session, const Value *part, uint32_t count);
Value vm_closure(Session *session, Prototype *prototype, Value *capture); /* moves them */
Value vm_formula(Session *session, const Code *code, const Node *node, Value scope);
/* The names and values that a formula stands among. */
Value vm_scope(Session *session, const Value *pair, uint32_t count);

/* f'(2), A'(x): a call or a product. */
Value vm_implicit(Session *session, Value left, Value right);
/* A sum, product, least or greatest so far, which is NOTHING at first. */
Value vm_accumulated(Session *session, Value sum, Value x, Scalar op);

/* The one true or false that a condition is. */
double vm_truth(Session *session, Value x);
/* Fails for the least or greatest of nothing. */
_Noreturn void vm_fail_empty(Session *session);
/* Fails for a statement in a function whose value nothing takes. */
void vm_discard(Session *session, Value x);

#endif
