SELECT department, line, indicator, split_part(reason, ', written', 1) AS reason
FROM growth_index.upload_error
ORDER BY upload_id, line;
