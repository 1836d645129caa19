/* primitive.h - one row per builtin function: everything the shell knows about it.
 *
 * Call, arity, named arguments, derivative, help, example, completion, reference page and the property
 * tests are loops over these rows. A family of rows is one file; list.def names the families.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_PRIMITIVE_H
#define MML_PRIMITIVE_H

#include "values/value.h"

/* The arguments of a call, matched to the parameters by the machine: argument[i] belongs to the i-th
 * parameter and is VALUE_NOTHING where an optional one was left out. For a variadic row ("values...")
 * all positional arguments come in order and [count] says how many; named ones of such a row follow at
 * [named]. Borrowed. */
typedef struct Arguments {
  const Value *argument;
  int count;             /* entries of argument */
  const Value *named;    /* variadic rows only: the parameters after the "..." */
  int wanted;            /* results asked for: 1, or k in a, b = f(x) */
} Arguments;

typedef Value (*PrimitiveCall)(Session *session, const Arguments *arguments);

/* What the compiler may assume of the result when every argument is a number or a real array. */
typedef enum ResultType {
  RESULT_ANY,
  RESULT_NUMBER,    /* always a number for passive arguments: length, sum without dim, norm, det */
  RESULT_ARRAY,     /* always a real array: zeros, eye */
  RESULT_ARRAYS,    /* an array or a tuple of them, 1×1 ones too, as soon as an argument is one: inv, qr */
  RESULT_FORMULA,   /* a formula, made of what was typed: the first argument arrives as one, names behind
                     * it as strings: diff(x^2*y, x) */
  RESULT_LIKE       /* a number for numbers, an array of the same shape for an array: sin */
} ResultType;

/* How a derivative passes through the call when an argument is active. */
typedef enum Differentiable {
  DERIVE_NONE,    /* it does not: .reason says why; called with active arguments it is an error */
  DERIVE_THROUGH, /* the call itself is made of operations on values that record themselves */
  DERIVE_RULE,    /* .rule: a matrix operation with its own adjoint */
  DERIVE_CONSTANT /* result does not depend on entries (size, length): active arguments are fine */
} Differentiable;

typedef struct Shape { uint32_t rows, cols; } Shape;

enum { RULE_INPUTS = 3, RULE_OUTPUTS = 3 };

/* A matrix operation: whole arrays in, whole arrays out. Numbers count as 1×1. [value] is used for
 * plain calls and for every replay of a trace, so it may not allocate except through [work]. */
typedef struct Rule {
  const char *name;
  int inputs, outputs;
  /* Fills out[] from in[], or fails (fail, failure …) naming the argument. */
  void (*shape)(Session *session, const Shape in[], Shape out[]);
  /* Computes row-major outputs from row-major inputs. NULL on success, else why it cannot be done
   * ("the matrix is singular"). [work] is scratch of at least work_size(in) doubles. */
  const char *(*value)(const double *const in[], const Shape in_shape[], double *const out[],
                       const Shape out_shape[], double *work);
  size_t (*work_size)(const Shape in[]); /* doubles; NULL for none */
  /* The adjoint as mml text. Names: the inputs as [names] lists them, then outputs, then for each
   * output its adjoint, which is the output's name with _bar. One statement per line or ;, the last line
   * lists one adjoint per input, separated by commas. Example for solve, names "A b x":
   *   "w = A' \\ x_bar; (-w*x', w)". "" (empty) for an input is not allowed: use zeros. */
  const char *names;
  const char *adjoint;
} Rule;

struct Primitive {
  const char *name;
  const char *parameters;  /* "(A, b)", "(v, p = 2)", "(values..., dim = 0)": an = makes it optional */
  PrimitiveCall call;      /* NULL with DERIVE_RULE: the machine applies the rule itself */
  ResultType result;
  Differentiable differentiable;
  const char *reason;      /* DERIVE_NONE: "piecewise constant", "draws random numbers" … */
  const Rule *rule;        /* DERIVE_RULE */
  const char *help;        /* one or two sentences; the first is the summary */
  const char *example;     /* runnable; NULL is a failing test */
  const char *gives;       /* what the example prints */
};

typedef struct Family {
  const char *name;        /* heading of the reference page: "Linear algebra" */
  const Primitive *row;
  size_t count;
} Family;

extern const Family primitive_families[];
extern const size_t primitive_family_count;

/* The row of a name, NULL if there is none. */
const Primitive *primitive_find(const char *name);

/* The parameters of a row, read off its text. */
enum { PARAMETERS_MOST = 16 };
typedef struct Parameters {
  char name[PARAMETERS_MOST][24];
  bool optional[PARAMETERS_MOST];
  int count;
  bool variadic; /* the first one takes any number of positional arguments */
  int required;
} Parameters;
void primitive_parameters(const Primitive *primitive, Parameters *out);

/* Where each parameter's argument stands among [positional] arguments followed by [named] ones, -1 for
 * absent; for a variadic row only the parameters after the first. Fails, naming what is wrong. */
void primitive_match(Session *session, const Primitive *primitive, uint32_t positional, uint32_t named,
                     const Symbol *const *name, int8_t place[PARAMETERS_MOST]);
/* Calls a row with matched arguments; active arguments are passed on, recorded or refused as it says. */
Value primitive_call(Session *session, const Primitive *primitive, const Value *window, uint32_t positional,
                     const int8_t *place, int wanted);

/* Applies a rule to values: computes it, or records it when an input is active. Inputs are borrowed
 * numbers or real or active arrays; [outputs] receives owned values (arrays; 1×1 outputs become numbers).
 * For builtins that choose among rules (A \\ b: square, triangular, least squares). */
void rule_apply(Session *session, const Rule *rule, const Value inputs[], Value outputs[]);

#endif
