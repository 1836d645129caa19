/* typeset_leaf.c - names, numbers and text as LaTeX.
 *
 * A name is split at each _ and before the digits it ends in: what stands first is the letter, the
 * rest its subscript. Marks on a letter (ŷ, x̄) are LaTeX's accents.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <string.h>
#include <utf8proc.h>

#include "syntax/typeset.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

typedef struct Sign {
  const char *sign, *latex;
} Sign;

/* Greek letters that LaTeX has no command for: they look like Latin ones. */
static const Sign latin_greek[] = {
    {"ο", "o"},           {"Α", "\\mathrm{A}"}, {"Β", "\\mathrm{B}"}, {"Ε", "\\mathrm{E}"},
    {"Ζ", "\\mathrm{Z}"}, {"Η", "\\mathrm{H}"}, {"Ι", "\\mathrm{I}"}, {"Κ", "\\mathrm{K}"},
    {"Μ", "\\mathrm{M}"}, {"Ν", "\\mathrm{N}"}, {"Ο", "\\mathrm{O}"}, {"Ρ", "\\mathrm{P}"},
    {"Τ", "\\mathrm{T}"}, {"Χ", "\\mathrm{X}"},
};

static const struct {
  utf8proc_int32_t mark;
  const char *latex;
} accents[] = {
    {0x0300, "grave"},    {0x0301, "acute"}, {0x0302, "hat"}, {0x0303, "tilde"},
    {0x0304, "bar"},      {0x0306, "breve"}, {0x0307, "dot"}, {0x0308, "ddot"},
    {0x030A, "mathring"}, {0x030C, "check"}, {0x20D7, "vec"},
};

/* Signs with a meaning in LaTeX's text, and signs its fonts for text do not have. */
static const Sign text_signs[] = {
    {"\\", "\\textbackslash{}"},
    {"{", "\\{"},
    {"}", "\\}"},
    {"$", "\\$"},
    {"&", "\\&"},
    {"#", "\\#"},
    {"%", "\\%"},
    {"_", "\\_"},
    {"^", "\\textasciicircum{}"},
    {"~", "\\textasciitilde{}"},
    {"<", "$<$"},
    {">", "$>$"},
    {"|", "$|$"},
    {"≤", "$\\le$"},
    {"≥", "$\\ge$"},
    {"≠", "$\\ne$"},
    {"≈", "$\\approx$"},
    {"∈", "$\\in$"},
    {"∇", "$\\nabla$"},
    {"√", "$\\surd$"},
    {"‖", "$\\Vert$"},
    {"×", "$\\times$"},
    {"·", "$\\cdot$"},
    {"⋅", "$\\cdot$"},
    {"÷", "$\\div$"},
    {"±", "$\\pm$"},
    {"−", "$-$"},
    {"∞", "$\\infty$"},
    {"ℝ", "$\\mathbb{R}$"},
    {"∑", "$\\sum$"},
    {"∏", "$\\prod$"},
    {"→", "$\\to$"},
    {"⋮", "$\\vdots$"},
    {"⁻", "$^{-}$"},
    {"ᵀ", "$^{\\top}$"},
    {"⁰", "$^{0}$"},
    {"¹", "$^{1}$"},
    {"²", "$^{2}$"},
    {"³", "$^{3}$"},
    {"⁴", "$^{4}$"},
    {"⁵", "$^{5}$"},
    {"⁶", "$^{6}$"},
    {"⁷", "$^{7}$"},
    {"⁸", "$^{8}$"},
    {"⁹", "$^{9}$"},
    {"₀", "$_{0}$"},
    {"₁", "$_{1}$"},
    {"₂", "$_{2}$"},
    {"₃", "$_{3}$"},
    {"₄", "$_{4}$"},
    {"₅", "$_{5}$"},
    {"₆", "$_{6}$"},
    {"₇", "$_{7}$"},
    {"₈", "$_{8}$"},
    {"₉", "$_{9}$"},
    {"ᵢ", "$_{i}$"},
    {"ⱼ", "$_{j}$"},
};

static bool same(const char *bytes, size_t length, const char *sign) {
  return strncmp(bytes, sign, length) == 0 && sign[length] == '\0';
}

static const char *sign_find(const Sign *table, size_t count, const char *bytes, size_t length) {
  for (size_t row = 0; row < count; row++)
    if (same(bytes, length, table[row].sign)) return table[row].latex;
  return NULL;
}

