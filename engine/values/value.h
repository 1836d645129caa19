/* value.h - what a program computes with: unboxed scalars and counted objects.
 *
 * Ownership: a function borrows the values it is given and owns the value it returns. Objects are
 * counted; value_keep adds an owner, value_release drops one. An error is a longjmp that drops nothing:
 * the session then sweeps every object that its roots do not reach (machine/heap.h), so code between two
 * values needs no clean-up on the way out, and code that returns normally must release what it owns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_VALUE_H
#define MML_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syntax/symbol.h"

typedef struct Session Session;

typedef enum ValueKind {
  VALUE_NOTHING, /* no value: an absent argument, a body without result */
  VALUE_NUMBER,
  VALUE_BOOLEAN, /* .number is 0 or 1 */
  VALUE_ACTIVE,  /* a number being differentiated: .slot of the trace at .level; .number is its primal */
  /* from here on .object */
  VALUE_STRING,
  VALUE_ARRAY,
  VALUE_COMPLEX, /* a number or an array of them: values/complex.h */
  VALUE_RANGE,
  VALUE_TUPLE,
  VALUE_RECORD,
  VALUE_TABLE,
  VALUE_FUNCTION,
  VALUE_FORMULA,
  VALUE_PROTOTYPE, /* inside the machine only: the code of a function */
  VALUE_TRACE,     /* inside calculus only */
  VALUE_BUILDER,   /* inside the machine only: an array under construction */
  VALUE_KIND_COUNT
} ValueKind;

/* The head of every counted object; all objects of a session are on one list. */
typedef struct Object {
  struct Object *next, *previous;
  uint32_t references;
  uint8_t kind; /* ValueKind */
  bool marked;  /* during a sweep */
} Object;

typedef struct Value {
  uint8_t kind;
  uint8_t level; /* ACTIVE: which trace */
  uint32_t slot; /* ACTIVE: which slot of it */
  union {
    double number;
    Object *object;
  };
} Value;

static inline Value value_nothing(void) { return (Value){.kind = VALUE_NOTHING}; }
static inline Value value_number(double x) { return (Value){.kind = VALUE_NUMBER, .number = x}; }
static inline Value value_boolean(bool b) { return (Value){.kind = VALUE_BOOLEAN, .number = b}; }
static inline bool value_is_object(Value v) { return v.kind >= VALUE_STRING; }

void object_destroy(Object *object); /* internal: the last reference went */

static inline Value value_keep(Value v) {
  if (value_is_object(v)) v.object->references++;
  return v;
}
static inline void value_release(Value v) {
  if (value_is_object(v) && --v.object->references == 0) object_destroy(v.object);
}

/* ---- arrays: m×n, row-major; a vector is n×1 ---- */

typedef enum Element {
  ELEMENT_REAL,
  ELEMENT_BOOLEAN, /* data holds 0 and 1 */
  ELEMENT_ACTIVE   /* .slot[i] of the trace at .level; data holds the primals */
} Element;

typedef struct Array {
  Object head;
  uint32_t rows, cols;
  uint8_t element;
  uint8_t level;
  uint32_t *slot; /* ACTIVE only, rows*cols, owned */
  double *data;   /* rows*cols; follows the struct in one 64-byte aligned block */
} Array;

enum { ARRAY_LARGEST = 1 << 27 }; /* entries, 1 GiB; more is refused before allocating */

/* A new array with undefined entries. Refuses (fail) sizes past ARRAY_LARGEST or past memory. */
Array *array_new(Session *session, size_t rows, size_t cols, Element element);
Array *array_zeros(Session *session, size_t rows, size_t cols);
Array *array_copy(Session *session, const Array *array);
static inline size_t array_count(const Array *a) { return (size_t)a->rows * a->cols; }
static inline bool array_is_vector(const Array *a) { return a->cols == 1; }
static inline Value value_array(Array *a) { return (Value){.kind = VALUE_ARRAY, .object = &a->head}; }
static inline Array *value_as_array(Value v) { return (Array *)v.object; }
/* True for arrays whose entries are plain doubles (REAL). */
static inline bool value_is_real_array(Value v) {
  return v.kind == VALUE_ARRAY && value_as_array(v)->element == ELEMENT_REAL;
}

/* ---- strings, ranges, tuples ---- */

typedef struct String {
  Object head;
  size_t length;
  bool bare;    /* made to be read or copied, as latex(x): alone it prints without quotes */
  char bytes[]; /* NUL-terminated */
} String;

String *string_new(Session *session, const char *bytes, size_t length);
static inline Value value_string(String *s) { return (Value){.kind = VALUE_STRING, .object = &s->head}; }

typedef struct Range {
  Object head;
  double first, step, last; /* as typed */
  size_t count;             /* element k is first + k*step */
} Range;

