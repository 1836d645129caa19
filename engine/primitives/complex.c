/* complex.c - complex(a, b) and its parts; which builtins take complex numbers, and how.
 *
 * A builtin without a row in complex_use refuses them: most are about order or about real matrices.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/complex.h"

#include <string.h>

#include "machine/session.h"
#include "primitives/argument.h"
#include "primitives/elementary.h"
#include "values/complex.h"
#include "values/index.h"
#include "values/operate.h"

/* ---- parts ---- */

static Value keep_part(Session *session, const Arguments *a, int which) {
  Value part[2];
  complex_split(session, a->argument[0], part);
  value_release(part[1 - which]);
  return part[which];
}

static Value real_call(Session *session, const Arguments *a) { return keep_part(session, a, 0); }
static Value imag_call(Session *session, const Arguments *a) { return keep_part(session, a, 1); }

static Value conjugate(Session *session, Value z) {
  if (!value_is_complex(z)) return value_keep(z);
  const Complex *c = value_as_complex(z);
  Value opposite = value_negate(session, c->imaginary);
  return complex_new(session, value_keep(c->real), opposite);
}

static Value conj_call(Session *session, const Arguments *a) {
  Value part[2];
  complex_split(session, a->argument[0], part); /* refuses what has none */
  value_release(part[0]);
  value_release(part[1]);
  return conjugate(session, a->argument[0]);
}

static Value arg_call(Session *session, const Arguments *a) {
  Value part[2];
  complex_split(session, a->argument[0], part);
  Value angle = value_elementwise(session, SCALAR_atan2, part[1], part[0]);
  value_release(part[0]);
  value_release(part[1]);
  return angle;
}

/* A number beside an array stretches. */
static Value stretched(Session *session, Value part, Value other) {
  if (part.kind == VALUE_ARRAY || other.kind != VALUE_ARRAY) return value_keep(part);
  Array *zeros = array_zeros(session, value_as_array(other)->rows, value_as_array(other)->cols);
  Value wide = value_elementwise(session, SCALAR_ADD, value_array(zeros), part);
  value_release(value_array(zeros));
  return wide;
}

static Value complex_of_parts(Session *session, const Arguments *a) {
  Value given[2];
  for (int i = 0; i < 2; i++) {
    if (value_is_complex(a->argument[i])) fail_argument(session, i, "a part of a complex number is real");
    given[i] = argument_operand(session, a->argument[i], i);
  }
  Value real = stretched(session, given[0], given[1]), imaginary = stretched(session, given[1], given[0]);
  if (real.kind == VALUE_ARRAY) {
    const Array *x = value_as_array(real), *y = value_as_array(imaginary);
    if (x->rows != y->rows || x->cols != y->cols)
      fail(session, "the parts of a complex array have one shape, found %u×%u and %u×%u", x->rows, x->cols, y->rows, y->cols);
  }
  value_release(given[0]);
  value_release(given[1]);
  return complex_new(session, real, imaginary);
}

const Primitive complex_rows[] = {
    {"complex", "(a, b)", complex_of_parts, RESULT_ANY, DERIVE_THROUGH, NULL, NULL,
     "The complex number a + b*i, or an array of them from two real ones; also typed 1 + 2i. It stays "
     "complex whatever its imaginary part becomes; real(z) takes the real part out.",
     "sqrt(complex(-4, 0))", "2i"},
    {"real", "(z)", real_call, RESULT_LIKE, DERIVE_THROUGH, NULL, NULL,
     "The real part of a number or array.", "real((1+2i)*(1-2i))", "5"},
    {"imag", "(z)", imag_call, RESULT_LIKE, DERIVE_THROUGH, NULL, NULL,
     "The imaginary part of a number or array.", "imag(3-4i)", "-4"},
    {"conj", "(z)", conj_call, RESULT_LIKE, DERIVE_THROUGH, NULL, NULL,
     "The complex conjugate; conj(A)' is the adjoint of a matrix, A' its transpose.", "conj(1+2i)", "1-2i"},
    {"arg", "(z)", arg_call, RESULT_LIKE, DERIVE_THROUGH, NULL, NULL,
     "The angle of a complex number from the positive real axis, in (-pi, pi]; its modulus is abs(z).",
     "arg(1i)", "1.5708"},
};

/* ---- what other builtins do ---- */

typedef Value (*ComplexUse)(Session *session, const Primitive *primitive, const Arguments *a);

static Value as_it_is(Session *session, const Primitive *primitive, const Arguments *a) {
  return primitive->call(session, a);
}

