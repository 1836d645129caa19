/* line.c - one line from the user: the only file that knows Readline.
 *
 * Readline is driven through its callbacks, a character at a time, so that this file does the
 * waiting and a Ctrl-C at the prompt is an ordinary return. Its callbacks have no context pointer:
 * hence `editor`, the one variable of the program besides the engine's interrupt flag.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "line.h"

#include "complete.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

enum { HISTORY_ENTRIES = 10000 };

static struct {
  Mml *mml;
  char *history; /* path of the history file, NULL without one */
  char *line;    /* the line just accepted, NULL at the end of the input */
  bool accepted;
  volatile sig_atomic_t interrupted;
} editor;

static void line_on_interrupt(int signal_number) {
  (void)signal_number;
  editor.interrupted = 1;
}

static void line_accept(char *line) {
  rl_callback_handler_remove();
  editor.line = line;
  editor.accepted = true;
}

/* ---- completion ---- */

/* The vector Readline wants: the common beginning, the candidates, NULL. */
typedef struct Matches {
  char **text;
  size_t count; /* candidates; they start at text[1] */
} Matches;

static void line_match(void *context, const char *replacement) {
  Matches *matches = context;
  char **larger = realloc(matches->text, (matches->count + 3) * sizeof *larger);
  char *copy = strdup(replacement);
  if (larger) matches->text = larger;
  if (!larger || !copy) {
    free(copy);
    return;
  }
  matches->text[0] = NULL;
  matches->text[++matches->count] = copy;
  matches->text[matches->count + 1] = NULL;
}

static char *line_common_beginning(const Matches *matches) {
  const char *first = matches->text[1];
  size_t common = strlen(first);
  for (size_t i = 2; i <= matches->count; i++) {
    size_t length = 0;
    while (length < common && first[length] == matches->text[i][length]) length++;
    common = length;
  }
  while (common > 0 && ((unsigned char)first[common] & 0xc0) == 0x80) common--;
  return strndup(first, common);
}

static char **line_complete(const char *word, int start, int end) {
  (void)word;
  Matches matches = {0};
  bool in_string = rl_completion_quote_character != 0;
  bool known = complete_word(editor.mml, rl_line_buffer, (size_t)start, (size_t)end, in_string,
                             line_match, &matches);
  rl_attempted_completion_over = known;
  if (known) rl_completion_append_character = '\0';
  if (matches.count == 0) {
    free(matches.text);
    return NULL;
  }
  matches.text[0] = line_common_beginning(&matches);
  if (matches.count == 1) { /* Readline takes a lone candidate from the first place */
    free(matches.text[1]);
    matches.text[1] = NULL;
  }
  return matches.text;
}

/* ---- history ---- */

static bool line_make_directories(char *path) {
  for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = 0;
    bool made = mkdir(path, 0700) == 0 || errno == EEXIST;
    *slash = '/';
    if (!made) return false;
  }
  return true;
}

static char *line_history_path(void) {
  const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  char *path = NULL;
  int length = -1;
  if (state && state[0] == '/') length = asprintf(&path, "%s/mml/history", state);
  else if (home && home[0] == '/') length = asprintf(&path, "%s/.local/state/mml/history", home);
  return length < 0 ? NULL : path;
}

/* The history file, made if need be for the user's eyes only; NULL if it cannot be had. */
static char *line_open_history(void) {
  char *path = line_history_path();
  int file = path && line_make_directories(path)
                 ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)
                 : -1;
  if (file < 0) {
    free(path);
    return NULL;
  }
  close(file);
  return path;
}

static void line_start_history(void) {
  using_history();
  history_comment_char = '#'; /* with time stamps, an entry may have several lines */
  history_write_timestamps = 1;
  history_multiline_entries = 1;
  editor.history = line_open_history();
  if (!editor.history) return;
  history_truncate_file(editor.history, HISTORY_ENTRIES);
  read_history(editor.history);
  stifle_history(HISTORY_ENTRIES);
}

void line_remember(const char *entry) {
  if (!*entry) return;
  HIST_ENTRY *last = history_get(history_base + history_length - 1);
  if (last && strcmp(last->line, entry) == 0) return;
  add_history(entry);
  if (editor.history) append_history(1, editor.history);
}

/* ---- lines ---- */

void line_start_editing(Mml *mml) {
  assert(isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
  editor.mml = mml;
  if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
  rl_readline_name = "mml"; /* $if mml in ~/.inputrc */
  rl_catch_signals = 1;
  rl_persistent_signal_handlers = 1; /* Ctrl-Z and a resized window while we wait */
  rl_attempted_completion_function = line_complete;
  rl_completer_quote_characters = "\"";
  rl_completer_word_break_characters = " \t\n\"'`@$><=;|&{}()[]+-*/^,!:?~%#";
  line_start_history();
}

/* Waits for a character; false on Ctrl-C. */
static bool line_wait(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  while (!editor.interrupted) {
    if (poll(&input, 1, -1) > 0) return true;
    rl_check_signals(); /* cleans the terminal up and passes the signal on to our handler */
  }
  return false;
}

LineStatus line_edit(const char *prompt, char **line) {
  struct sigaction catch = {.sa_handler = line_on_interrupt}, before;
  sigemptyset(&catch.sa_mask);
  sigaction(SIGINT, &catch, &before);
  editor.accepted = false;
  editor.interrupted = 0;
  rl_callback_handler_install(prompt, line_accept);
  while (!editor.accepted && line_wait()) rl_callback_read_char();
  if (!editor.accepted) {
    rl_callback_handler_remove();
    putchar('\n');
  }
  sigaction(SIGINT, &before, NULL);
  if (!editor.accepted) return LINE_INTERRUPTED;
  if (!editor.line) {
    putchar('\n');
    return LINE_END;
  }
  *line = editor.line;
  return LINE_READ;
}

LineStatus line_plain(char **line) {
  char *text = NULL;
  size_t capacity = 0;
  errno = 0;
  ssize_t length = getline(&text, &capacity, stdin);
  if (length < 0) {
    free(text);
    bool interrupted = errno == EINTR;
    clearerr(stdin);
    return interrupted ? LINE_INTERRUPTED : LINE_END;
  }
  if (length > 0 && text[length - 1] == '\n') text[length - 1] = 0;
  *line = text;
  return LINE_READ;
}
