/* random.c - rand, randn, sample, shuffle, batches, seed: what draws from the session's stream.
 *
 * Permutations are those of Fisher and Yates, from the last position down.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/random.h"

#include <math.h>

#include "primitives/argument.h"
#include "primitives/basic.h"

static const double SEED_LARGEST = 9007199254740992.0;
enum { DRAWS_BETWEEN_CHECKS = 1 << 16 };

static Value seed_call(Session *session, const Arguments *arguments) {
  random_seed(session, (uint64_t)argument_integer(session, arguments, 0, 0, (int64_t)SEED_LARGEST));
  return value_nothing();
}

/* ---- rand, randn ---- */

static Value draw(Session *session, const Arguments *arguments, double (*next)(Session *)) {
  if (!argument_given(arguments, 0)) return value_number(next(session));
  Value first = arguments->argument[0];
  double rows, cols = 1;
  if (value_is_real_array(first) && array_count(value_as_array(first)) == 2 &&
      !argument_given(arguments, 1)) {
    rows = value_as_array(first)->data[0];
    cols = value_as_array(first)->data[1];
    if (!(rows >= 0 && cols >= 0 && rows == floor(rows) && cols == floor(cols)))
      fail_argument(session, 0, "a size is two whole numbers from 0 up, found %g and %g", rows,
                    cols);
  } else {
    rows = (double)argument_integer(session, arguments, 0, 0, ARRAY_LARGEST);
    cols = (double)argument_integer_or(session, arguments, 1, 0, ARRAY_LARGEST, 1);
  }
  Array *out = array_new(session, (size_t)rows, (size_t)cols, ELEMENT_REAL);
  for (size_t i = 0; i < array_count(out); i++) {
    if (i % DRAWS_BETWEEN_CHECKS == 0) check_interrupt(session);
    out->data[i] = next(session);
  }
  return value_array(out);
}

static Value rand_call(Session *session, const Arguments *arguments) {
  return draw(session, arguments, random_uniform);
}
static Value randn_call(Session *session, const Arguments *arguments) {
  return draw(session, arguments, random_normal);
}

/* ---- positions ---- */

static size_t random_below(Session *session, size_t count) {
  return (size_t)(random_uniform(session) * (double)count);
}

static size_t *permutation(Session *session, size_t count) {
  size_t *place = scratch(session, (count + 1) * sizeof *place);
  for (size_t i = 0; i < count; i++) place[i] = i;
  for (size_t i = count; i > 1; i--) {
    size_t other = random_below(session, i), held = place[i - 1];
    if (i % DRAWS_BETWEEN_CHECKS == 0) check_interrupt(session);
    place[i - 1] = place[other];
    place[other] = held;
  }
  return place;
}

/* The entries of a vector, range or tuple at these places. */
static Value picked(Session *session, Value whole, const size_t *place, size_t count) {
  if (whole.kind == VALUE_ARRAY)
    return value_array(basic_take(session, value_as_array(whole), place, count, 1));
  const Tuple *tuple = (const Tuple *)whole.object;
  Tuple *out = tuple_new(session, (uint32_t)count);
  for (size_t i = 0; i < count; i++) out->item[i] = value_keep(tuple->item[place[i]]);
  return value_tuple(out);
}

static Value urn(Session *session, Value value, size_t *count) {
  if (value.kind == VALUE_TUPLE) {
    *count = ((const Tuple *)value.object)->count;
    return value_keep(value);
  }
  if (value.kind == VALUE_ARRAY && value_as_array(value)->rows != 1 &&
      value_as_array(value)->cols != 1) {
    char text[64];
    failure_text(session, 0, text, sizeof text);
    Report *report = failure(
        session, "expected a vector, but it is a matrix; rows are drawn by their positions");
    report_advise(report, "%s[shuffle(1:%u), :]", text, value_as_array(value)->rows);
    raise_failure(session, report);
  }
  Value vector = basic_vector(session, value, 0);
  *count = array_count(value_as_array(vector));
  return vector;
}

static Value shuffle_call(Session *session, const Arguments *arguments) {
  size_t count;
  Value whole = urn(session, arguments->argument[0], &count);
  return basic_replace(whole, picked(session, whole, permutation(session, count), count));
}

