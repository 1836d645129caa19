/* library.h - the functions written in mml: read when somebody first names one of them.
 *
 * A session starts with their names only, which cmake/embed.cmake has collected: reading them all would
 * take a third of the time to the first result.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef MML_LIBRARY_H
#define MML_LIBRARY_H

#include "machine/session.h"

/* Enters the names. What is parsed from now on and mentions one asks for its file. */
void library_announce(Session *session);
/* Reads the files that were asked for: to be called between parsing a text and running it. What they define
 * are builtins: what the user defines hides them and clear brings them back. */
void library_load(Session *session);
/* Reads what defines a name that came in another way: method = "gd". */
void library_need(Session *session, const Symbol *symbol);
/* Reads everything, for those who list it. */
void library_load_all(Session *session);

#endif
