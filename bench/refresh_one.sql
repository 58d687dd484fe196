-- refresh_one/10k: one changed enterprise among a million, against one among ten
-- thousand: the cost follows the change.  portrait/20ms: one portrait among the
-- million, against the 20 ms that it may take.
\set home :DBNAME
\set n 10000
\set db bench_ten_thousand
\ir refresh_fill.sql
\set small :ms
\c :home
DROP DATABASE bench_ten_thousand;
SELECT greatest(:rows, 10000) AS n \gset
\set db bench_million
\ir refresh_fill.sql
\set large :ms
\o
SELECT growth_index.refresh_peers() \g /dev/null
CREATE FUNCTION public.median_ms(query text) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
	c		record;
	began	timestamptz;
	times	double precision[] := '{}';
BEGIN
	FOR c IN SELECT * FROM public.chosen LOOP
		began := clock_timestamp();
		EXECUTE query USING c.credit_code;
		times := times || extract(epoch FROM clock_timestamp() - began)::double precision * 1000;
	END LOOP;
	RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY t) FROM unnest(times) AS t);
END $$;
SELECT public.median_ms('SELECT growth_index.portrait($1)') AS portrait, public.median_ms('SELECT growth_index.portrait_svg($1)') AS svg \gset
\c :home
DROP DATABASE bench_million;
SELECT bench.line('refresh_one/10k', :large, :small);
SELECT bench.line('portrait/20ms', :portrait, 20);
SELECT bench.line('portrait_svg/20ms', :svg, 20);