static size_t *drawn_places(Session *session, size_t count, size_t wanted, bool replace) {
  if (!replace) return permutation(session, count);
  size_t *place = scratch(session, (wanted + 1) * sizeof *place);
  for (size_t i = 0; i < wanted; i++) place[i] = random_below(session, count);
  return place;
}

static Value sample_call(Session *session, const Arguments *arguments) {
  size_t count, wanted = (size_t)argument_integer_or(session, arguments, 1, 0, ARRAY_LARGEST, 1);
  bool replace = argument_boolean_or(session, arguments, 2, true);
  Value whole = urn(session, arguments->argument[0], &count);
  if (count == 0) fail_argument(session, 0, "there is nothing to draw from");
  if (!replace && wanted > count)
    fail_argument(session, 1, "without replacement %zu of %zu cannot be drawn", wanted, count);
  Value drawn = picked(session, whole, drawn_places(session, count, wanted, replace), wanted);
  value_release(whole);
  if (argument_given(arguments, 1)) return drawn;
  Value one =
      drawn.kind == VALUE_TUPLE ? value_keep(((Tuple *)drawn.object)->item[0]) : value_nothing();
  if (drawn.kind == VALUE_ARRAY) {
    const Array *array = value_as_array(drawn);
    one = array->element == ELEMENT_BOOLEAN ? value_boolean(array->data[0] != 0)
                                            : value_number(array->data[0]);
  }
  return basic_replace(drawn, one);
}

static Value batches_call(Session *session, const Arguments *arguments) {
  size_t count = (size_t)argument_integer(session, arguments, 0, 0, ARRAY_LARGEST);
  size_t size = (size_t)argument_integer(session, arguments, 1, 1, ARRAY_LARGEST);
  size_t *place = permutation(session, count);
  Tuple *out = tuple_new(session, (uint32_t)((count + size - 1) / size));
  for (size_t first = 0, k = 0; first < count; first += size, k++) {
    size_t length = count - first < size ? count - first : size;
    Array *batch = array_new(session, length, 1, ELEMENT_REAL);
    for (size_t i = 0; i < length; i++) batch->data[i] = (double)(place[first + i] + 1);
    out->item[k] = value_array(batch);
  }
  return value_tuple(out);
}

#define DRAWS "it draws random numbers"

const Primitive random_rows[] = {
    {"rand", "(m = 1, n = 1)", rand_call, RESULT_ANY, DERIVE_NONE, DRAWS, NULL,
     "A random number, evenly from 0 up to 1; rand(n) is a vector of them, rand(m, n) a matrix.",
     "seed(7); size(rand(2, 3))", "[2, 3]"},
    {"randn", "(m = 1, n = 1)", randn_call, RESULT_ANY, DERIVE_NONE, DRAWS, NULL,
     "A random number from the standard normal distribution; randn(n) is a vector of them, "
     "randn(m, n) a "
     "matrix.",
     "seed(7); size(randn(2, 3))", "[2, 3]"},
    {"seed", "(n)", seed_call, RESULT_ANY, DERIVE_NONE, DRAWS, NULL,
     "Starts the random numbers anew: the same seed gives the same numbers, on every machine.",
     "seed(7); a = rand(); seed(7); rand() == a", "true"},
    {"shuffle", "(v)", shuffle_call, RESULT_ANY, DERIVE_NONE, DRAWS, NULL,
     "The entries of a vector, range or tuple in random order.",
     "seed(7); sort(shuffle([3, 1, 2]))", "[1, 2, 3]"},
    {"sample", "(v, n = 1, replace = true)", sample_call, RESULT_ANY, DERIVE_NONE, DRAWS, NULL,
     "Draws from the entries of a vector, range or tuple: sample(v) is one of them, sample(v, n) "
     "are n of "
     "them, with replace = false all different.",
     "seed(7); sort(sample(1:3, 3, replace = false))", "[1, 2, 3]"},
    {"batches", "(n, size)", batches_call, RESULT_ANY, DERIVE_NONE, DRAWS, NULL,
     "The positions 1:n in random order, cut into vectors of [size]: for B in batches(100, 10). "
     "The last "
     "one may be shorter.",
     "seed(7); [length(B) for B in batches(5, 2)]", "[2, 2, 1]"},
};