static Value call_real(Session *session, const Primitive *primitive, const Arguments *a) {
  if (primitive->call) return primitive->call(session, a);
  Value result[RULE_OUTPUTS];
  rule_apply(session, primitive->rule, a->argument, result);
  return result[0];
}

/* What a real and an imaginary result make: a complex value, or a tuple of them. */
static Value join(Session *session, Value real, Value imaginary) {
  if (real.kind != VALUE_TUPLE) return complex_new(session, real, imaginary);
  const Tuple *x = (const Tuple *)real.object, *y = (const Tuple *)imaginary.object;
  Tuple *both = tuple_new(session, x->count);
  for (uint32_t i = 0; i < x->count; i++) both->item[i] = join(session, value_keep(x->item[i]), value_keep(y->item[i]));
  value_release(real);
  value_release(imaginary);
  return value_tuple(both);
}

/* What moves or adds entries acts on both parts alike: on the first argument, or on all of sum(a, b). */
static Value by_parts(Session *session, const Primitive *primitive, const Arguments *a) {
  bool variadic = strstr(primitive->parameters, "...") != NULL;
  Value *part[2];
  complex_split_entries(session, a->argument, variadic ? (size_t)a->count : 1, part);
  Value result[2];
  for (int p = 0; p < 2; p++) {
    Value argument[PARAMETERS_MOST];
    if (!variadic) {
      memcpy(argument, a->argument, (size_t)a->count * sizeof(Value));
      argument[0] = part[p][0];
    }
    Arguments mine = *a;
    mine.argument = variadic ? part[p] : argument;
    result[p] = call_real(session, primitive, &mine);
  }
  for (int i = 0; i < (variadic ? a->count : 1); i++) {
    value_release(part[0][i]);
    value_release(part[1][i]);
  }
  return join(session, result[0], result[1]);
}

/* What asks for the shape asks it of the real part. */
static Value by_real_part(Session *session, const Primitive *primitive, const Arguments *a) {
  Value argument[PARAMETERS_MOST];
  memcpy(argument, a->argument, (size_t)a->count * sizeof(Value));
  for (int i = 0; i < a->count; i++)
    if (value_is_complex(argument[i])) argument[i] = value_as_complex(argument[i])->real;
  Arguments mine = *a;
  mine.argument = argument;
  return call_real(session, primitive, &mine);
}

static Value real_kron(Session *session, Value a, Value b) {
  Value result;
  rule_apply(session, primitive_find("kron")->rule, (Value[]){a, b}, &result);
  return result;
}

static Value by_kron(Session *session, const Primitive *primitive, const Arguments *a) {
  (void)primitive;
  return complex_bilinear(session, real_kron, a->argument[0], a->argument[1]);
}

static Value real_dot(Session *session, Value a, Value b) {
  const Primitive *dot = primitive_find("dot");
  Value argument[2] = {a, b};
  return dot->call(session, &(Arguments){.argument = argument, .count = 2, .wanted = 1});
}

/* The inner product conjugates its first argument, so that dot(z, z) is norm(z)^2. */
static Value by_dot(Session *session, const Primitive *primitive, const Arguments *a) {
  (void)primitive;
  Value left = conjugate(session, a->argument[0]);
  Value result = complex_bilinear(session, real_dot, left, a->argument[1]);
  value_release(left);
  return result;
}

/* The norms are those of the moduli. */
static Value by_moduli(Session *session, const Primitive *primitive, const Arguments *a) {
  Value argument[PARAMETERS_MOST];
  memcpy(argument, a->argument, (size_t)a->count * sizeof(Value));
  argument[0] = value_elementwise(session, SCALAR_abs, a->argument[0], a->argument[0]);
  Arguments mine = *a;
  mine.argument = argument;
  Value result = primitive->call(session, &mine);
  value_release(argument[0]);
  return result;
}

static Value by_product(Session *session, const Primitive *primitive, const Arguments *a) {
  if (a->count > 1) fail(session, "%s takes one array of complex numbers", primitive->name);
  Value product = value_number(1);
  size_t count = value_length_of_loop(session, a->argument[0]);
  for (size_t k = 0; k < count; k++) {
    Value entry = value_element(session, a->argument[0], k);
    Value next = value_operate(session, OP_MULTIPLY, product, entry);
    value_release(entry);
    value_release(product);
    product = next;
  }
  return product;
}

static Value by_solving(Session *session, const Primitive *primitive, const Arguments *a) {
  (void)primitive;
  return value_operate(session, OP_SOLVE, a->argument[0], a->argument[1]);
}

static void check_square(Session *session, Value z) {
  const Array *array = value_as_array(value_as_complex(z)->real);
  if (array->rows == array->cols) return;
  Report *report = failure(session, "A must be square, but it is %u×%u", array->rows, array->cols);
  failure_argument(session, report, 0, "%s", "");
  raise_failure(session, report);
}

