SELECT r.upload_id AS upload, d.name_zh AS department, d.name_en AS " ", to_char(r.rows, 'FM999,999') AS rows,
	to_char(r.accepted, 'FM999,999') AS accepted, r.unchanged, r.refused
FROM growth_index.upload_receipt r JOIN growth_index.department d ON d.code = r.department
ORDER BY r.upload_id;
