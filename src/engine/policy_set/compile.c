/*
 * compile.c
 *	  Build a policy set: add all policies, then finish.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compile.h"

static uint32
name_hash(const void *key, Size keysize)
{
	const NameEntry *e = key;

	(void) keysize;
	return hash_bytes((const unsigned char *) e->name, e->len);
}

static int
name_match(const void *a, const void *b, Size keysize)
{
	const NameEntry *x = a;
	const NameEntry *y = b;

	(void) keysize;
	return x->len != y->len || memcmp(x->name, y->name, x->len) != 0;
}

static HTAB *
name_table(MemoryContext context, const char *what)
{
	HASHCTL		ctl;

	ctl.keysize = offsetof(NameEntry, number);
	ctl.entrysize = sizeof(NameEntry);
	ctl.hash = name_hash;
	ctl.match = name_match;
	ctl.hcxt = context;
	return hash_create(what, 256, &ctl, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/* The entry of a name; the caller numbers a new one. */
NameEntry *
name_enter(HTAB *table, MemoryContext context, const char *name, int len, bool *found)
{
	NameEntry	key = {name, len, 0};
	NameEntry  *e = hash_search(table, &key, HASH_FIND, NULL);
	char	   *copy;

	*found = e != NULL;
	if (e != NULL)
		return e;
	copy = MemoryContextAlloc(context, Max(len, 1));
	memcpy(copy, name, len);
	key.name = copy;
	return hash_search(table, &key, HASH_ENTER, NULL);
}

SetBuilder *
set_begin(MemoryContext context)
{
	SetBuilder *b = MemoryContextAllocZero(context, sizeof(SetBuilder));

	b->set = MemoryContextAllocZero(context, sizeof(PolicySet));
	b->set->context = context;
	b->set->codes = code_list_new(context);
	b->raw = AllocSetContextCreate(context, "growth_index policies", ALLOCSET_DEFAULT_SIZES);
	b->parse = AllocSetContextCreate(context, "growth_index parsing", ALLOCSET_DEFAULT_SIZES);
	b->columns = name_table(b->raw, "growth_index columns");
	b->leaves = name_table(b->raw, "growth_index leaves");
	return b;
}

/* Errors: those of the criteria's input. */
void
set_add(SetBuilder *b, const char *key, const char *criteria)
{
	MemoryContext old = MemoryContextSwitchTo(b->parse);
	Expression *e = expression_parse(criteria, EXPR_BOOLEAN, b->set->codes);
	RawPolicy  *policy;

	CHECK_FOR_INTERRUPTS();
	if (b->npolicies == b->room)
	{
		b->room = Max(256, 2 * b->room);
		b->policies = b->policies == NULL ?
			MemoryContextAllocHuge(b->raw, b->room * sizeof(RawPolicy)) :
			repalloc_huge(b->policies, b->room * sizeof(RawPolicy));
	}
	policy = &b->policies[b->npolicies++];
	policy->clauses = clauses_of(b, e->root, false);
	policy->telling = clauses_tell(e->root);
	MemoryContextSwitchTo(b->raw);
	policy->key = cstring_to_text(key);
	MemoryContextSwitchTo(old);
	MemoryContextReset(b->parse);
}

PolicySet *
set_finish(SetBuilder *b)
{
	PolicySet  *set = b->set;
	MemoryContext old = MemoryContextSwitchTo(b->parse);

	for (int i = 0; i < set->ncolumns; i++)
		column_sort(set->context, &set->columns[i]);
	set->npolicies = b->npolicies;
	set->policies = MemoryContextAllocHuge(set->context,
										   Max(b->npolicies, 1) * sizeof(Policy));
	for (int i = 0; i < b->npolicies; i++)
	{
		CHECK_FOR_INTERRUPTS();
		settle_policy(b, &b->policies[i], &set->policies[i]);
		MemoryContextReset(b->parse);
	}
	settle_order(b);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(b->parse);
	MemoryContextDelete(b->raw);
	return set;
}
