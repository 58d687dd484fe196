SELECT department, line, indicator, reason
FROM growth_index.upload_error
ORDER BY upload_id, line;