/* Fails when step is 0 or a bound is not finite. An empty range is fine. */
Range *range_new(Session *session, double first, double step, double last);
static inline Value value_range(Range *r) { return (Value){.kind = VALUE_RANGE, .object = &r->head}; }

/* Tuples and records inside each other, at most this deep: what goes through them recurses. */
enum { NESTING_LARGEST = 1000 };

typedef struct Tuple {
  Object head;
  uint32_t count;
  uint32_t depth; /* 1, or more than that of the deepest item */
  Value item[]; /* owned */
} Tuple;

Tuple *tuple_new(Session *session, uint32_t count); /* all items NOTHING: fill them */
static inline Value value_tuple(Tuple *t) { return (Value){.kind = VALUE_TUPLE, .object = &t->head}; }

/* ---- records and tables ---- */

/* How a record prints, when not as aligned pairs: a model's summary, an optimiser's verdict. */
typedef enum RecordStyle { RECORD_PLAIN, RECORD_MODEL, RECORD_VERDICT } RecordStyle;

typedef struct Record {
  Object head;
  uint32_t count, capacity;
  uint32_t depth; /* 1, or more than that of the deepest field */
  uint8_t style;
  const char *nature;  /* what a VERDICT is, in static words: "a derivation"; NULL for an optimiser's result */
  const Symbol **name; /* in order of definition */
  Value *field;        /* owned */
  char *summary;       /* what a MODEL or VERDICT prints, owned; NULL for PLAIN */
} Record;

Record *record_new(Session *session);
/* Sets or adds a field; takes ownership of [value]. */
void record_set(Record *record, const Symbol *name, Value value);
void record_put(Session *session, Record *record, const char *name, Value value);
const Value *record_get(const Record *record, const Symbol *name); /* borrowed; NULL if there is none */
Record *record_copy(Session *session, const Record *record);
static inline Value value_record(Record *r) { return (Value){.kind = VALUE_RECORD, .object = &r->head}; }

/* How deeply a value nests: 0 for what is no tuple or record. */
static inline uint32_t value_depth(Value v) {
  return v.kind == VALUE_TUPLE ? ((Tuple *)v.object)->depth : v.kind == VALUE_RECORD ? ((Record *)v.object)->depth : 0;
}
/* Fails past NESTING_LARGEST. */
void value_check_depth(Session *session, uint32_t depth);

/* Named columns of equal length; a column is a real array n×1 (NaN = missing) or text. */
typedef struct Column {
  const Symbol *name;
  Value numbers; /* ARRAY n×1, or NOTHING for a text column */
  Value text;    /* TUPLE of STRING (NOTHING = missing), or NOTHING for numbers */
  uint32_t missing;
} Column;

typedef struct Table {
  Object head;
  uint32_t rows, count;
  Column column[];
} Table;

Table *table_new(Session *session, uint32_t rows, uint32_t count);
static inline Value value_table(Table *t) { return (Value){.kind = VALUE_TABLE, .object = &t->head}; }

/* ---- functions ---- */

typedef struct Primitive Primitive;
typedef struct Prototype Prototype;

typedef enum FunctionKind {
  FUNCTION_PRIMITIVE, /* a row of primitives/ */
  FUNCTION_CLOSURE,   /* typed by somebody: a prototype and what it captured */
  FUNCTION_PARTIAL    /* a primitive with its first arguments given: f', ∇f, gradient(f) */
} FunctionKind;

typedef struct Function {
  Object head;
  uint8_t function_kind;
  uint8_t order;             /* PARTIAL of derivative: how many primes */
  const Primitive *primitive; /* PRIMITIVE and PARTIAL */
  Prototype *prototype;      /* CLOSURE, counted */
  uint32_t count;
  Value bound[];             /* CLOSURE: captures; PARTIAL: leading arguments. Owned */
} Function;

Function *function_new(Session *session, FunctionKind kind, uint32_t count);
static inline Value value_function(Function *f) { return (Value){.kind = VALUE_FUNCTION, .object = &f->head}; }

/* A formula y ~ x: the two sides as trees. */
typedef struct Formula {
  Object head;
  const void *node; /* the TILDE node */
  struct Tree *tree; /* counted */
  Value scope; /* RECORD of the locals it was written among, or NOTHING */
} Formula;

static inline Value value_formula(Formula *f) { return (Value){.kind = VALUE_FORMULA, .object = &f->head}; }

/* ---- asking ---- */

/* "a 2×3 matrix", "a vector of 3 numbers", "a number", "a function", … into [buffer]. */
enum { VALUE_DESCRIPTION = 96 };
const char *value_describe(Value v, char buffer[VALUE_DESCRIPTION]);
/* "number", "array", "string" …: the kind alone. */
const char *value_kind_name(ValueKind kind);
/* Equal as == says: same kind, same shape, same numbers (a NaN equals nothing). */
bool value_equal(Value a, Value b);

#endif
