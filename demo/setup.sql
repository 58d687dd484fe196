CREATE EXTENSION pg_cron;
CREATE EXTENSION growth_index;
SELECT format('   PostgreSQL %s, growth_index %s, pg_cron %s', current_setting('server_version'),
	(SELECT extversion FROM pg_extension WHERE extname = 'growth_index'),
	(SELECT extversion FROM pg_extension WHERE extname = 'pg_cron')) AS versions \gset
\echo :versions
