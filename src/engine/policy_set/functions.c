/*
 * functions.c
 *	  The functions that ask a policy set.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

#include "policy_set.h"

PG_FUNCTION_INFO_V1(policy_set_match);
PG_FUNCTION_INFO_V1(policy_set_undecided);
PG_FUNCTION_INFO_V1(policy_set_keys);
PG_FUNCTION_INFO_V1(policy_set_match_all);
PG_FUNCTION_INFO_V1(policy_set_count);

/* The set that arguments 0 and 1 name. */
static PolicySet *
set_argument(FunctionCallInfo fcinfo)
{
	SetSource	source;
	PolicySet  *set;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("source of a policy set must not be null")));
	source.source = text_to_cstring(PG_GETARG_TEXT_PP(0));
	source.versioned = !PG_ARGISNULL(1);
	source.version = source.versioned ? PG_GETARG_INT64(1) : 0;
	set = cached_set(&source);
	return set;
}

/* as_of, argument 3 of all of them; false: not given */
static bool
as_of_argument(FunctionCallInfo fcinfo, DateADT *as_of)
{
	*as_of = 0;
	if (PG_ARGISNULL(3))
		return false;
	*as_of = PG_GETARG_DATEADT(3);
	if (!IS_VALID_DATE(*as_of))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("as-of date must be finite")));
	return true;
}

/* The profile, argument 2, as of argument 3; false: it is NULL, of which nothing is known. */
static bool
subject_argument(FunctionCallInfo fcinfo, const PolicySet *set, Subject *s)
{
	DateADT		as_of;
	bool		known = as_of_argument(fcinfo, &as_of);
	Profile    *p;

	if (PG_ARGISNULL(2))
		return false;
	p = PG_GETARG_PROFILE_P(2);
	subject_init(s, p, code_list_slots(set->codes, p), known, as_of);
	return true;
}

/* Ask about the profile. */
static void
match_profile(FunctionCallInfo fcinfo, bool undecided_too, PolicyVisitor visit, void *arg)
{
	PolicySet  *set = set_argument(fcinfo);
	Subject		s;

	if (subject_argument(fcinfo, set, &s))
		set_match(set, &s, undecided_too, visit, arg);
}

static void
put_policy(text *key, int policy, bool eligible, void *arg)
{
	ReturnSetInfo *rsinfo = arg;
	Datum		values[2] = {PointerGetDatum(key), BoolGetDatum(true)};
	bool		nulls[2] = {false, !eligible};

	(void) policy;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/* One row a policy that the subject has (true) or could have (NULL). */
Datum
policy_set_match(PG_FUNCTION_ARGS)
{
	InitMaterializedSRF(fcinfo, 0);
	match_profile(fcinfo, true, put_policy, fcinfo->resultinfo);
	return (Datum) 0;
}

/* Who is asked what, while missing indicators are told as well. */
typedef struct Asking
{
	ReturnSetInfo *rsinfo;
	PolicySet  *set;
	Subject    *subject;
	Missing    *missing;
} Asking;

static void
tell_policy(text *key, int policy, bool eligible, void *arg)
{
	Asking	   *t = arg;
	ArrayType  *missing = eligible ? NULL : missing_of_policy(t->missing, t->set, t->subject, policy);
	Datum		values[3] = {PointerGetDatum(key), BoolGetDatum(true), PointerGetDatum(missing)};
	bool		nulls[3] = {false, !eligible, missing == NULL};

	tuplestore_putvalues(t->rsinfo->setResult, t->rsinfo->setDesc, values, nulls);
	if (missing != NULL)
		pfree(missing);
}

/* As policy_set_match(), with what is missing where the set can tell. */
Datum
policy_set_undecided(PG_FUNCTION_ARGS)
{
	Asking		t;
	Subject		s;

	InitMaterializedSRF(fcinfo, 0);
	t.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	t.set = set_argument(fcinfo);
	if (!subject_argument(fcinfo, t.set, &s))
		return (Datum) 0;
	t.subject = &s;
	t.missing = missing_begin(t.set);
	set_match(t.set, &s, true, tell_policy, &t);
	return (Datum) 0;
}

typedef struct Keys
{
	int			count;
	int			room;
	Datum	   *keys;
} Keys;

static void
add_key(text *key, int policy, bool eligible, void *arg)
{
	Keys	   *keys = arg;

	Assert(eligible);
	(void) eligible;
	(void) policy;
	if (keys->count == keys->room)
	{
		keys->room = Max(64, 2 * keys->room);
		keys->keys = keys->keys == NULL ? palloc(keys->room * sizeof(Datum)) :
			repalloc_huge(keys->keys, keys->room * sizeof(Datum));
	}
	__builtin_prefetch(key);
	keys->keys[keys->count++] = PointerGetDatum(key);
}

/* The keys of the policies that the subject has, as an array. */
Datum
policy_set_keys(PG_FUNCTION_ARGS)
{
	Keys		keys = {0};

	match_profile(fcinfo, false, add_key, &keys);
	PG_RETURN_ARRAYTYPE_P(construct_array(keys.keys, keys.count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* ---- many subjects ---- */

/* A run over the subjects of a query, a block at a time. */
typedef struct Run
{
	PolicySet  *set;
	ReturnSetInfo *rsinfo;
	DateADT		as_of;
	bool		as_of_known;
	bool		by_subject;		/* are their keys wanted? */
	char	   *subjects[BLOCK_ROWS];
	int64	   *eligible;		/* by policy */
	int64	   *undecided;
} Run;

static void
check_subjects(FunctionCallInfo fcinfo, TupleDesc desc)
{
	Oid			schema = get_func_namespace(fcinfo->flinfo->fn_oid);
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
									   CStringGetDatum("profile"), ObjectIdGetDatum(schema));

	if (desc->natts != 2 || TupleDescAttr(desc, 1)->atttypid != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("subjects must be a query of a key and a profile")));
}

/* The next block of the portal; profiles live in the current context. */
static int
fetch_block(Portal portal, Run *run, const Profile **profiles)
{
	SPI_cursor_fetch(portal, true, BLOCK_ROWS);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool		isnull;
		Datum		d = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &isnull);

		if (run->by_subject || isnull)
			run->subjects[i] = SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
		if (isnull)
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("profile of subject \"%s\" must not be null",
							run->subjects[i] == NULL ? "" : run->subjects[i])));
		profiles[i] = DatumGetProfileP(d);
	}
	return (int) SPI_processed;
}

