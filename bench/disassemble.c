/* disassemble.c - runs a script and prints the code the machine compiled for it.
 *
 *   bench_disassemble [-e TEXT] SCRIPT
 *
 * Every statement is a unit of its own; functions follow the unit that defines them, once for each
 * signature they were called with (N number, B boolean, A real array, V any value). A line shows
 * the place in the source, the instruction's number and what it does, with its operands filled in:
 * numbers in braces are constants.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calculus/scalar.h"
#include "machine/session.h"
#include "machine/vm.h"
#include "mml.h"

typedef struct Row {
  const char *name, *meaning;
} Row;

static const Row rows[CODE_COUNT] = {
#define OPCODE(name, meaning) {#name, meaning},
#include "machine/opcodes.def"
};

static const char type_letters[] = {[TYPE_NONE] = '-',
                                    [TYPE_NUMBER] = 'N',
                                    [TYPE_BOOLEAN] = 'B',
                                    [TYPE_ARRAY] = 'A',
                                    [TYPE_ANY] = 'V'};

/* ---- one instruction ---- */

static bool is_word(const char *text, const char *at, size_t length) {
  bool before = at > text && isalnum((unsigned char)at[-1]);
  return !before && !isalnum((unsigned char)at[length]);
}

static bool mentions(const char *meaning, const char *word) {
  for (const char *at = strstr(meaning, word); at; at = strstr(at + 1, word))
    if (is_word(meaning, at, strlen(word))) return true;
  return false;
}

