/* order.c - sort, order, find, unique, cumsum, cumprod, reverse, diffs: vectors one entry at a
 * time.
 *
 * Sorting is stable, with missing numbers (NaN) last. The permutation of active numbers is part of
 * what their trace assumes: every neighbouring pair becomes a guard.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "primitives/argument.h"
#include "primitives/basic.h"
#include "values/operate.h"

/* ---- sort, order ---- */

typedef struct Ranked {
  double x;
  size_t place;
} Ranked;

static int by_place(const Ranked *a, const Ranked *b) {
  return (a->place > b->place) - (a->place < b->place);
}

static int compare_ranked(const Ranked *a, const Ranked *b, bool descending) {
  if (isnan(a->x) || isnan(b->x))
    return isnan(a->x) && isnan(b->x) ? by_place(a, b) : isnan(a->x) ? 1 : -1;
  if (a->x == b->x) return by_place(a, b);
  return (a->x < b->x) != descending ? -1 : 1;
}

static int ascending(const void *a, const void *b) { return compare_ranked(a, b, false); }
static int descending(const void *a, const void *b) { return compare_ranked(a, b, true); }

/* The positions, from 0, in the order of the entries. */
static size_t *sorted_places(Session *session, const Array *a, bool down) {
  size_t count = array_count(a), *place = scratch(session, (count + 1) * sizeof *place);
  Ranked *ranked = scratch(session, (count + 1) * sizeof *ranked);
  for (size_t i = 0; i < count; i++) ranked[i] = (Ranked){a->data[i], i};
  qsort(ranked, count, sizeof *ranked, down ? descending : ascending);
  for (size_t i = 0; i < count; i++) place[i] = ranked[i].place;
  if (a->element != ELEMENT_ACTIVE) return place;
  for (size_t i = 1; i < count; i++)
    value_compare(session, down ? OP_GREATER_EQUAL : OP_LESS_EQUAL, array_entry(a, place[i - 1]),
                  array_entry(a, place[i]));
  return place;
}

static Value sortable(Session *session, const Arguments *arguments) {
  return basic_counted(session, basic_vector(session, arguments->argument[0], 0));
}

static Value sort_call(Session *session, const Arguments *arguments) {
  bool down = argument_boolean_or(session, arguments, 1, false);
  Value v = sortable(session, arguments);
  const Array *a = value_as_array(v);
  return basic_replace(
      v, value_array(basic_take(session, a, sorted_places(session, a, down), a->rows, a->cols)));
}

static Value order_call(Session *session, const Arguments *arguments) {
  bool down = argument_boolean_or(session, arguments, 1, false);
  Value v = sortable(session, arguments);
  const Array *a = value_as_array(v);
  size_t count = array_count(a), *place = sorted_places(session, a, down);
  Array *out = array_new(session, count, 1, ELEMENT_REAL);
  for (size_t i = 0; i < count; i++) out->data[i] = (double)(place[i] + 1);
  return basic_replace(v, value_array(out));
}

/* ---- find ---- */

static Value find_call(Session *session, const Arguments *arguments) {
  Value v = basic_vector(session, arguments->argument[0], 0);
  const Array *mask = value_as_array(v);
  size_t count = 0;
  char text[64];
  if (mask->element != ELEMENT_BOOLEAN && array_count(mask)) {
    Report *report = failure(session, "find goes over true and false, these are numbers");
    report_advise(report, "find(%s .!= 0)", failure_text(session, 0, text, sizeof text));
    raise_failure(session, report);
  }
  for (size_t i = 0; i < array_count(mask); i++) count += mask->data[i] != 0;
  Array *out = array_new(session, count, 1, ELEMENT_REAL);
  for (size_t i = 0, k = 0; i < array_count(mask); i++)
    if (mask->data[i] != 0) out->data[k++] = (double)(i + 1);
  return basic_replace(v, value_array(out));
}

/* ---- unique ---- */

static int compare_strings(const void *a, const void *b) {
  const Value *x = a, *y = b;
  return strcmp(((const String *)x->object)->bytes, ((const String *)y->object)->bytes);
}

/* Text, as in a column of a table; missing entries are no value. */
static Value unique_text(Session *session, const Tuple *tuple) {
  Value *text = scratch(session, (tuple->count + 1u) * sizeof *text);
  size_t count = 0;
  uint32_t kept = 0;
  for (uint32_t i = 0; i < tuple->count; i++) {
    if (tuple->item[i].kind == VALUE_STRING) text[count++] = tuple->item[i];
    else if (tuple->item[i].kind != VALUE_NOTHING)
      fail_argument(session, 0, "unique takes numbers or text, this has both");
  }
  qsort(text, count, sizeof *text, compare_strings);
  for (size_t i = 0; i < count; i++)
    if (i == 0 || compare_strings(&text[i], &text[kept - 1]) != 0) text[kept++] = text[i];
  Tuple *out = tuple_new(session, kept);
  for (uint32_t i = 0; i < kept; i++) out->item[i] = value_keep(text[i]);
  return value_tuple(out);
}

