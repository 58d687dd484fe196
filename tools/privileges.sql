-- The rights of the group roles as rows of a table: the part "Line by line" of docs/security.md.
SELECT format('| %s | %s | %s |', substr(role, 14), privilege, string_agg(format('`%s`%s', replace(object, 'growth_index.', ''), own), ', ' ORDER BY object COLLATE "C"))
FROM (SELECT role, privilege, object, CASE WHEN count(rows) > 0 THEN '\*' ELSE '' END AS own
	FROM growth_index.role_privilege WHERE role <> 'growth_index_admin' GROUP BY role, privilege, object) AS p
GROUP BY role, privilege ORDER BY role COLLATE "C", privilege COLLATE "C";
