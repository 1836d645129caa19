/* symbol.c - interned names and their canonical spelling.
 *
 * A key is the NFC form in which (1) the part before the first digit, `_` or subscript is replaced
 * by its Greek letter when it is a whole Greek word, (2) variants of a letter are one letter (ϵ ε,
 * ϕ φ, µ μ, ∑ Σ, ∏ Π), (3) a run of subscript signs is `_` and the plain signs, (4) ∞ is inf and ℝ
 * is R.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "syntax/symbol.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "memory.h"

const GreekLetter greek_letters[] = {
    {"alpha", "α"},  {"beta", "β"},  {"gamma", "γ"}, {"delta", "δ"},   {"epsilon", "ε"},
    {"zeta", "ζ"},   {"eta", "η"},   {"theta", "θ"}, {"iota", "ι"},    {"kappa", "κ"},
    {"lambda", "λ"}, {"mu", "μ"},    {"nu", "ν"},    {"xi", "ξ"},      {"omicron", "ο"},
    {"pi", "π"},     {"rho", "ρ"},   {"sigma", "σ"}, {"tau", "τ"},     {"upsilon", "υ"},
    {"phi", "φ"},    {"chi", "χ"},   {"psi", "ψ"},   {"omega", "ω"},   {"Alpha", "Α"},
    {"Beta", "Β"},   {"Gamma", "Γ"}, {"Delta", "Δ"}, {"Epsilon", "Ε"}, {"Zeta", "Ζ"},
    {"Eta", "Η"},    {"Theta", "Θ"}, {"Iota", "Ι"},  {"Kappa", "Κ"},   {"Lambda", "Λ"},
    {"Mu", "Μ"},     {"Nu", "Ν"},    {"Xi", "Ξ"},    {"Omicron", "Ο"}, {"Pi", "Π"},
    {"Rho", "Ρ"},    {"Sigma", "Σ"}, {"Tau", "Τ"},   {"Upsilon", "Υ"}, {"Phi", "Φ"},
    {"Chi", "Χ"},    {"Psi", "Ψ"},   {"Omega", "Ω"}, {NULL, NULL},
};

const GreekLetter letter_variants[] = {
    {"ε", "ϵ"}, {"φ", "ϕ"}, {"μ", "µ"}, {"Σ", "∑"}, {"Π", "∏"}, {"inf", "∞"}, {"R", "ℝ"}, {NULL, NULL},
};

static const struct {
  const char *sign, *plain;
} subscripts[] = {
    {"₀", "0"}, {"₁", "1"}, {"₂", "2"}, {"₃", "3"}, {"₄", "4"}, {"₅", "5"}, {"₆", "6"}, {"₇", "7"},
    {"₈", "8"}, {"₉", "9"}, {"₊", "+"}, {"₋", "-"}, {"₌", "="}, {"₍", "("}, {"₎", ")"}, {"ₐ", "a"},
    {"ₑ", "e"}, {"ₒ", "o"}, {"ₓ", "x"}, {"ₕ", "h"}, {"ₖ", "k"}, {"ₗ", "l"}, {"ₘ", "m"}, {"ₙ", "n"},
    {"ₚ", "p"}, {"ₛ", "s"}, {"ₜ", "t"}, {"ᵢ", "i"}, {"ᵣ", "r"}, {"ᵤ", "u"}, {"ᵥ", "v"}, {"ᵦ", "β"},
    {"ᵧ", "γ"}, {"ᵨ", "ρ"}, {"ᵩ", "φ"}, {"ᵪ", "χ"}, {"ⱼ", "j"},
};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static bool ascii(const char *bytes, size_t length) {
  for (size_t at = 0; at < length; at++)
    if ((unsigned char)bytes[at] >= 0x80) return false;
  return true;
}

/* Bytes of the UTF-8 character that starts with [first]. */
static size_t character_length(char first) {
  unsigned char byte = (unsigned char)first;
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

static bool same(const char *text, size_t length, const char *word) {
  return strncmp(text, word, length) == 0 && word[length] == 0;
}

/* The plain form of one character and whether it was a subscript, or NULL if it stays as it is. */
static const char *plain_form(const char *character, size_t length, bool *subscript) {
  *subscript = false;
  if (length == 1) return NULL;
  for (const GreekLetter *row = letter_variants; row->word; row++)
    if (same(character, length, row->letter)) return row->word;
  for (size_t row = 0; row < COUNT(subscripts); row++)
    if (same(character, length, subscripts[row].sign)) {
      *subscript = true;
      return subscripts[row].plain;
    }
  return NULL;
}

static void append_plain(Text *key, const char *bytes, size_t length) {
  bool was_subscript = false;
  for (size_t at = 0; at < length;) {
    size_t step = character_length(bytes[at]);
    if (step > length - at) step = length - at;
    bool subscript;
    const char *plain = plain_form(bytes + at, step, &subscript);
    if (subscript && !was_subscript) text_append(key, "_", 1);
    if (plain) text_string(key, plain);
    else text_append(key, bytes + at, step);
    was_subscript = subscript;
    at += step;
  }
}

static void replace_greek_word(Text *key) {
  size_t word = 0;
  while (word < key->length && key->bytes[word] != '_' &&
         !(key->bytes[word] >= '0' && key->bytes[word] <= '9'))
    word++;
  for (const GreekLetter *row = greek_letters; row->word; row++) {
    if (*row->word != *key->bytes || !same(key->bytes, word, row->word)) continue;
    size_t letter = strlen(row->letter);
    assert(letter <= word); /* every Greek word has at least two letters, every letter two bytes */
    memcpy(key->bytes, row->letter, letter);
    memmove(key->bytes + letter, key->bytes + word, key->length - word + 1);
    key->length -= word - letter;
    return;
  }
}

static void make_key(Text *key, const char *spelling, size_t length) {
  if (ascii(spelling, length)) {
    text_append(key, spelling, length);
  } else {
    utf8proc_uint8_t *composed = NULL;
    utf8proc_ssize_t size =
        utf8proc_map((const utf8proc_uint8_t *)spelling, (utf8proc_ssize_t)length, &composed,
                     UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (size < 0) text_append(key, spelling, length);
    else append_plain(key, (const char *)composed, (size_t)size);
    free(composed);
  }
  replace_greek_word(key);
}

/* FNV-1a. */
static uint32_t hash(const char *key) {
  uint32_t value = 2166136261u;
  for (; *key; key++) value = (value ^ (unsigned char)*key) * 16777619u;
  return value;
}

/* The bucket that holds [key] or, if none does, the empty one where it belongs. */
static uint32_t find_bucket(const SymbolTable *table, const char *key) {
  uint32_t mask = table->bucket_count - 1;
  uint32_t at = hash(key) & mask;
  while (table->bucket[at] && strcmp(table->symbol[table->bucket[at] - 1]->key, key) != 0)
    at = (at + 1) & mask;
  return at;
}

static void grow_buckets(SymbolTable *table) {
  free(table->bucket);
  table->bucket_count = table->bucket_count ? 2 * table->bucket_count : 64;
  table->bucket = memory_new_zeroed(table->bucket_count, sizeof *table->bucket);
  for (uint32_t id = 0; id < table->count; id++)
    table->bucket[find_bucket(table, table->symbol[id]->key)] = id + 1;
}

const Symbol *symbol_find(const SymbolTable *table, const char *spelling, size_t length) {
  if (!table->bucket_count) return NULL;
  Text key = {0};
  make_key(&key, spelling, length);
  uint32_t id = table->bucket[find_bucket(table, key.bytes)];
  text_free(&key);
  return id ? table->symbol[id - 1] : NULL;
}

/* The first spelling that somebody typed wins over the library's. */
static void respell(Symbol *symbol, const char *spelling, size_t length) {
  free(symbol->name);
  symbol->name = memory_copy_text(spelling, length);
  symbol->provisional = false;
}

const Symbol *symbol_intern(SymbolTable *table, const char *spelling, size_t length) {
  if (2 * (table->count + 1) > table->bucket_count) grow_buckets(table);
  Text key = {0};
  make_key(&key, spelling, length);
  uint32_t bucket = find_bucket(table, key.bytes);
  if (table->bucket[bucket]) {
    text_free(&key);
    Symbol *known = table->symbol[table->bucket[bucket] - 1];
    if (known->library) table->wanted |= 1u << (known->library - 1);
    if (known->provisional && !table->provisional) respell(known, spelling, length);
    return known;
  }
  Symbol *symbol = memory_new(sizeof *symbol);
  symbol->name = memory_copy_text(spelling, length);
  symbol->key = key.bytes;
  symbol->id = table->count;
  symbol->meaning = SYMBOL_UNKNOWN;
  symbol->library = 0;
  symbol->provisional = table->provisional;
  memory_grow(table->symbol, table->count, table->capacity);
  table->symbol[table->count++] = symbol;
  table->bucket[bucket] = table->count;
  return symbol;
}

void symbol_table_free(SymbolTable *table) {
  for (uint32_t id = 0; id < table->count; id++) {
    free(table->symbol[id]->name);
    free(table->symbol[id]->key);
    free(table->symbol[id]);
  }
  free(table->symbol);
  free(table->bucket);
  *table = (SymbolTable){0};
}
