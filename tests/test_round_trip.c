/* test_round_trip.c - what is printed can be typed: random values and random programs, printed,
 * read and compared.
 *
 * With every digit a value comes back as it was; with six, each number comes back as the one that
 * its six digits name, found here by the C library. Only what says that it leaves something out is
 * not read back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"

#include <float.h>
#include <stdint.h>

#include "machine/session.h"
#include "programs.h"
#include "values/complex.h"
#include "values/display.h"
#include "values/table.h"

/* ---- random values ---- */

static double random_double(Chance *c) {
  static const double special[] = {0,        -0.0,   1,       -1,     0.1,    1e15,     -1e15,
                                   1e16,     999999, 1e6,     1e5,    1e-4,   1e-5,     0.5,
                                   INFINITY, NAN,    -NAN,    -1e300, 5e-324, 1e-310,   DBL_MAX,
                                   DBL_MIN,  1e22,   -1e-300, 123456, 1e-16,  999999.5, -INFINITY};
  switch (chance_below(c, 6)) {
  case 0: return special[chance_below(c, COUNT(special))];
  case 1: return (double)chance_below(c, 100) - 50;
  case 2: return floor((chance_unit(c) - 0.5) * pow(10, chance_below(c, 20)));
  case 3: return (chance_unit(c) - 0.5) * pow(10, (double)chance_below(c, 16) - 8);
  case 4: return round((chance_unit(c) - 0.5) * 2000) / 8;
  default: break;
  }
  uint64_t bits = chance_bits(c); /* any double there is */
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static Value random_value(Chance *c, int depth);

static Value random_number(Chance *c, int depth) {
  (void)depth;
  return value_number(random_double(c));
}

static Value random_boolean(Chance *c, int depth) {
  (void)depth;
  return value_boolean(chance_below(c, 2));
}

/* Every escape of the grammar, letters of one to four bytes; no … and no control characters, which
 * print as a sign of their own. */
static Value random_string(Chance *c, int depth) {
  static const char *const piece[] = {"a", "Z", " ", "\n", "\t",  "\"", "\\",  "{", "}", "'", "#",
                                      "θ", "é", "∇", "𝛼",  "{x}", ";",  "\\n", "%", "0", ":"};
  (void)depth;
  Text text = {0};
  text_string(&text, "");
  for (uint32_t n = chance_below(c, 9); n > 0; n--)
    text_string(&text, piece[chance_below(c, COUNT(piece))]);
  Value string = value_string(string_new(c->session, text.bytes, text.length));
  text_free(&text);
  return string;
}

static Value random_entries(Chance *c, uint32_t rows, uint32_t cols) {
  Array *array = array_new(c->session, rows, cols, ELEMENT_REAL);
  bool alike = chance_below(c, 2); /* or of all magnitudes, so that some print as ≈0 */
  for (size_t k = 0; k < array_count(array); k++)
    array->data[k] = alike ? (chance_unit(c) - 0.5) * 1000 : random_double(c);
  return value_array(array);
}

static Value random_vector(Chance *c, int depth) {
  (void)depth;
  return random_entries(c, chance_below(c, 8), 1);
}

static Value random_matrix(Chance *c, int depth) {
  (void)depth;
  return random_entries(c, chance_below(c, 5), chance_below(c, 5));
}

static Value random_booleans(Chance *c, int depth) {
  (void)depth;
  Array *array =
      array_new(c->session, 1 + chance_below(c, 4), 1 + chance_below(c, 3), ELEMENT_BOOLEAN);
  for (size_t k = 0; k < array_count(array); k++) array->data[k] = chance_below(c, 2);
  return value_array(array);
}

static Value random_range(Chance *c, int depth) {
  static const double step[] = {1, 1, 2, -1, 0.5, 0.1, -0.25};
  (void)depth;
  double first = (double)chance_below(c, 20) - 10;
  double last = first + (double)chance_below(c, 40) - 20;
  return value_range(range_new(c->session, first, step[chance_below(c, COUNT(step))], last));
}

static Value random_complex(Chance *c, int depth) {
  (void)depth;
  double real = random_double(c), imaginary = random_double(c);
  return complex_number(c->session, real, imaginary);
}

static Value random_complex_array(Chance *c, int depth) {
  (void)depth;
  uint32_t rows = 1 + chance_below(c, 4), cols = 1 + chance_below(c, 3);
  Value real = random_entries(c, rows, cols);
  return complex_new(c->session, real, random_entries(c, rows, cols));
}

static Value random_tuple(Chance *c, int depth) {
  Tuple *tuple = tuple_new(c->session, chance_below(c, 4));
  tuple->depth = 1;
  for (uint32_t k = 0; k < tuple->count; k++) {
    tuple->item[k] = random_value(c, depth + 1);
    uint32_t below = value_depth(tuple->item[k]);
    if (below >= tuple->depth) tuple->depth = below + 1;
  }
  return value_tuple(tuple);
}

static const char *const field_names[] = {"a", "W_1", "θ", "end", "in", "over", "x", "R", "true"};

static Value random_record(Chance *c, int depth) {
  Record *record = record_new(c->session);
  for (uint32_t n = chance_below(c, 4); n > 0; n--) {
    const char *name = field_names[chance_below(c, COUNT(field_names))];
    record_set(record, symbol_intern(&c->session->symbols, name, strlen(name)),
               random_value(c, depth + 1));
  }
  return value_record(record);
}

/* Texts of which some are missing, but not the first: nothing but nan would be numbers. */
static Tuple *random_texts(Chance *c, uint32_t rows) {
  Tuple *text = tuple_new(c->session, rows);
  for (uint32_t k = 0; k < rows; k++)
    if (k == 0 || chance_below(c, 8)) text->item[k] = random_string(c, 0);
  return text;
}

static Value random_table(Chance *c, int depth) {
  (void)depth;
  uint32_t rows = 1 + chance_below(c, 4), columns = 1 + chance_below(c, 3);
  Table *table = table_new(c->session, rows, columns);
  for (uint32_t k = 0; k < columns; k++) {
    const Symbol *name =
        symbol_intern(&c->session->symbols, field_names[k], strlen(field_names[k]));
    if (chance_below(c, 2)) column_set_text(&table->column[k], name, random_texts(c, rows));
    else column_set_numbers(&table->column[k], name, value_as_array(random_entries(c, rows, 1)));
  }
  return value_table(table);
}

static Value typed_value(Chance *c, const char *form) {
  Text text = {0};
  Value value = value_nothing();
  do { /* some are refused, as they should be */
    text_free(&text);
    text_string(&text, "typed_ = ");
    text_string(&text, form);
    random_expression(c, 0, &text);
  } while (mml_eval((Mml *)c->session, "test", text.bytes, text.length, MML_ECHO_EXPRESSIONS) !=
           MML_OK);
  text_free(&text);
  value = session_lookup(c->session, symbol_intern(&c->session->symbols, "typed_", 6));
  return value_keep(value);
}

static Value random_function(Chance *c, int depth) {
  (void)depth;
  return typed_value(c, chance_below(c, 2) ? "x -> " : "(x, k = 2) -> ");
}

static Value random_formula(Chance *c, int depth) {
  (void)depth;
  return typed_value(c, "y ~ ");
}

static Value random_builtin(Chance *c, int depth) {
  static const char *const name[] = {"sin", "norm", "sum", "solve", "record", "argmin"};
  (void)depth;
  const char *chosen = name[chance_below(c, COUNT(name))];
  return value_keep(
      session_lookup(c->session, symbol_intern(&c->session->symbols, chosen, strlen(chosen))));
}

/* A kind of value is a row. [block]: it is typed as it prints alone; records and tables are laid
 * out for reading then, and only their line is read back. */
typedef struct Kind {
  const char *name;
  Value (*make)(Chance *c, int depth);
  bool block;
  bool inside; /* of tuples and records, too */
} Kind;

static const Kind kinds[] = {
    {"number", random_number, true, true},
    {"boolean", random_boolean, true, true},
    {"string", random_string, true, true},
    {"vector", random_vector, true, true},
    {"matrix", random_matrix, true, true},
    {"boolean array", random_booleans, true, true},
    {"range", random_range, true, true},
    {"complex number", random_complex, true, true},
    {"complex array", random_complex_array, true, true},
    {"tuple", random_tuple, false, true},
    {"record", random_record, false, true},
    {"table", random_table, false, true},
    {"function", random_function, true, false},
    {"formula", random_formula, true, false},
    {"builtin", random_builtin, true, true},
};

static Value random_value(Chance *c, int depth) {
  for (;;) {
    const Kind *kind = &kinds[chance_below(c, COUNT(kinds))];
    bool deep = kind->make == random_tuple || kind->make == random_record;
    if (kind->inside && !(deep && depth > 2)) return kind->make(c, depth);
  }
}

/* ---- is it the same? ---- */

enum { SHORT = 6, EXACT = 17 };
static const double NOISE = 1e-12; /* of the largest entry: prints as ≈0 */
static const double WHOLE = 1e15;  /* whole numbers up to here print in full */

static bool same_double(double x, double back, int digits, double noise) {
  if (isnan(x) || isnan(back)) return isnan(x) && isnan(back);
  if (digits == EXACT || (x == floor(x) && fabs(x) <= WHOLE && fabs(x) >= noise)) return back == x;
  if (fabs(x) < noise) return back == 0;
  char text[32];
  snprintf(text, sizeof text, "%.6g", x);
  return back == strtod(text, NULL);
}

static double noise_of(const double *data, size_t count) {
  double largest = 0;
  for (size_t k = 0; k < count; k++)
    if (isfinite(data[k])) largest = fmax(largest, fabs(data[k]));
  return NOISE * largest;
}

static bool same_array(const Array *a, const Array *b, int digits, double noise) {
  if (a->rows != b->rows || a->cols != b->cols || a->element != b->element) return false;
  for (size_t k = 0; k < array_count(a); k++)
    if (!same_double(a->data[k], b->data[k], digits, noise)) return false;
  return true;
}

static bool same_value(Value a, Value b, int digits);

static bool same_column(const Column *a, const Column *b, int digits) {
  if (a->name != b->name || a->missing != b->missing) return false;
  return same_value(a->numbers, b->numbers, digits) && same_value(a->text, b->text, digits);
}

/* Beside inf and nan, in complex(inf, 1), no part is noise. */
static bool same_parts(const double a[2], const double b[2], int digits, double noise) {
  if (!isfinite(a[0]) || !isfinite(a[1])) noise = 0;
  return same_double(a[0], b[0], digits, noise) && same_double(a[1], b[1], digits, noise);
}

/* A part of an array is small against the whole of it. */
static bool same_complex(const Complex *a, const Complex *b, int digits) {
  if (a->real.kind != b->real.kind) return false;
  if (a->real.kind == VALUE_NUMBER) {
    const double x[2] = {a->real.number, a->imaginary.number};
    const double y[2] = {b->real.number, b->imaginary.number};
    return same_parts(x, y, digits, noise_of(x, 2));
  }
  const Array *part[4] = {value_as_array(a->real), value_as_array(a->imaginary),
                          value_as_array(b->real), value_as_array(b->imaginary)};
  size_t count = array_count(part[0]);
  double noise = fmax(noise_of(part[0]->data, count), noise_of(part[1]->data, count));
  bool same = part[2]->rows == part[0]->rows && part[2]->cols == part[0]->cols;
  for (size_t k = 0; same && k < count; k++)
    same = same_parts((const double[]){part[0]->data[k], part[1]->data[k]},
                      (const double[]){part[2]->data[k], part[3]->data[k]}, digits, noise);
  return same;
}

static bool same_functions(Value a, Value b) {
  Text first = {0}, second = {0};
  display_value(a, &(DisplayOptions){.columns = 1000}, &first);
  display_value(b, &(DisplayOptions){.columns = 1000}, &second);
  bool same = strcmp(first.bytes, second.bytes) == 0;
  text_free(&first);
  text_free(&second);
  return same;
}

static bool same_object(Value a, Value b, int digits) {
  switch ((ValueKind)a.kind) {
  case VALUE_ARRAY: {
    const Array *array = value_as_array(a);
    /* A column of a table has no noise: see same_value for those. */
    return same_array(array, value_as_array(b), digits, noise_of(array->data, array_count(array)));
  }
  case VALUE_STRING: {
    const String *x = (String *)a.object, *y = (String *)b.object;
    return x->length == y->length && memcmp(x->bytes, y->bytes, x->length) == 0;
  }
  case VALUE_RANGE: {
    const Range *x = (Range *)a.object, *y = (Range *)b.object;
    return x->first == y->first && x->step == y->step && x->last == y->last && x->count == y->count;
  }
  case VALUE_TUPLE: {
    const Tuple *x = (Tuple *)a.object, *y = (Tuple *)b.object;
    bool same = x->count == y->count;
    for (uint32_t k = 0; same && k < x->count; k++)
      same = same_value(x->item[k], y->item[k], digits);
    return same;
  }
  case VALUE_RECORD: {
    const Record *x = (Record *)a.object, *y = (Record *)b.object;
    bool same = x->count == y->count;
    for (uint32_t k = 0; same && k < x->count; k++)
      same = x->name[k] == y->name[k] && same_value(x->field[k], y->field[k], digits);
    return same;
  }
  case VALUE_TABLE: {
    const Table *x = (Table *)a.object, *y = (Table *)b.object;
    bool same = x->count == y->count && x->rows == y->rows;
    for (uint32_t k = 0; same && k < x->count; k++)
      same = same_column(&x->column[k], &y->column[k], digits);
    return same;
  }
  case VALUE_COMPLEX: return same_complex(value_as_complex(a), value_as_complex(b), digits);
  default: return same_functions(a, b);
  }
}

static bool same_value(Value a, Value b, int digits) {
  if (a.kind != b.kind) return false;
  if (a.kind == VALUE_NOTHING) return true;
  if (a.kind == VALUE_NUMBER) return same_double(a.number, b.number, digits, 0);
  if (a.kind == VALUE_BOOLEAN) return a.number == b.number;
  return same_object(a, b, digits);
}

/* ---- print, read, compare ---- */

/* Says that it shows a part only: … and ⋮, a table's size, groups of columns. */
static bool is_elided(const char *text) {
  return strstr(text, "…") || strstr(text, "⋮") || strncmp(text, "column", 6) == 0 ||
         strstr(text, " × ");
}

typedef struct Tally {
  size_t read, elided;
} Tally;

static void expect_back(Shell *shell, const Kind *kind, Value value, const char *text, int digits,
                        Tally *tally) {
  if (is_elided(text)) {
    tally->elided++;
    return;
  }
  Session *s = (Session *)shell->mml;
  MmlStatus status = shell_do(shell, "back_ = %s", text);
  cr_expect_eq(status, MML_OK, "a %s printed as %s\n%s", kind->name, text, shell->reported.bytes);
  if (status != MML_OK) return;
  Value back = session_lookup(s, symbol_intern(&s->symbols, "back_", 5));
  cr_expect(same_value(value, back, digits), "a %s printed with %d digits came back otherwise: %s",
            kind->name, digits, text);
  tally->read++;
}

static void check_value(Shell *shell, Chance *c, const Kind *kind, Tally *tally) {
  Value value = kind->make(c, 0);
  int digits = chance_below(c, 2) ? SHORT : EXACT;
  DisplayOptions options = {.digits = digits, .columns = chance_below(c, 4) ? 5000 : 80};
  Text text = {0};
  if (kind->block && chance_below(c, 2)) display_value(value, &options, &text);
  else display_inline(value, &options, &text);
  expect_back(shell, kind, value, text.bytes, digits, tally);
  text_free(&text);
  value_release(value);
}

/* [display-8] of every kind */
Test(round_trip, ten_thousand_values_come_back_as_they_print) {
  enum { VALUES = 10000, READ_LEAST = 90 /* percent: few may be too large to print whole */ };
  Shell shell;
  shell_start(&shell);
  Chance chance = {.state = 20240607, .session = (Session *)shell.mml};
  Tally tally = {0};
  for (size_t n = 0; n < VALUES; n++)
    check_value(&shell, &chance, &kinds[n % COUNT(kinds)], &tally);
  cr_expect(tally.read * 100 >= (size_t)VALUES * READ_LEAST, "only %zu values were read back",
            tally.read);
  shell_end(&shell);
}
