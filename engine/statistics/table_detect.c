/* table_detect.c - what a table file shows before it is read: its separator, or that it is no
 * table.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/table_detect.h"

#include <stdio.h>
#include <string.h>

enum { DETECT_ROWS = 20 }; /* rows that have to agree on the separator */

/* In the order of preference when several fit: a comma may be a decimal comma, a tab is only ever a
 * separator. */
static const char separators[] = {'\t', ';', ','};
enum { SEPARATORS = sizeof separators };

static bool detect_blank(const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (!memchr(" \t\r\n", bytes[i], 4)) return false;
  return true;
}

bool table_detect_refusal(const char *bytes, size_t length, char error[READ_ERROR_SIZE]) {
  const char *nul = length ? memchr(bytes, 0, length) : NULL;
  bool utf16 = length >= 2 && (!memcmp(bytes, "\xFF\xFE", 2) || !memcmp(bytes, "\xFE\xFF", 2));
  if (utf16)
    snprintf(error, READ_ERROR_SIZE, "the file is UTF-16 text: save it as UTF-8");
  else if (nul)
    snprintf(error, READ_ERROR_SIZE, "the file is binary: byte %zu is zero",
             (size_t)(nul - bytes) + 1);
  else if (detect_blank(bytes, length))
    snprintf(error, READ_ERROR_SIZE, "the file is empty");
  else
    return false;
  return true;
}

char table_detect_separator(const char *bytes, size_t length) {
  size_t first[SEPARATORS] = {0}, count[SEPARATORS] = {0}, rows = 0, start = 0;
  bool steady[SEPARATORS] = {true, true, true}, quoted = false;
  for (size_t i = 0; i <= length && rows < DETECT_ROWS; i++) {
    if (i < length && bytes[i] == '"') quoted = !quoted;
    if (i < length && (quoted || (bytes[i] != '\n' && bytes[i] != '\r'))) {
      for (size_t k = 0; !quoted && k < SEPARATORS; k++) count[k] += bytes[i] == separators[k];
      continue;
    }
    bool blank = i == start;
    start = i + 1;
    if (blank) continue;
    for (size_t k = 0; k < SEPARATORS; k++) {
      if (!rows) first[k] = count[k];
      steady[k] &= count[k] == first[k];
      count[k] = 0;
    }
    rows++;
  }
  size_t best = SEPARATORS - 1;
  for (size_t k = 0; k < SEPARATORS; k++)
    if (first[k] && steady[k]) return separators[k];
  for (size_t k = 0; k < SEPARATORS; k++)
    if (first[k] > first[best]) best = k;
  return separators[best];
}