/* One UTF-8 character: its bytes and what it is; a byte that begins none is one with character -1.
 */
static size_t character_at(const char *bytes, size_t length, utf8proc_int32_t *character) {
  utf8proc_ssize_t step =
      utf8proc_iterate((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length, character);
  if (step <= 0) *character = -1;
  return step > 0 ? (size_t)step : 1;
}

/* ---- letters ---- */

static bool is_mark(utf8proc_int32_t character) {
  utf8proc_category_t category = utf8proc_category(character);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

/* Bytes of the letter at the start with the marks on it. */
static size_t letter_length(const char *bytes, size_t length) {
  utf8proc_int32_t character;
  size_t at = character_at(bytes, length, &character);
  while (at < length) {
    size_t step = character_at(bytes + at, length - at, &character);
    if (!is_mark(character)) break;
    at += step;
  }
  return at;
}

/* A letter without marks, or false: LaTeX has no sign for it in formulas. */
static bool plain_letter(const char *bytes, size_t length, Text *out) {
  if (length == 1 && isalnum((unsigned char)*bytes)) {
    text_append(out, bytes, 1);
    return true;
  }
  const char *latin = sign_find(latin_greek, COUNT(latin_greek), bytes, length);
  if (latin) text_string(out, latin);
  if (latin) return true;
  for (const GreekLetter *row = greek_letters; row->word; row++) {
    if (!same(bytes, length, row->letter)) continue;
    text_format(out, "\\%s", row->word);
    return true;
  }
  return false;
}

static const char *accent_of(utf8proc_int32_t mark) {
  for (size_t row = 0; row < COUNT(accents); row++)
    if (accents[row].mark == mark) return accents[row].latex;
  return NULL;
}

/* A letter taken apart into its base and at most one mark. */
static bool marked_letter(const char *bytes, size_t length, Text *out) {
  utf8proc_int32_t parts[4];
  utf8proc_ssize_t count =
      utf8proc_decompose((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)length, parts,
                         COUNT(parts), UTF8PROC_DECOMPOSE | UTF8PROC_STABLE);
  const char *accent = count == 2 ? accent_of(parts[1]) : NULL;
  if (!accent) return false;
  utf8proc_uint8_t base[4];
  utf8proc_ssize_t size = utf8proc_encode_char(parts[0], base);
  Text letter = {0};
  bool known = plain_letter((const char *)base, (size_t)size, &letter);
  if (known) text_format(out, "\\%s{%s}", accent, letter.bytes);
  text_free(&letter);
  return known;
}

static void put_letter(const char *bytes, size_t length, Text *out) {
  if (plain_letter(bytes, length, out) || marked_letter(bytes, length, out)) return;
  text_string(out, "\\text{");
  typeset_text(bytes, length, out);
  text_string(out, "}");
}

/* ---- names ---- */

static bool is_digits(const char *bytes, size_t length) {
  for (size_t at = 0; at < length; at++)
    if (!isdigit((unsigned char)bytes[at])) return false;
  return true;
}

/* Positions of a matrix: the w_ij that a book prints without a comma. */
static bool is_positions(const char *bytes, size_t length) {
  return length == 2 && strchr("ijkl", bytes[0]) && strchr("ijkl", bytes[1]);
}

/* A word, not a letter, a number or positions. */
static bool is_roman(const char *bytes, size_t length) {
  return letter_length(bytes, length) < length && !is_digits(bytes, length) &&
         !is_positions(bytes, length);
}

/* A word in upright letters. */
static void put_word(const char *bytes, size_t length, Text *out) {
  text_string(out, "\\mathrm{");
  for (size_t at = 0, step; at < length; at += step) {
    step = letter_length(bytes + at, length - at);
    if (bytes[at] == '_') text_string(out, "\\_");
    else put_letter(bytes + at, step, out);
    bool command = out->bytes[out->length - 1] != '}' && step > 1;
    if (command && at + step < length) text_string(out, " ");
  }
  text_string(out, "}");
}

static void put_part(const char *bytes, size_t length, Text *out) {
  if (is_roman(bytes, length)) put_word(bytes, length, out);
  else if (letter_length(bytes, length) == length) put_letter(bytes, length, out);
  else text_append(out, bytes, length);
}

/* Length of what stands before the subscript: up to the first _ or the digits at the end. */
static size_t stem_length(const char *key) {
  size_t stem = strcspn(key, "_"), letters = stem;
  while (letters > 0 && isdigit((unsigned char)key[letters - 1])) letters--;
  return letters ? letters : stem;
}

/* Whether the name is a letter with subscripts; newton_root and _x are words. */
static bool is_regular(const char *key) {
  size_t length = strlen(key), stem = stem_length(key);
  const char *part = strchr(key, '_');
  if (key[0] == '_' || key[length - 1] == '_' || strstr(key, "__")) return false;
  bool words =
      letter_length(key, stem) < stem && part && is_roman(part + 1, strcspn(part + 1, "_"));
  return !words;
}

bool typeset_name_is_word(const char *key) {
  size_t stem = stem_length(key);
  return !is_regular(key) || letter_length(key, stem) < stem;
}

void typeset_name(const char *key, Text *out) {
  if (strcmp(key, "inf") == 0) {
    text_string(out, "\\infty");
    return;
  }
  if (!is_regular(key)) {
    put_word(key, strlen(key), out);
    return;
  }
  size_t stem = stem_length(key);
  put_part(key, stem, out);
  const char *rest = key + stem;
  if (!*rest) return;
  text_string(out, "_{");
  for (bool first = true; *rest; first = false) {
    rest += *rest == '_';
    size_t length = strcspn(rest, "_");
    if (!first) text_string(out, ",");
    put_part(rest, length, out);
    rest += length;
  }
  text_string(out, "}");
}

/* ---- numbers ---- */

static void put_digits(const char *digits, size_t length, Text *out) {
  if (length && digits[0] == '.') text_string(out, "0");
  for (size_t at = 0; at < length; at++) {
    bool last_point = digits[at] == '.' && at + 1 == length;
    if (digits[at] != '_' && !last_point) text_append(out, digits + at, 1);
  }
}

static void put_scientific(const char *digits, size_t mantissa, size_t length, Text *out) {
  if (!same(digits, mantissa, "1")) {
    put_digits(digits, mantissa, out);
    text_string(out, " \\times ");
  }
  size_t at = mantissa + 1;
  text_string(out, at < length && digits[at] == '-' ? "10^{-" : "10^{");
  while (at + 1 < length && strchr("+-0_", digits[at])) at++;
  put_digits(digits + at, length - at, out);
  text_string(out, "}");
}

static bool ends_in(const char *digits, size_t length, const char *suffix) {
  size_t size = strlen(suffix);
  return length > size && memcmp(digits + length - size, suffix, size) == 0;
}

void typeset_number(const char *digits, size_t length, Text *out) {
  if (length && *digits == '-') {
    text_string(out, "-");
    digits++, length--;
  }
  const char *exponent = memchr(digits, 'e', length);
  bool based = length > 1 && digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
  if (same(digits, length, "inf")) text_string(out, "\\infty");
  else if (same(digits, length, "nan")) text_string(out, "\\mathrm{nan}");
  else if (same(digits, length, "≈0")) text_string(out, "\\approx 0");
  else if (based) {
    text_string(out, "\\mathtt{");
    text_append(out, digits, length);
    text_string(out, "}");
  } else if (ends_in(digits, length, "deg")) {
    typeset_number(digits, length - 3, out);
    text_string(out, "^{\\circ}");
  } else if (ends_in(digits, length, "i")) {
    if (!same(digits, length, "1i")) typeset_number(digits, length - 1, out);
    text_string(out, "\\mathrm{i}");
  } else if (exponent) put_scientific(digits, (size_t)(exponent - digits), length, out);
  else put_digits(digits, length, out);
}

/* ---- text ---- */

/* Where fonts for text lack a Greek letter, the one of formulas stands. */
static bool put_greek_text(const char *bytes, size_t length, Text *out) {
  Text letter = {0};
  bool known = length > 1 && plain_letter(bytes, length, &letter);
  if (known) text_format(out, "$%s$", letter.bytes);
  text_free(&letter);
  return known;
}

void typeset_text(const char *bytes, size_t length, Text *out) {
  for (size_t at = 0, step; at < length; at += step) {
    utf8proc_int32_t character;
    step = character_at(bytes + at, length - at, &character);
    const char *sign = sign_find(text_signs, COUNT(text_signs), bytes + at, step);
    if (character < ' ' || character == 0x7F) text_string(out, " "); /* a newline would end \text */
    else if (sign) text_string(out, sign);
    else if (!put_greek_text(bytes + at, step, out)) text_append(out, bytes + at, step);
  }
}
