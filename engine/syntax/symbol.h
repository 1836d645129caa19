/* symbol.h - interned names. Two spellings of one name (theta, θ; x_1, x₁) are one Symbol.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_SYMBOL_H
#define MML_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a name means in the session just now: nothing is decided by it, but advice is. */
typedef enum SymbolMeaning { SYMBOL_UNKNOWN, SYMBOL_VALUE, SYMBOL_FUNCTION } SymbolMeaning;

typedef struct Symbol {
  char *name; /* as first typed: what is printed */
  char *key;  /* canonical: NFC, Greek words as their letter, ₁ as _1 */
  uint32_t id; /* 0, 1, 2 … in order of interning: indexes tables of bindings */
  SymbolMeaning meaning;
  uint8_t library;  /* 1 + the file of the library that defines it and is not read yet, else 0 */
  bool provisional; /* only seen in the library: the first spelling typed outside replaces the name */
} Symbol;

typedef struct SymbolTable {
  Symbol **symbol; /* by id */
  uint32_t count, capacity;
  uint32_t *bucket; /* open addressing, id + 1, 0 = empty */
  uint32_t bucket_count; /* a power of two */
  uint32_t wanted;  /* the files of the library, a bit each, that names seen since belong to */
  bool provisional; /* set while builtins and the library are interned */
} SymbolTable;

/* The symbol for a spelling; borrowed, lives as long as the table. */
const Symbol *symbol_intern(SymbolTable *table, const char *spelling, size_t length);
/* The same without adding: NULL if the name was never seen. */
const Symbol *symbol_find(const SymbolTable *table, const char *spelling, size_t length);
void symbol_table_free(SymbolTable *table);

/* Greek word -> letter rows, also used by \theta<TAB>: {"theta", "θ"} …, ends with {NULL, NULL}. */
typedef struct GreekLetter { const char *word, *letter; } GreekLetter;
extern const GreekLetter greek_letters[];
/* Other signs of one letter: the usual one, then the other. */
extern const GreekLetter letter_variants[];

#endif
