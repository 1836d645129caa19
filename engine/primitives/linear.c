/* linear.c - what the linear algebra files share: operands, results, refusals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "primitives/linear.h"

#include <math.h>

#include "primitives/argument.h"
#include "primitives/matrix.h"

Operand linear_operand(const Value *value) {
  if (value->kind != VALUE_ARRAY) return (Operand){&value->number, {1, 1}};
  const Array *array = value_as_array(*value);
  return (Operand){array->data, {array->rows, array->cols}};
}

bool linear_is_active(Value value) {
  if (value.kind == VALUE_ARRAY) return value_as_array(value)->element == ELEMENT_ACTIVE;
  return value.kind == VALUE_ACTIVE;
}

Value linear_result(Array *array) {
  if (array_count(array) != 1) return value_array(array);
  Value number = value_number(array->data[0]);
  value_release(value_array(array));
  return number;
}

Value linear_tuple(Session *session, const Value items[], uint32_t count) {
  Tuple *tuple = tuple_new(session, count);
  for (uint32_t i = 0; i < count; i++) tuple->item[i] = items[i];
  return value_tuple(tuple);
}

Value linear_apply(Session *session, const Rule *rule, const Arguments *arguments, double absent) {
  Value inputs[RULE_INPUTS], outputs[RULE_OUTPUTS];
  for (int i = 0; i < rule->inputs; i++)
    inputs[i] = argument_given(arguments, i) ? argument_operand(session, arguments->argument[i], i)
                                             : value_number(absent);
  rule_apply(session, rule, inputs, outputs);
  for (int i = 0; i < rule->inputs; i++) value_release(inputs[i]);
  return rule->outputs == 1 ? outputs[0] : linear_tuple(session, outputs, (uint32_t)rule->outputs);
}

void linear_need_entries(Session *session, const Shape *shape, int index, const char *name) {
  if (shape->rows == 0 || shape->cols == 0)
    fail_argument(session, index, "%s is empty: it is %u×%u", name, shape->rows, shape->cols);
}

void linear_need_square(Session *session, const Shape *shape, int index, const char *name) {
  linear_need_entries(session, shape, index, name);
  if (shape->rows != shape->cols)
    fail_argument(session, index, "%s must be square, but it is %u×%u", name, shape->rows,
                  shape->cols);
}

void linear_note_condition(Session *session, double rcond) {
  if (rcond < MATRIX_DOUBTFUL)
    note(session,
         "the matrix is nearly singular (reciprocal condition number %.2g): about %.0f of 16 "
         "digits are lost",
         rcond, fmin(floor(-log10(rcond)), 16));
}