static void
run_blocks(FunctionCallInfo fcinfo, Run *run, const char *query, BlockVisitor visit)
{
	RowBlock   *block = block_new(run->set);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "growth_index subjects",
												  ALLOCSET_DEFAULT_SIZES);
	const Profile *profiles[BLOCK_ROWS];
	SPIPlanPtr	plan;
	Portal		portal;
	int			nrows;

	SPI_connect();
	plan = SPI_prepare(query, 0, NULL);
	if (plan == NULL || !SPI_is_cursor_plan(plan))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_CURSOR_DEFINITION),
				 errmsg("subjects must be a query of a key and a profile")));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	check_subjects(fcinfo, portal->tupDesc);
	do
	{
		MemoryContext old = MemoryContextSwitchTo(scratch);

		MemoryContextReset(scratch);
		nrows = fetch_block(portal, run, profiles);
		if (nrows > 0)
			block_match(block, nrows, profiles, run->as_of_known, run->as_of, true, visit, run);
		MemoryContextSwitchTo(old);
		SPI_freetuptable(SPI_tuptable);
	} while (nrows > 0);
	SPI_cursor_close(portal);
	SPI_finish();
}

/* Everything that a run needs; the set stays for as long as it lasts. */
static void
run_over_subjects(FunctionCallInfo fcinfo, Run *run, BlockVisitor visit)
{
	const char *query;

	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("query of the subjects must not be null")));
	query = text_to_cstring(PG_GETARG_TEXT_PP(2));
	run->as_of_known = as_of_argument(fcinfo, &run->as_of);
	run->set = set_argument(fcinfo);
	run->eligible = palloc_extended(Max(run->set->npolicies, 1) * sizeof(int64),
									MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	run->undecided = palloc_extended(Max(run->set->npolicies, 1) * sizeof(int64),
									 MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	sets_in_use++;
	PG_TRY();
	{
		run_blocks(fcinfo, run, query, visit);
	}
	PG_FINALLY();
	{
		sets_in_use--;
	}
	PG_END_TRY();
}

static void
put_pairs(Run *run, int policy, const uint64 *rows, bool eligible)
{
	for (int i = 0; i < BLOCK_WORDS; i++)
		for (uint64 rest = rows[i]; rest != 0; rest &= rest - 1)
		{
			const char *subject = run->subjects[i * 64 + pg_rightmost_one_pos64(rest)];
			bool		nulls[3] = {subject == NULL, false, !eligible};
			Datum		values[3];

			values[0] = subject == NULL ? (Datum) 0 : CStringGetTextDatum(subject);
			values[1] = PointerGetDatum(run->set->policies[policy].key);
			values[2] = BoolGetDatum(true);
			tuplestore_putvalues(run->rsinfo->setResult, run->rsinfo->setDesc, values, nulls);
			if (subject != NULL)
				pfree(DatumGetPointer(values[0]));
		}
}

static void
visit_pairs(int policy, const uint64 *eligible, const uint64 *undecided, void *arg)
{
	put_pairs(arg, policy, eligible, true);
	put_pairs(arg, policy, undecided, false);
	CHECK_FOR_INTERRUPTS();
}

/* One row a subject and policy that it has (true) or could have (NULL). */
Datum
policy_set_match_all(PG_FUNCTION_ARGS)
{
	Run			run = {0};

	InitMaterializedSRF(fcinfo, 0);
	run.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	run.by_subject = true;
	run_over_subjects(fcinfo, &run, visit_pairs);
	return (Datum) 0;
}

static void
visit_counts(int policy, const uint64 *eligible, const uint64 *undecided, void *arg)
{
	Run		   *run = arg;

	for (int i = 0; i < BLOCK_WORDS; i++)
	{
		run->eligible[policy] += pg_popcount64(eligible[i]);
		run->undecided[policy] += pg_popcount64(undecided[i]);
	}
}

/* One row a policy: how many subjects have it, how many could. */
Datum
policy_set_count(PG_FUNCTION_ARGS)
{
	Run			run = {0};

	InitMaterializedSRF(fcinfo, 0);
	run.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	run_over_subjects(fcinfo, &run, visit_counts);
	for (int i = 0; i < run.set->npolicies; i++)
	{
		Datum		values[3] = {PointerGetDatum(run.set->policies[i].key), Int64GetDatum(run.eligible[i]),
		Int64GetDatum(run.undecided[i])};
		bool		nulls[3] = {false};

		tuplestore_putvalues(run.rsinfo->setResult, run.rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}
