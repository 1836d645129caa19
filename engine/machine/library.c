/* library.c - announcing and reading the standard library.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "machine/library.h"

#include <assert.h>
#include <string.h>

#include "machine/stdlib.h"
#include "machine/vm.h"

enum { FILES_MOST = 32 }; /* bits of SymbolTable.wanted */

void library_announce(Session *s) {
  assert(stdlib_count < FILES_MOST);
  for (size_t file = 0; file < stdlib_count; file++)
    for (const char *name = stdlib_defines[file]; *name;) {
      size_t length = strcspn(name, " ");
      Symbol *symbol = s->symbols.symbol[symbol_intern(&s->symbols, name, length)->id];
      symbol->library = (uint8_t)(file + 1);
      symbol->meaning = SYMBOL_FUNCTION;
      session_binding(s, symbol);
      name += length + (name[length] == ' ');
    }
  s->symbols.wanted = 0;
}

static void load_definition(Session *s, Tree *tree, const Node *n) {
  Prototype *unit = prototype_new(s, tree, n, true);
  value_release(machine_run_unit(s, unit));
  value_release((Value){.kind = VALUE_PROTOTYPE, .object = &unit->head});
  session_keep_help(s, n);
  Binding *b = session_binding(s, n->symbol);
  value_release(b->builtin);
  b->builtin = b->value;
  b->value = value_nothing();
  b->assumed = TYPE_NONE;
  b->is_function = false;
  s->symbols.symbol[n->symbol->id]->library = 0;
}

static void load_file(Session *s, size_t file) {
  Source *source = source_new(stdlib_names[file], stdlib_texts[file], strlen(stdlib_texts[file]));
  Tree *tree = NULL;
  Report report = {0};
  bool provisional = s->symbols.provisional;
  s->symbols.provisional = true;
  ParseStatus parsed = parse(source, &s->symbols, &tree, &report);
  s->symbols.provisional = provisional;
  if (parsed != PARSE_OK) {
    source_release(source);
    fail(s, "%s of the library does not parse: %s", stdlib_names[file], report.message);
  }
  for (uint32_t i = 0; i < tree->program->count; i++) {
    assert(tree->program->child[i]->kind == NODE_DEFINE);
    load_definition(s, tree, tree->program->child[i]);
  }
  tree_release(tree);
  source_release(source);
  s->epoch++;
}

void library_load(Session *s) {
  while (s->symbols.wanted) {
    unsigned file = (unsigned)__builtin_ctz(s->symbols.wanted);
    s->symbols.wanted &= ~(1u << file);
    if (s->library_loaded & 1u << file) continue;
    load_file(s, file);
    s->library_loaded |= 1u << file; /* an interrupted reading begins again */
  }
}

void library_need(Session *s, const Symbol *symbol) {
  if (symbol->library) s->symbols.wanted |= 1u << (symbol->library - 1);
  library_load(s);
}

void library_load_all(Session *s) {
  s->symbols.wanted = (1u << stdlib_count) - 1;
  library_load(s);
}
