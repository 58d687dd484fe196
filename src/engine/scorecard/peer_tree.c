/*
 * peer_tree.c
 *	  Groups of peers as paths of texts in a tree.
 */
#include "postgres.h"

#include "common/hashfn.h"

#include "peers.h"

typedef struct PeerKey
{
	int			parent;
	int			len;
	const char *text;
} PeerKey;

typedef struct PeerEntry
{
	PeerKey		key;
	uint32		hash;
	int			node;
	char		status;
} PeerEntry;

static inline uint32
hash_key(PeerKey key)
{
	return hash_combine(hash_bytes((const unsigned char *) key.text, key.len), key.parent);
}

#define SH_PREFIX			peerhash
#define SH_ELEMENT_TYPE		PeerEntry
#define SH_KEY_TYPE			PeerKey
#define SH_KEY				key
#define SH_HASH_KEY(tb, key)	hash_key(key)
#define SH_EQUAL(tb, a, b) \
	((a).parent == (b).parent && (a).len == (b).len && memcmp((a).text, (b).text, (a).len) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, a)	(a)->hash
#define SH_SCOPE			static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static int
add_node(Grouping *g, int parent, char *text, int len)
{
	PeerNode   *node;

	if (g->nnodes == g->room)
	{
		g->room = Max(16, g->room * 2);
		g->nodes = g->nodes == NULL ?
			MemoryContextAlloc(g->context, g->room * sizeof(PeerNode)) :
			repalloc_huge(g->nodes, (Size) g->room * sizeof(PeerNode));
	}
	node = &g->nodes[g->nnodes];
	node->parent = parent;
	node->depth = parent < 0 ? 0 : g->nodes[parent].depth + 1;
	node->text = text;
	node->len = len;
	return g->nnodes++;
}

/* A tree of the root alone; keys may be NULL where nobody looks subjects up. */
static Grouping *
grouping_new(MemoryContext context, Expression **keys, int nkeys)
{
	Grouping   *g = MemoryContextAllocZero(context, sizeof(Grouping));

	g->context = context;
	g->nkeys = nkeys;
	g->keys = keys;
	g->children = peerhash_create(context, 16, NULL);
	g->memo = -1;
	add_node(g, -1, NULL, 0);
	return g;
}

/* The card's grouping by these formulas, made if need be. */
Grouping *
grouping_of(Scorecard *card, Expression **keys, int nkeys)
{
	for (int i = 0; i < card->ngroupings; i++)
	{
		Grouping   *g = card->groupings[i];
		int			same = 0;

		while (same < nkeys && g->nkeys == nkeys &&
			   strcmp(expression_text(g->keys[same]), expression_text(keys[same])) == 0)
			same++;
		if (g->nkeys == nkeys && same == nkeys)
			return g;
	}
	card->groupings = card->groupings == NULL ? palloc(sizeof(Grouping *)) :
		repalloc(card->groupings, (card->ngroupings + 1) * sizeof(Grouping *));
	card->groupings[card->ngroupings] = grouping_new(CurrentMemoryContext, keys, nkeys);
	return card->groupings[card->ngroupings++];
}

/* The node below parent by this text; -1: there is none, and none is wanted. */
int
grouping_child(Grouping *g, int parent, const char *text, int len, bool insert)
{
	PeerKey		key = {parent, len, text};
	PeerEntry  *entry = peerhash_lookup(g->children, key);
	bool		found;

	if (likely(entry != NULL))
		return entry->node;
	if (!insert)
		return -1;
	if (g->nnodes >= PEERS_MAX_GROUPS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d groups of peers", PEERS_MAX_GROUPS)));
	key.text = MemoryContextAlloc(g->context, len + 1);
	memcpy(unconstify(char *, key.text), text, len);
	unconstify(char *, key.text)[len] = '\0';
	entry = peerhash_insert(g->children, key, &found);
	entry->node = add_node(g, parent, unconstify(char *, key.text), len);
	return entry->node;
}

/*
 * The node of a subject: as deep as its keys are known and (unless they are
 * inserted) the tree has them.
 */
int
grouping_find(Grouping *g, Subject *s, bool insert)
{
	int			node = PEERS_ROOT;
	const char *text;
	int			len;

	for (int i = 0; i < g->nkeys; i++)
	{
		int			child;

		if (!expression_string(g->keys[i], s, &text, &len))
			break;
		child = grouping_child(g, node, text, len, insert);
		if (child < 0)
			break;
		node = child;
	}
	return node;
}

/* The order of groups in a document: by depth, then by the bytes of their texts. */
int
grouping_compare(const Grouping *g, int a, int b)
{
	const PeerNode *x = &g->nodes[a];
	const PeerNode *y = &g->nodes[b];
	int			c;

	if (a == b)
		return 0;
	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	c = grouping_compare(g, x->parent, y->parent);
	if (c != 0)
		return c;
	c = memcmp(x->text, y->text, Min(x->len, y->len));
	return c != 0 ? c : (x->len > y->len) - (x->len < y->len);
}

static void
append_path(StringInfo out, const Grouping *g, int node)
{
	if (g->nodes[node].depth > 1)
	{
		append_path(out, g, g->nodes[node].parent);
		appendStringInfoString(out, ", ");
	}
	appendStringInfoString(out, node == PEERS_ROOT ? "all" : g->nodes[node].text);
}

/* How a subject fell back from its own group to a more general one; NULL: it did not. */
char *
fallback_reason(const PeerRule *rule, Subject *s)
{
	Grouping   *g = rule->grouping;
	PeerGroup  *group = peers_of(rule, s);
	int			depth = group == NULL ? 0 : g->nodes[group->node].depth;
	StringInfoData out;
	const char *text;
	int			len;
	int			known = 0;

	if (group == NULL)
		return pstrdup("nobody to be compared with");
	if (depth == g->nkeys)
		return NULL;
	initStringInfo(&out);
	while (known < g->nkeys && expression_string(g->keys[known], s, &text, &len))
		known++;
	if (known == depth)
		appendStringInfo(&out, "%s unknown", expression_text(g->keys[known]));
	else
	{
		appendStringInfo(&out, "fewer than %d peers in ", rule->least);
		for (int i = 0; i < known; i++)
		{
			(void) expression_string(g->keys[i], s, &text, &len);
			appendStringInfo(&out, "%s%.*s", i == 0 ? "" : ", ", len, text);
		}
	}
	appendStringInfoString(&out, ": compared with ");
	append_path(&out, g, group->node);
	return out.data;
}
