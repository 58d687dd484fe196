/*
 * The reference as Markdown, from the catalogue: what tools/reference.sh runs.
 * Functions named "part:<file>" stand between the files of the install script,
 * so an object belongs to the last one that was made before it.
 */
\set ON_ERROR_STOP on
\pset tuples_only on
\pset format unaligned
\ir reference_entries.sql

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
