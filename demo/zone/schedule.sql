\pset tuples_only on
\pset format unaligned
SELECT format('   "%s" runs at %s: %s', job, runs_at, command) FROM growth_index.schedule_jobs();
