/*
 * peers.h
 *	  Values compared with those of a subject's peers, as fit() has frozen them.
 *
 * A rule names the group by formulas from the general to the particular.  The
 * texts that they yield are a path in a tree, whose root is everybody: a group
 * is a node, its parent is where a group that is too small falls back to.
 * Indicators whose groups are named by the same formulas share the tree.
 */
#ifndef GROWTH_INDEX_SCORECARD_PEERS_H
#define GROWTH_INDEX_SCORECARD_PEERS_H

#include "../number/order_key.h"
#include "scorecard.h"

#define PEERS_MAX_LEVELS	8		/* formulas that name a group */
#define PEERS_MAX_GROUPS	1000000 /* of one indicator */
#define PEERS_MAX_LEAST		1000000
#define PEERS_EXACT			10000	/* members up to which all values are kept */
#define PEERS_STEPS			1000	/* above: at most members / this between two that are kept */
#define PEERS_ROOT			0

typedef struct PeerNode
{
	int			parent;			/* -1: the root */
	int			depth;
	char	   *text;			/* what the last formula of the path yields */
	int			len;
} PeerNode;

/* The tree of one list of formulas. */
typedef struct Grouping
{
	MemoryContext context;
	int			nkeys;
	Expression **keys;
	int			nnodes;
	int			room;
	PeerNode   *nodes;			/* each after its parent */
	struct peerhash_hash *children;
	int			memo;			/* score.c: the node of the subject at hand; -1: not yet looked up */
} Grouping;

typedef enum PeerMethod
{
	PEERS_MINMAX,
	PEERS_ZSCORE,
	PEERS_RANK,
	PEERS_PERCENTILE,
	PEERS_LEADER,
	PEERS_REPLACE				/* only for what stands for missing values */
} PeerMethod;

/* What fit() freezes of a group; a rule asks for some. */
#define FROZEN_MIN		0
#define FROZEN_MAX		1
#define FROZEN_MEAN		2
#define FROZEN_SD		3
#define FROZEN_MEDIAN	4
#define FROZEN_NUMBERS	5
#define FROZEN_VALUES	5		/* a bit like the others, but no number */

/*
 * The values of a group, ascending: all of them, or some with the numbers of
 * members that lie between.
 */
typedef struct PeerValues
{
	int			count;
	uint64	   *keys;
	uint32	   *below;			/* members that are less than the value, and ... */
	uint32	   *upto;			/* ... that are no more */
} PeerValues;

typedef struct PeerGroup
{
	int			node;			/* of the rule's grouping */
	uint32		members;		/* whose value is known */
	Constant	numbers[FROZEN_NUMBERS];
	PeerValues	values;
	Outcome   **outcomes;		/* by segment, of the replacement; NULL: not yet needed */
} PeerGroup;

typedef struct PeerRule
{
	PeerMethod	method;
	Grouping   *grouping;		/* one of the card's */
	bool		fitted;
	int			least;			/* members; with fewer, the parent group counts */
	bool		less;			/* less is better */
	bool		winsorise;
	Constant	low;			/* shares of the members */
	Constant	high;
	Constant	from;			/* what the least comes to (z-score: the mean) ... */
	Constant	to;				/* ... and the most (z-score: what one deviation adds) */
	bool		clamp;
	unsigned int frozen;		/* bits of FROZEN_...: what is needed of a group */
	int			ngroups;		/* 0: nobody has a value, or not fitted */
	PeerGroup  *groups;			/* the first is everybody */
	int			nnodes;
	int		   *by_node;		/* the group of a node, fallen back; -1: none */
} PeerRule;

/* What a value is compared with: how many are less, the same, more. */
typedef struct PeerPlace
{
	uint32		below;
	uint32		above;
} PeerPlace;

/* peers.c: the rule in the document, and the trees */
extern bool read_peer_normaliser(Scorecard *card, Indicator *ind, JsonbContainer *object,
								 const char *path);
extern void read_replacement(Scorecard *card, Indicator *ind, JsonbContainer *object, const char *path);
extern void write_peer_normaliser(StringInfo out, const Indicator *ind);
extern void write_replacement(StringInfo out, const Indicator *ind);

/* peer_tree.c */
extern Grouping *grouping_of(Scorecard *card, Expression **keys, int nkeys);
extern int	grouping_child(Grouping *g, int parent, const char *text, int len, bool insert);
extern int	grouping_find(Grouping *g, Subject *s, bool insert);
extern int	grouping_compare(const Grouping *g, int a, int b);
extern char *fallback_reason(const PeerRule *rule, Subject *s);

/* peers_exact.c: the definition */
pg_noreturn extern void card_not_fitted(const Scorecard *card);
extern PeerGroup *peers_of_node(const PeerRule *rule, int node);
extern PeerGroup *peers_of(const PeerRule *rule, Subject *s);
extern PeerPlace peer_place(const PeerGroup *group, uint64 key);
extern void peer_fraction(const PeerRule *rule, const PeerGroup *group, PeerPlace place,
						  int64 *above, int64 *below);
extern uint64 peer_winsorised(const PeerRule *rule, const PeerGroup *group, uint64 key);
extern Numeric replacement_number(const Indicator *ind, const PeerGroup *group);
extern Fraction peers_normalise(const PeerRule *rule, const PeerGroup *group, Decimal d);

/* score_peers.c */
struct Pass;
extern void begin_peers(const Scorecard *card);
extern bool peer_decimal(const Indicator *ind, Subject *s, Decimal *d);
extern void add_peers(struct Pass *p, int i);
extern void add_replacement(struct Pass *p, int i);

/* fitted.c: what is frozen, in the document */
extern void read_fitted(Scorecard *card, JsonbContainer *root);
extern void write_fitted(StringInfo out, const Scorecard *card);

#endif							/* GROWTH_INDEX_SCORECARD_PEERS_H */