static Value real_function(Session *session, Value a, const void *primitive) {
  return call_real(session, primitive, &(Arguments){.argument = &a, .count = 1, .wanted = 1});
}

static Value by_blocks(Session *session, const Primitive *primitive, const Arguments *a) {
  Value z = a->argument[0];
  if (!complex_is_array(z)) return value_operate(session, OP_DIVIDE, value_number(1), z);
  return complex_by_blocks(session, z, real_function, primitive);
}

/* The pseudo-inverse of 0 is 0. */
static Value by_pseudo_inverse(Session *session, const Primitive *primitive, const Arguments *a) {
  Value z = a->argument[0];
  if (complex_is_array(z) || value_is_active(z)) return by_blocks(session, primitive, a);
  const Complex *c = value_as_complex(z);
  bool zero = c->real.number == 0 && c->imaginary.number == 0;
  return zero ? complex_number(session, 0, 0) : by_blocks(session, primitive, a);
}

static Value by_inverse(Session *session, const Primitive *primitive, const Arguments *a) {
  if (complex_is_array(a->argument[0])) check_square(session, a->argument[0]);
  return by_blocks(session, primitive, a);
}

static void need_square(Session *session, const Primitive *primitive, Value z) {
  if (value_is_active(z)) fail_argument(session, 0, "%s of a complex matrix has no derivative here", primitive->name);
  if (!complex_is_array(z)) fail_argument(session, 0, "%s is for matrices, found a complex number", primitive->name);
  check_square(session, z);
}

static Value by_determinant(Session *session, const Primitive *primitive, const Arguments *a) {
  need_square(session, primitive, a->argument[0]);
  return complex_determinant(session, a->argument[0]);
}

static Value by_eigenvalues(Session *session, const Primitive *primitive, const Arguments *a) {
  need_square(session, primitive, a->argument[0]);
  return complex_eigenvalues(session, a->argument[0], NULL);
}

static Value by_eigenvectors(Session *session, const Primitive *primitive, const Arguments *a) {
  need_square(session, primitive, a->argument[0]);
  return complex_eigen(session, a->argument[0]);
}

static const struct {
  const char *name;
  ComplexUse use;
} complex_use[] = {
    {"real", as_it_is},     {"imag", as_it_is},      {"conj", as_it_is},      {"arg", as_it_is},
    {"complex", as_it_is},  {"print", as_it_is},     {"record", as_it_is},    {"assert", as_it_is},
    {"iterate", as_it_is},
    {"zip", as_it_is},      {"latex", as_it_is},     {"frac", as_it_is},     {"size", by_real_part},  {"length", by_real_part},
    {"sum", by_parts},      {"mean", by_parts},      {"cumsum", by_parts},    {"diffs", by_parts},
    {"reverse", by_parts},  {"reshape", by_parts},   {"vec", by_parts},       {"rows", by_parts},
    {"cols", by_parts},     {"diag", by_parts},      {"trace", by_parts},     {"tril", by_parts},
    {"triu", by_parts},     {"kron", by_kron},       {"dot", by_dot},         {"norm", by_moduli},
    {"prod", by_product},   {"solve", by_solving},   {"inv", by_inverse},     {"det", by_determinant},
    {"pinv", by_pseudo_inverse},
    {"eigvals", by_eigenvalues},                     {"eig", by_eigenvectors},
};

static ComplexUse use_of(const Primitive *primitive) {
  if (primitive >= elementary_rows && primitive < elementary_rows + ELEMENTARY_ROWS_COUNT) return as_it_is;
  for (size_t i = 0; i < sizeof complex_use / sizeof *complex_use; i++)
    if (strcmp(complex_use[i].name, primitive->name) == 0) return complex_use[i].use;
  return NULL;
}

bool complex_given(const Arguments *a) {
  for (int i = 0; i < a->count; i++)
    if (value_is_complex(a->argument[i])) return true;
  return false;
}

static _Noreturn void refuse(Session *session, const Primitive *primitive, const Arguments *a) {
  int index = 0;
  while (!value_is_complex(a->argument[index])) index++;
  char what[VALUE_DESCRIPTION];
  Report *r = failure(session, "%s takes real numbers, found %s", primitive->name, value_describe(a->argument[index], what));
  failure_argument(session, r, index, "%s", "");
  complex_remark(r);
  raise_failure(session, r);
}

Value complex_call(Session *session, const Primitive *primitive, const Arguments *a) {
  ComplexUse use = use_of(primitive);
  if (!use) refuse(session, primitive, a);
  return use(session, primitive, a);
}
