/*
 * The reference as Markdown, from the catalogue: what tools/reference.sh runs.
 * Functions named "part:<title>:<intro>" stand between the files of the install
 * script, so an object belongs to the last one that was made before it.
 */
\set ON_ERROR_STOP on
\pset tuples_only on
\pset format unaligned
SET search_path = growth_index, pg_catalog;

CREATE TEMP VIEW part AS
SELECT oid AS start, lead(oid) OVER (ORDER BY oid) AS stop,
	split_part(prosrc, ':', 1) AS title, substr(prosrc, strpos(prosrc, ':') + 1) AS intro
FROM pg_catalog.pg_proc
WHERE pronamespace = 'growth_index'::regnamespace AND proname LIKE 'part:%';

/* functions that only serve a type, an operator, an aggregate, a cast or a trigger */
CREATE TEMP VIEW internal AS
SELECT unnest(array[typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze]::oid[]) AS oid
FROM pg_catalog.pg_type WHERE typnamespace = 'growth_index'::regnamespace
UNION SELECT oprcode FROM pg_catalog.pg_operator
UNION SELECT castfunc FROM pg_catalog.pg_cast
UNION SELECT amproc FROM pg_catalog.pg_amproc
UNION SELECT tgfoid FROM pg_catalog.pg_trigger
UNION SELECT unnest(array[aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[])
FROM pg_catalog.pg_aggregate
UNION SELECT start FROM part;

CREATE TEMP VIEW entry (oid, kind, name, text) AS
/* types */
SELECT t.oid, 1, t.typname,
	format(E'**type `%s`**\n\n%s\n', t.typname, obj_description(t.oid, 'pg_type'))
FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
WHERE t.typnamespace = 'growth_index'::regnamespace AND t.typcategory <> 'A'
	AND (t.typrelid = 0 OR c.relkind = 'c') AND t.typisdefined
UNION ALL
/* tables and views with their columns */
SELECT c.oid, CASE WHEN c.relkind IN ('r', 'p') THEN 2 ELSE 3 END, c.relname,
	format(E'**%s `%s`**\n\n%s\n\n| column | type | meaning |\n|---|---|---|\n%s\n',
		CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE 'table' END,
		c.relname, obj_description(c.oid, 'pg_class'),
		(SELECT string_agg(format('| `%s` | %s%s | %s |', a.attname, format_type(a.atttypid, a.atttypmod),
				CASE WHEN k.conkey IS NOT NULL THEN ', key' WHEN a.attnotnull THEN ', not null' ELSE '' END,
				replace(coalesce(col_description(c.oid, a.attnum), ''), '|', '\|')), E'\n' ORDER BY a.attnum)
		 FROM pg_catalog.pg_attribute a
		 LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)
		 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_catalog.pg_class c
WHERE c.relnamespace = 'growth_index'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
UNION ALL
/* functions, procedures and aggregates */
SELECT p.oid, 4, p.proname,
	format(E'**`%s(%s)`%s**\n\n%s\n', p.proname,
		CASE WHEN p.prokind = 'a' THEN pg_get_function_identity_arguments(p.oid) ELSE pg_get_function_arguments(p.oid) END,
		CASE p.prokind WHEN 'p' THEN ' procedure' WHEN 'a' THEN ' aggregate → `' || pg_get_function_result(p.oid) || '`'
			ELSE ' → `' || pg_get_function_result(p.oid) || '`' END,
		obj_description(p.oid, 'pg_proc'))
FROM pg_catalog.pg_proc p
WHERE p.pronamespace = 'growth_index'::regnamespace
	AND NOT EXISTS (SELECT FROM internal i WHERE i.oid = p.oid AND obj_description(p.oid, 'pg_proc') IS NULL)
	AND p.proname NOT LIKE 'part:%'
UNION ALL
/* operators */
SELECT o.oid, 5, o.oprname,
	format('- `%s%s %s`%s: %s', CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) || ' ' ELSE '' END,
		o.oprname, format_type(o.oprright, NULL), ' → `' || format_type(o.oprresult, NULL) || '`',
		obj_description(o.oid, 'pg_operator'))
FROM pg_catalog.pg_operator o
WHERE o.oprnamespace = 'growth_index'::regnamespace;

\if :check
SELECT format('%s has no comment', pg_catalog.pg_describe_object(
	CASE kind WHEN 1 THEN 'pg_type' WHEN 4 THEN 'pg_proc' WHEN 5 THEN 'pg_operator' ELSE 'pg_class' END::regclass, oid, 0))
FROM entry
WHERE text IS NULL OR coalesce(obj_description(oid, CASE kind WHEN 1 THEN 'pg_type' WHEN 4 THEN 'pg_proc'
	WHEN 5 THEN 'pg_operator' ELSE 'pg_class' END), '') = ''
ORDER BY oid;
\else
SELECT format(E'# Reference\n\nMade by `make docs` from what the installed extension says of itself (version %s). '
	'All names are in the schema `growth_index`.\n', extversion)
FROM pg_catalog.pg_extension WHERE extname = 'growth_index';
SELECT format('- [%s](#%1$s): %s', title, intro)
FROM part WHERE EXISTS (SELECT FROM entry e WHERE e.oid > start AND (stop IS NULL OR e.oid < stop)) ORDER BY start;
SELECT E'\n' || string_agg(text, E'\n' ORDER BY start, kind, pos, oid)
FROM (
	SELECT start, 0 AS kind, 0 AS pos, start AS oid, format(E'## %s\n\n%s\n', title, intro) AS text
	FROM part WHERE EXISTS (SELECT FROM entry e WHERE e.oid > start AND (stop IS NULL OR e.oid < stop))
	UNION ALL
	SELECT p.start, 10 + e.kind, 1, e.oid, e.text
	FROM part p JOIN entry e ON e.oid > p.start AND (p.stop IS NULL OR e.oid < p.stop)
	UNION ALL
	SELECT DISTINCT p.start, 15, 0, 0::oid, E'**operators**\n'
	FROM part p JOIN entry e ON e.oid > p.start AND (p.stop IS NULL OR e.oid < p.stop) AND e.kind = 5
	UNION ALL
	SELECT DISTINCT p.start, 16, 0, 0::oid, ''
	FROM part p JOIN entry e ON e.oid > p.start AND (p.stop IS NULL OR e.oid < p.stop) AND e.kind = 5
) AS t;
\endif
