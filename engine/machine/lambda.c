/* lambda.c - compiling and keeping the engine's own functions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/lambda.h"

#include <stdio.h>
#include <string.h>

#include "machine/library.h"
#include "machine/session.h"
#include "machine/vm.h"

Value lambda_new(Session *s, const char *name, const char *text) {
  Source *source = source_new(name, text, strlen(text));
  Tree *tree = NULL;
  Report report = {0};
  if (parse(source, &s->symbols, &tree, &report) != PARSE_OK) {
    char message[200];
    snprintf(message, sizeof message, "%.199s", report.message);
    report_clear(&report);
    source_release(source);
    fail(s, "the rule of %s does not parse: %s", name, message);
  }
  library_load(s);
  Prototype *unit = prototype_new(s, tree, tree->program->child[0], true);
  tree_release(tree);
  source_release(source);
  Value function = machine_run_unit(s, unit);
  value_release((Value){.kind = VALUE_PROTOTYPE, .object = &unit->head});
  return function;
}

Value lambda_find(const Session *s, const void *key) {
  for (uint32_t i = 0; i < s->lambda_count; i++)
    if (s->lambda[i].key == key) return s->lambda[i].function;
  return value_nothing();
}

Value lambda_of(Session *s, const void *key, const char *name, const char *text) {
  Value known = lambda_find(s, key);
  if (known.kind != VALUE_NOTHING) return known;
  Value function = lambda_new(s, name, text);
  memory_grow(s->lambda, s->lambda_count, s->lambda_capacity);
  s->lambda[s->lambda_count].key = key;
  s->lambda[s->lambda_count].function = function;
  s->lambda_count++;
  return function;
}
