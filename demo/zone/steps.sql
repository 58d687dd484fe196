SELECT v.step, v.from_state AS "from", v.to_state AS "to", v.actor, v.as_of AS "as of", to_char(e.award, 'FM999,999,999') AS yuan
FROM growth_index.entitlement e JOIN growth_index.entitlement_event v ON v.entitlement_id = e.id
WHERE e.credit_code = :'star' AND e.policy = 'high_growth'
ORDER BY v.id;
