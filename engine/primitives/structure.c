/* structure.c - record(…).
 *
 * The compiler turns record(a = 1, b = 2) into a record at once, because its fields are the student's own
 * names and not parameters; what arrives here was called without any.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/structure.h"

#include "primitives/argument.h"

static Value call_record(Session *s, const Arguments *a) {
  if (a->count == 0) return value_record(record_new(s));
  Report *r = failure(s, "the fields of a record are named");
  report_advise(r, "record(a = 1, b = 2)");
  raise_failure(s, r);
}

const Primitive structure_rows[STRUCTURE_ROWS_COUNT] = {
    {.name = "record", .parameters = "(fields... = )", .call = call_record, .differentiable = DERIVE_THROUGH,
     .help = "A record with the named fields: record(W = A, b = v); its fields are r.W and r.b.",
     .example = "r = record(a = 1, b = [2, 3]); r.b", .gives = "[2, 3]"},
};
