/*
 * unique_keys.c
 *	  A document's text must not state a key twice.
 *
 * jsonb keeps the last of such keys and says nothing: half of what is written
 * would have no effect.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/jsonfuncs.h"

#include "scorecard.h"
#include "../../compat.h"

/* An object or array that is being read. */
typedef struct Level
{
	bool		array;
	int			index;			/* array: of the element */
	int			nnames;			/* object: so far */
	int			room;
	char	  **names;
} Level;

typedef struct Reading
{
	int			depth;
	int			room;
	Level	   *levels;
} Reading;

/* Where the levels below the depth stand. */
static char *
path_of(const Reading *r, int depth)
{
	char	   *path = "";

	for (int i = 0; i < depth; i++)
	{
		const Level *level = &r->levels[i];

		path = level->array ? psprintf("%s[%d]", path, level->index) :
			path_under(path, level->names[level->nnames - 1]);
	}
	return path;
}

static void
open_level(Reading *r, bool array)
{
	if (r->depth == r->room)
	{
		r->room *= 2;
		r->levels = repalloc(r->levels, r->room * sizeof(Level));
	}
	memset(&r->levels[r->depth], 0, sizeof(Level));
	r->levels[r->depth].array = array;
	r->levels[r->depth].index = -1;
	r->depth++;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

JSON_ACTION
object_start(void *state)
{
	open_level(state, false);
	JSON_GO_ON;
}

JSON_ACTION
array_start(void *state)
{
	open_level(state, true);
	JSON_GO_ON;
}

JSON_ACTION
element_start(void *state, bool isnull)
{
	Reading    *r = state;

	(void) isnull;
	r->levels[r->depth - 1].index++;
	JSON_GO_ON;
}

JSON_ACTION
field_start(void *state, char *name, bool isnull)
{
	Reading    *r = state;
	Level	   *level = &r->levels[r->depth - 1];

	(void) isnull;
	if (level->nnames == level->room)
	{
		level->room = Max(2 * level->room, 8);
		level->names = level->names == NULL ? palloc(level->room * sizeof(char *)) :
			repalloc(level->names, level->room * sizeof(char *));
	}
	level->names[level->nnames++] = pstrdup(name);
	JSON_GO_ON;
}

JSON_ACTION
array_end(void *state)
{
	((Reading *) state)->depth--;
	JSON_GO_ON;
}

JSON_ACTION
object_end(void *state)
{
	Reading    *r = state;
	Level	   *level = &r->levels[--r->depth];

	CHECK_FOR_INTERRUPTS();
	if (level->nnames == 0)
		JSON_GO_ON;
	qsort(level->names, level->nnames, sizeof(char *), compare_names);
	for (int i = 1; i < level->nnames; i++)
		if (strcmp(level->names[i - 1], level->names[i]) == 0)
			document_error(path_under(path_of(r, r->depth), level->names[i]), "is there twice");
	pfree(level->names);
	JSON_GO_ON;
}

/* An error that names the path, where an object of the JSON text has a key twice. */
void
check_unique_keys(const char *source)
{
	Reading		r = {0, 16, palloc(16 * sizeof(Level))};
	JsonSemAction actions;

	memset(&actions, 0, sizeof(actions));
	actions.semstate = &r;
	actions.object_start = object_start;
	actions.object_end = object_end;
	actions.array_start = array_start;
	actions.array_end = array_end;
	actions.array_element_start = element_start;
	actions.object_field_start = field_start;
	pg_parse_json_or_ereport(json_lexer(unconstify(char *, source)), &actions);
}
