SELECT count(DISTINCT q.credit_code), coalesce(max(r.started_at)::text, '')
FROM growth_index.refresh_queue q FULL JOIN (SELECT * FROM growth_index.refresh_run WHERE state = 'running') AS r ON false;