/* A second word belongs to the instructions whose meaning speaks of its fields. */
static bool has_extra(const char *meaning) {
  static const char *const words[] = {"x", "xa", "xb", "xc", "target"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (mentions(meaning, words[i])) return true;
  return false;
}

static int field_of(const Instruction *i, char letter) {
  return letter == 'a' ? i->a : letter == 'b' ? i->b : i->c;
}

/* The number in braces behind a register that holds a constant. */
static void print_constant(const Code *code, char window, int reg) {
  bool constant = window == 'n' && (uint32_t)reg >= code->constant_base &&
                  (uint32_t)reg < code->constant_base + code->constant_count;
  if (constant) printf("{%g}", code->constant[(uint32_t)reg - code->constant_base]);
}

/* The meaning with the letters in brackets replaced by the instruction's operands. */
static void print_meaning(const Code *code, const Instruction *i, const char *meaning) {
  char window = 0;
  for (const char *at = meaning; *at; at++) {
    if (*at == '[') window = at > meaning ? at[-1] : 0;
    bool operand = window && strchr("abc", *at) && is_word(meaning, at, 1);
    if (operand) printf("%d", field_of(i, *at));
    else putchar(*at);
    if (operand && at[1] == ']') {
      putchar(*++at);
      print_constant(code, window, field_of(i, at[-1]));
    }
    if (*at == ']') window = 0;
  }
}

static void print_details(const Code *code, const Session *session, const Instruction *i,
                          const char *meaning) {
  if (mentions(meaning, "target")) printf("  target %u", instruction_target(i));
  else if (mentions(meaning, "xa")) printf("  xa %u, xb %u", i[1].a, i[1].b);
  if (strstr(meaning, "scalar c") && i->c < SCALAR_COUNT) printf("  c: %s", scalar_row[i->c].name);
  if (strstr(meaning, "scalar xa") && i[1].a < SCALAR_COUNT)
    printf("  xa: %s", scalar_row[i[1].a].name);
  bool binding = strstr(meaning, "binding x") || strstr(meaning, "x is the symbol") ||
                 mentions(meaning, "fail");
  if (binding && instruction_target(i) < session->symbols.count)
    printf("  x: %s", session->symbols.symbol[instruction_target(i)]->name);
  if (i->op == CODE_CALL_PRIMITIVE && code->site[i->c].primitive)
    printf("  c: %s", code->site[i->c].primitive->name);
}

static uint32_t print_instruction(const Session *session, const Code *code, uint32_t at) {
  const Instruction *i = &code->instruction[at];
  const Node *node = code->origin[at];
  const Source *source = code->prototype->tree->source;
  Place place = node ? source_place(source, node->span.start) : (Place){0};
  printf("  %3u:%-3u %4u  %-22s ", place.line, place.column, at, rows[i->op].name);
  print_meaning(code, i, rows[i->op].meaning);
  print_details(code, session, i, rows[i->op].meaning);
  putchar('\n');
  return has_extra(rows[i->op].meaning) ? 2 : 1;
}

/* ---- code and prototypes ---- */

static void print_code(const Session *session, const Code *code) {
  const Prototype *p = code->prototype;
  printf("%s(", p->is_unit ? "statement" : p->name ? p->name->name : "lambda");
  for (uint32_t i = 0; i < p->capture_count + p->parameter_count; i++)
    putchar(type_letters[code->signature[i]]);
  printf(") -> %c, %u number and %u value registers\n", type_letters[code->result],
         code->number_registers, code->value_registers);
  for (uint32_t at = 0; at < code->count;) at += print_instruction(session, code, at);
  putchar('\n');
}

static void print_prototype(const Session *session, const Prototype *p) {
  for (uint32_t i = 0; i < p->code_count; i++)
    if (p->code[i]->complete) print_code(session, p->code[i]);
  for (uint32_t i = 0; i < p->inner_count; i++) print_prototype(session, p->inner[i]);
}

/* ---- running ---- */

/* What the script prints is not asked for here. */
static void host_print(void *context, const char *text, size_t length) {
  (void)context, (void)text, (void)length;
}

static void host_report(void *context, const char *text, size_t length) {
  (void)context;
  fwrite(text, 1, length, stderr);
}

static char *read_script(const char *path) {
  FILE *file = fopen(path, "r");
  char *text = NULL;
  size_t size = 0;
  if (!file || getdelim(&text, &size, 0, file) < 0) {
    fprintf(stderr, "cannot read %s\n", path);
    exit(EXIT_FAILURE);
  }
  fclose(file);
  return text;
}

/* Runs every statement before printing any, because a function is compiled where it is called. */
static bool run_and_print(Session *session, Tree *tree) {
  uint32_t count = tree->program->count;
  Prototype **unit = calloc(count + 1, sizeof(Prototype *));
  jmp_buf handler;
  if (!unit || setjmp(handler)) return false;
  session->handler = &handler;
  session->run++;
  for (uint32_t i = 0; i < count; i++) {
    unit[i] = prototype_new(session, tree, tree->program->child[i], false);
    value_release(machine_run_unit(session, unit[i]));
  }
  session->handler = NULL;
  for (uint32_t i = 0; i < count; i++) {
    print_prototype(session, unit[i]);
    value_release((Value){.kind = VALUE_PROTOTYPE, .object = &unit[i]->head});
  }
  free(unit);
  return true;
}

int main(int argc, char **argv) {
  bool prepared = argc == 4 && strcmp(argv[1], "-e") == 0;
  if (argc != 2 && !prepared) {
    fprintf(stderr, "usage: bench_disassemble [-e TEXT] SCRIPT\n");
    return EXIT_FAILURE;
  }
  Mml *mml = mml_new(&(MmlHost){.print = host_print, .report = host_report});
  if (!mml) return EXIT_FAILURE;
  if (prepared && mml_eval(mml, "-e", argv[2], strlen(argv[2]), MML_ECHO_NONE) != MML_OK)
    return EXIT_FAILURE;
  Session *session = (Session *)mml;
  char *text = read_script(argv[argc - 1]);
  Source *source = source_new(argv[argc - 1], text, strlen(text));
  free(text);
  Tree *tree = NULL;
  Report report = {0};
  if (parse(source, &session->symbols, &tree, &report) != PARSE_OK) {
    fprintf(stderr, "%s: %s\n", source->name, report.message);
    return EXIT_FAILURE;
  }
  if (!run_and_print(session, tree)) {
    fprintf(stderr, "%s: %s\n", source->name, session->report.message);
    return EXIT_FAILURE;
  }
  tree_release(tree);
  source_release(source);
  mml_free(mml);
}