static bool has_text(Value value) {
  if (value.kind != VALUE_TUPLE) return false;
  const Tuple *tuple = (const Tuple *)value.object;
  for (uint32_t i = 0; i < tuple->count; i++)
    if (tuple->item[i].kind == VALUE_STRING) return true;
  return false;
}

static Value unique_call(Session *session, const Arguments *arguments) {
  if (has_text(arguments->argument[0]))
    return unique_text(session, (const Tuple *)arguments->argument[0].object);
  Value v = sortable(session, arguments);
  const Array *a = value_as_array(v);
  size_t count = array_count(a), kept = 0, *place = sorted_places(session, a, false);
  for (size_t i = 0; i < count; i++) {
    double x = a->data[place[i]], last = kept ? a->data[place[kept - 1]] : 0;
    if (kept == 0 || (x != last && !(isnan(x) && isnan(last)))) place[kept++] = place[i];
  }
  return basic_replace(v, value_array(basic_take(session, a, place, kept, 1)));
}

/* ---- cumsum, cumprod, diffs, reverse ---- */

static Value cumulate(Session *session, const Arguments *arguments, Scalar op) {
  Value v = sortable(session, arguments);
  const Array *a = value_as_array(v);
  size_t count = array_count(a);
  Value *sum = scratch(session, (count + 1) * sizeof *sum);
  for (size_t i = 0; i < count; i++)
    sum[i] = i ? value_elementwise(session, op, sum[i - 1], array_entry(a, i)) : array_entry(a, i);
  return basic_replace(v, array_from_numbers(session, sum, a->rows, a->cols));
}

static Value cumsum_call(Session *session, const Arguments *arguments) {
  return cumulate(session, arguments, SCALAR_ADD);
}

static Value cumprod_call(Session *session, const Arguments *arguments) {
  return cumulate(session, arguments, SCALAR_MULTIPLY);
}

static Value diffs_call(Session *session, const Arguments *arguments) {
  Value v = sortable(session, arguments);
  const Array *a = value_as_array(v);
  size_t count = array_count(a), left = count ? count - 1 : 0;
  Value later = value_array(basic_slice(session, a, count ? 1 : 0, 1, left));
  Value sooner = value_array(basic_slice(session, a, 0, 1, left));
  Value out = value_operate(session, OP_SUBTRACT, later, sooner);
  value_release(later);
  value_release(sooner);
  return basic_replace(v, out);
}

static Value reverse_call(Session *session, const Arguments *arguments) {
  if (arguments->argument[0].kind == VALUE_TUPLE) {
    const Tuple *tuple = (const Tuple *)arguments->argument[0].object;
    Tuple *out = tuple_new(session, tuple->count);
    for (uint32_t i = 0; i < tuple->count; i++)
      out->item[i] = value_keep(tuple->item[tuple->count - 1 - i]);
    return value_tuple(out);
  }
  Value v = basic_vector(session, arguments->argument[0], 0);
  const Array *a = value_as_array(v);
  size_t count = array_count(a), *place = scratch(session, (count + 1) * sizeof *place);
  for (size_t i = 0; i < count; i++) place[i] = count - 1 - i;
  return basic_replace(v, value_array(basic_take(session, a, place, a->rows, a->cols)));
}

const Primitive order_rows[] = {
    {"sort", "(v, descending = false)", sort_call, RESULT_ARRAY, DERIVE_THROUGH, NULL, NULL,
     "The entries from the smallest to the largest, or the other way with descending = true.",
     "sort([3, 1, 2])", "[1, 2, 3]"},
    {"order", "(v, descending = false)", order_call, RESULT_ARRAY, DERIVE_THROUGH, NULL, NULL,
     "The positions of the entries from the smallest to the largest: v[order(v)] is sort(v).",
     "order([30, 10, 20])", "[2, 3, 1]"},
    {"find", "(mask)", find_call, RESULT_ARRAY, DERIVE_NONE, "its result is positions", NULL,
     "The positions where a comparison holds.", "find([5, 0, 7] .> 1)", "[1, 3]"},
    {"unique", "(v)", unique_call, RESULT_ARRAY, DERIVE_NONE,
     "which numbers are equal is no smooth matter", NULL,
     "The different entries of a vector or of a column of text, in order.",
     "unique([3, 1, 3, 2, 1])", "[1, 2, 3]"},
    {"cumsum", "(v)", cumsum_call, RESULT_ARRAY, DERIVE_THROUGH, NULL, NULL, "The running sum.",
     "cumsum([1, 2, 3])", "[1, 3, 6]"},
    {"cumprod", "(v)", cumprod_call, RESULT_ARRAY, DERIVE_THROUGH, NULL, NULL,
     "The running product.", "cumprod([1, 2, 3, 4])", "[1, 2, 6, 24]"},
    {"reverse", "(v)", reverse_call, RESULT_ARRAY, DERIVE_THROUGH, NULL, NULL,
     "The entries from the last to the first.", "reverse(1:3)", "[3, 2, 1]"},
    {"diffs", "(v)", diffs_call, RESULT_ARRAY, DERIVE_THROUGH, NULL, NULL,
     "The differences between neighbours: v[2] - v[1], v[3] - v[2], …", "diffs([1, 4, 9, 16])",
     "[3, 5, 7]"},
};
