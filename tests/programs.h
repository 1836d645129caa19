/* programs.h - chance with a seed of its own, and random programs: every form of the language over
 * random forms, names and numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_TESTS_PROGRAMS_H
#define MML_TESTS_PROGRAMS_H

#include <stdint.h>

#include "memory.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* ---- chance: xorshift64* (Vigna 2016), with a seed of its own ---- */

typedef struct Chance {
  uint64_t state;
  struct Session *session; /* where values are made; NULL for programs alone */
} Chance;

static inline uint64_t chance_bits(Chance *c) {
  c->state ^= c->state >> 12;
  c->state ^= c->state << 25;
  c->state ^= c->state >> 27;
  return c->state * 2685821657736338717u;
}

static inline uint32_t chance_below(Chance *c, uint32_t limit) {
  return (uint32_t)(chance_bits(c) >> 32) % limit;
}

static inline double chance_unit(Chance *c) { return (double)(chance_bits(c) >> 11) * 0x1p-53; }

/* ---- programs ---- */

/* Forms of the language: E is any expression, N a name, # a number. Nothing is put in parentheses
 * that the form does not show, so all the levels of the grammar meet. */
static const char *const forms[] = {
    "E + E",
    "E - E",
    "E*E",
    "E/E",
    "E \\ E",
    "E^E",
    "E .+ E",
    "E .- E",
    "E.*E",
    "E./E",
    "E .\\ E",
    "E.^E",
    "#N",
    "#(E)",
    "(E)(E)",
    "(E)N",
    "#√N",
    "-E",
    "(E)",
    "(-E)",
    "√E",
    "N(E)",
    "N(E, E)",
    "N(E, N = E)",
    "N()",
    "sin(E)",
    "N.(E)",
    "N[E]",
    "N[E, :]",
    "N[end]",
    "N[1:end-1, E]",
    "N.N",
    "N'",
    "N''(E)",
    "N'N",
    "(E)'",
    "Nᵀ",
    "N⁻¹",
    "N²",
    "N^-#",
    "N!",
    "∇N",
    "∇N(E)",
    "∇²N(E, E)",
    "‖E‖",
    "not E",
    "E and E",
    "E or E",
    "E == E",
    "E != E",
    "E < E",
    "0 < E <= #",
    "E ≈ E",
    "E in E",
    "E .< E",
    "E .== E",
    "E .>= E",
    "E .> E .!= E",
    "E:E",
    "E:E:E",
    "if E then E else E",
    "if E then E elseif E then E else E",
    "{E if E; E otherwise}",
    "{E if E; E if E}",
    "N -> E",
    "(N, k = E) -> E",
    "(N in R^(n,3)) -> E",
    "(N in R^2) -> E",
    "() -> E",
    "E |> N",
    "(E, E)",
    "(E,)",
    "()",
    "[E, E]",
    "[E, E; E, E]",
    "[]",
    "[E]'",
    "[E for N in E]",
    "[E for N in E if E]",
    "[E for N in E, q in E]",
    "sum(E for N in E)",
    "sum(E for N, q in zip(E, E) if E)",
    "(E)[E]",
    "(N -> E)(E)",
    "\"a{E}b{E:.3f}\\n\"",
    "\"\\{\\\"\\\\\"",
    "do\n  E\nend",
    "N(E for N in E)",
    "(argmin E over N from E using newton s.t. E <= E)",
    "(E).N",
    "(E ~ E)",
    "N ~ E",
    "+E",
    "#i*E",
    "2iN",
    "30deg",
    "do\n  N = E\n  N += E\n  for N in E\n    N[E] = E\n  end\n  E\nend",
    "do\n  if E\n    return E\n  elseif E\n    N.N = E\n  else\n    N, q = E\n  end\n  while E\n   "
    " "
    "break\n  end\n  E\nend",
    "(minimize E over N, q in R^2, R from E, E using gd(eta = E) s.t. E == E, E >= E for N in E)",
};

static inline void random_leaf(Chance *c, Text *out) {
  static const char *const leaf[] = {"x",   "y",   "A",    "θ",  "x_1", "f",    "1",
                                     "2",   "0.5", "1e-3", "3",  "π",   "true", "\"t\"",
                                     "inf", "w",   "0x1f", "10", "x2"};
  text_string(out, leaf[chance_below(c, COUNT(leaf))]);
}

static inline void random_expression(Chance *c, int depth, Text *out);

static inline void random_form(Chance *c, const char *form, int depth, Text *out) {
  static const char *const name[] = {"x", "y", "f", "g", "A", "w", "θ", "b_2"};
  static const char *const number[] = {"2", "3", "0.5", "1e3", "10"};
  for (; *form; form++) {
    bool word = (form[1] >= 'a' && form[1] <= 'z') || form[1] == '"';
    if (*form == 'E' && !word) random_expression(c, depth + 1, out);
    else if (*form == 'N' && !word) text_string(out, name[chance_below(c, COUNT(name))]);
    else if (*form == '#') text_string(out, number[chance_below(c, COUNT(number))]);
    else text_append(out, form, 1);
  }
}

static inline void random_expression(Chance *c, int depth, Text *out) {
  enum { DEEPEST = 4 };
  if (depth >= DEEPEST || chance_below(c, 4) == 0) random_leaf(c, out);
  else random_form(c, forms[chance_below(c, COUNT(forms))], depth, out);
}

#endif
